//! `check`: reads the configuration; with `--probe` also checks each target once.

use std::io::{IsTerminal, Write};

use comfy_table::{Table as Grid, presets};
use futures_util::{StreamExt, stream};
use hostmessenger_actors::probe::kinds::Tools;
use hostmessenger_actors::probe::verdict::{Outcome as CheckOutcome, Verdict};
use hostmessenger_actors::probe::{self};
use hostmessenger_actors::time::Clock;
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_actors::wording::console::count_targets;
use hostmessenger_actors::wording::{Language, reasons};
use hostmessenger_config::{Config, Target};
use serde_json::json;

use super::configuration::{self, Found};
use super::{CheckOptions, Options, Table, println};
use crate::logging;
use crate::outcome::{Ending, Outcome};

/// Checks that run at once.
const AT_ONCE: usize = 64;

/// Tells every mistake, or that there is none.
pub(super) fn run(options: &Options, check: &CheckOptions) -> Outcome {
    let Some(file) = configuration::find(options)? else {
        println("There is no configuration; `hostmessenger init` makes one.");
        return Ok(Ending::BadConfiguration);
    };
    let Found::Good(config) = configuration::load(&file, options) else {
        return Ok(Ending::BadConfiguration);
    };
    if hostmessenger_config::is_unguarded(&config.file) {
        let (file, why) = (config.file.display(), configuration::UNGUARDED);
        logging::say_error(&format!("{file}: warning: {why}"));
    }
    if !check.probe {
        println(&format!(
            "{} is valid: {}",
            file.display(),
            count_targets(Language::En, config.targets.len())
        ));
        return Ok(Ending::Good);
    }
    crate::limits::raise();
    let results = actix_rt::System::new().block_on(probe_all(&config))?;
    match check.output {
        Table::Json => println(&as_json(&results)),
        Table::Table => println(&as_table(config.language, &results)),
    }
    let fails = results
        .iter()
        .any(|(_, outcome)| outcome.finding.verdict == Verdict::Failed);
    Ok(if fails {
        Ending::TargetFails
    } else {
        Ending::Good
    })
}

type Checked<'a> = (&'a Target, CheckOutcome);

async fn probe_all(config: &Config) -> anyhow::Result<Vec<Checked<'_>>> {
    let tools = Tools::new(TlsStore::load()?);
    let clock = Clock::start();
    let total = config.targets.len();
    let mut running = stream::iter(config.targets.iter().enumerate())
        .map(|(n, target)| {
            let tools = tools.clone();
            async move { (n, target, probe::check_once(target, &tools, clock).await) }
        })
        .buffer_unordered(AT_ONCE);
    let mut results = Vec::with_capacity(total);
    while let Some(result) = running.next().await {
        results.push(result);
        progress(results.len(), total);
    }
    // In the order of the file, whichever was ready first.
    results.sort_by_key(|(n, ..)| *n);
    Ok(results
        .into_iter()
        .map(|(_, target, outcome)| (&**target, outcome))
        .collect())
}

/// A line that is overwritten, where somebody watches.
fn progress(done: usize, total: usize) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        let end = if done == total { "\r\u{1b}[K" } else { "" };
        let _closed = write!(out, "\rchecked {done} of {total}{end}").and_then(|()| out.flush());
    }
}

fn milliseconds(outcome: &CheckOutcome) -> f64 {
    (outcome.took.as_secs_f64() * 10_000.0).round() / 10.0
}

fn as_json(results: &[Checked<'_>]) -> String {
    let row = |(target, outcome): &Checked<'_>| {
        json!({
            "name": *target.name,
            "kind": target.kind.name(),
            "verdict": outcome.finding.verdict.as_str(),
            "ms": milliseconds(outcome),
            "phase": outcome.finding.phase.map(probe::verdict::Phase::as_str),
            "reason": reasons::reason(Language::En, &outcome.finding.reason),
        })
    };
    let targets: Vec<_> = results.iter().map(row).collect();
    json!({ "targets": targets }).to_string()
}

fn as_table(lang: Language, results: &[Checked<'_>]) -> String {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    grid.set_header(match lang {
        Language::En => ["NAME", "KIND", "VERDICT", "MS", "REASON"],
        Language::De => ["NAME", "ART", "URTEIL", "MS", "GRUND"],
    });
    for (target, outcome) in results {
        grid.add_row([
            target.name.to_string(),
            target.kind.name().to_owned(),
            outcome.finding.verdict.as_str().to_owned(),
            format!("{:.1}", milliseconds(outcome)),
            hostmessenger_actors::wording::alerts::evidence(lang, Some(outcome)),
        ]);
    }
    grid.trim_fmt()
}
