//! What the benches have in common: targets as they are configured, what a check of one found, and a
//! journal that keeps its file in a folder of its own.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_actors::alerts::Link;
use hostmessenger_actors::alerts::board::Board;
use hostmessenger_actors::glance::Glances;
use hostmessenger_actors::journal::store::Store;
use hostmessenger_actors::journal::{Journal, JournalSpec, Listeners, TargetChecked};
use hostmessenger_actors::probe::Probing;
use hostmessenger_actors::probe::kinds::Tools;
use hostmessenger_actors::probe::kinds::web::WebReason;
use hostmessenger_actors::probe::net::NetReason;
use hostmessenger_actors::probe::verdict::{Finding, Outcome, Phase, Reason};
use hostmessenger_actors::supervision::policies;
use hostmessenger_actors::supervision::{Child, Life};
use hostmessenger_actors::time::{Clock, Now};
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{Config, Language};
use jiff::Timestamp;

/// So many web targets, as somebody would write them down.
pub(crate) fn yaml(targets: usize) -> String {
    let mut text = "language: en\ndata_dir: data\ntargets:\n".to_owned();
    for n in 0..targets {
        writeln!(
            text,
            "  - {{name: shop {n}, kind: web, url: 'http://127.0.0.1:8080/{n}', every: 1h}}"
        )
        .unwrap();
    }
    text
}

/// Reads a configuration from a file in this folder, as the program does.
pub(crate) fn read(dir: &Path, text: &str) -> Config {
    let file = dir.join("hostmessenger.yaml");
    std::fs::write(&file, text).unwrap();
    hostmessenger_config::load(&file, std::iter::empty()).unwrap()
}

/// A configuration with so many targets.
pub(crate) fn config(targets: usize) -> Config {
    read(tempfile::tempdir().unwrap().path(), &yaml(targets))
}

/// The names of its targets.
pub(crate) fn names(config: &Config) -> Vec<Arc<str>> {
    let names = config.targets.iter().map(|target| Arc::clone(&target.name));
    names.collect()
}

fn outcome(finding: Finding) -> Outcome {
    Outcome {
        finding,
        at: Timestamp::UNIX_EPOCH,
        took: Duration::from_millis(41),
    }
}

/// A check that found all well.
pub(crate) fn good() -> Outcome {
    let answered = Reason::Web(WebReason::Answered { status: 200 });
    outcome(Finding::ok(Phase::Answer, answered))
}

/// A check that found nobody.
pub(crate) fn bad() -> Outcome {
    let peer = "127.0.0.1:8080".to_owned();
    let refused = Reason::Net(NetReason::Refused { peer });
    outcome(Finding::failed(Phase::Connect, refused))
}

/// So long after the start.
pub(crate) fn after(mono: Duration) -> Now {
    Now {
        wall: Timestamp::UNIX_EPOCH + mono,
        mono,
    }
}

/// A board on which every target has long been UP, and the time it is there.
pub(crate) fn steady_board(config: &Config) -> (Board, Duration) {
    let (alerts, start) = (config.alerts.clone(), after(Duration::ZERO));
    let policies = policies::of(config);
    let mut board = Board::new(
        policies,
        HashMap::new(),
        alerts,
        Language::En,
        Link::Up,
        start,
    );
    let mut now = Duration::from_secs(60);
    // Twice what is looked at for flapping: the first good check is forgotten.
    for _ in 0..2 * config.alerts.flapping.window {
        for target in &config.targets {
            board.checked(&target.name, &good(), after(now));
        }
        now += Duration::from_secs(60);
        board.tick(after(now));
    }
    (board, now)
}

/// A journal for these targets. It keeps its file in this folder and tells whom it is given.
pub(crate) fn journal(dir: &Path, config: &Config, told: Listeners) -> Addr<Journal> {
    let link = if told.connection.is_some() {
        Link::Up
    } else {
        Link::None
    };
    let spec = JournalSpec {
        store: Store::open(dir).unwrap(),
        lang: Language::En,
        alerts: config.alerts.clone(),
        targets: policies::of(config),
        history_keep: config.history_keep,
        link: Rc::new(link.into()),
        clock: Clock::start(),
        listeners: told,
    };
    Journal::new(spec, Life::new("journal")).start()
}

/// What probes share that tell this one.
pub(crate) fn probing(journal: Recipient<TargetChecked>) -> Rc<Probing> {
    let tools = Tools::new(TlsStore::load().unwrap());
    Rc::new(Probing::new(tools, 512, journal, Clock::start()))
}

/// Nobody who listens.
pub(crate) fn nobody() -> Listeners {
    Listeners {
        connection: None,
        say: Rc::new(|_| ()),
        glances: Glances::default(),
        recheck: Rc::new(|_| ()),
    }
}
