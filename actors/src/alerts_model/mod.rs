//! A model of the alert rules, written from the contract (sections 4 and 5) and the comments of the
//! reference configuration alone.
//!
//! It stands apart from [`crate::alerts`] on purpose: who writes a rule and its test together makes the
//! same mistake twice. Nothing here was taken from the board; what the two share are the messages
//! of the journal and the words of alerts. `world` makes seeded trouble, `run` plays it to the real
//! journal with a real store for 72 simulated hours, `trace` records what is said, and each of `rules`
//! judges the record by one sentence of the contract. Keep it so: a rule that looks at how the board
//! works proves nothing.

use std::time::Duration;

use rules::RULES;
use trace::Trace;

mod facts;
mod life;
mod peer;
mod rules;
mod run;
mod trace;
mod watch;
mod world;

/// What the rules find wrong with the run of this seed: the first of each, with how many there are.
fn judge(seed: u64, length: Duration) -> Vec<String> {
    let trace = run::run(seed, length);
    let mut report = Vec::new();
    for (name, rule) in RULES {
        let found = rule(&trace);
        if let Some(wrong) = found.first() {
            let (count, at) = (found.len(), wrong.at);
            report.push(format!(
                "seed {seed}: {name} ({count}): at {at:?} {}",
                wrong.what
            ));
        }
    }
    if !report.is_empty() {
        keep(seed, &trace);
    }
    report
}

/// Writes the record beside the test's other files, to be read by who looks for the reason.
fn keep(seed: u64, trace: &Trace) {
    let policies = trace.policies.iter().map(|policy| format!("{policy:?}"));
    let events = trace.events.iter();
    let events = events.map(|event| format!("{:?} {:?}", event.at, event.what));
    let lines = [format!("{:?}", trace.alerts)].into_iter();
    let text: Vec<_> = lines.chain(policies).chain(events).collect();
    let path = std::env::temp_dir().join(format!("alerts_model.{seed}.txt"));
    // It only helps to read; the report stands without it.
    let _kept = std::fs::write(path, text.join("\n"));
}

const HOUR: Duration = Duration::from_secs(3_600);

/// The 72 hours.
#[test]
fn three_days_of_trouble_are_told_by_the_rules() {
    let wrong = judge(4, 72 * HOUR);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Other worlds, for shorter. `ALERTS_MODEL_SEEDS=100..200` tries others.
#[test]
fn many_worlds_are_told_by_the_rules() {
    let asked = std::env::var("ALERTS_MODEL_SEEDS").unwrap_or_default();
    let bounds = asked
        .split_once("..")
        .and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    let mut wrong = Vec::new();
    for seed in bounds.unwrap_or(10..18) {
        wrong.extend(judge(seed, 6 * HOUR));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    let record = || format!("{:?}", run::run(7, HOUR).events);
    assert!(record() == record());
}
