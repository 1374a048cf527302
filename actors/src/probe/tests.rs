//! A probe beside a journal that takes its time.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::{Disk, Judging, Kind, Target};
use tokio::sync::Notify;

use super::kinds::Tools;
use super::{Probe, ProbeNow, ProbeSpec, Probing};
use crate::journal::TargetChecked;
use crate::supervision::{Child, Life};
use crate::time::Clock;
use crate::tls::TlsStore;

/// More than anything here takes.
const PLENTY: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_secs(3_600);

/// Judges when it is let.
struct Slow {
    asked: Rc<Notify>,
    judges: Rc<Notify>,
}

impl Actor for Slow {
    type Context = Context<Self>;
}

impl Handler<TargetChecked> for Slow {
    type Result = ResponseFuture<Duration>;

    fn handle(&mut self, _: TargetChecked, _: &mut Context<Self>) -> Self::Result {
        self.asked.notify_one();
        let judges = Rc::clone(&self.judges);
        Box::pin(async move {
            judges.notified().await;
            HOUR
        })
    }
}

fn target() -> Target {
    let disk = Disk {
        path: "/".into(),
        min_free: Vec::new(),
        min_free_inodes: None,
    };
    Target {
        name: "disk".into(),
        kind: Kind::Disk(Box::new(disk)),
        timeout: PLENTY,
        judging: Arc::new(Judging {
            every: HOUR,
            fail_after: 1,
            recover_after: 1,
            retry_every: HOUR,
            remind_every: None,
            depends_on: Vec::new(),
            alert_to: Vec::new(),
            scope: None,
        }),
    }
}

fn probe(journal: Slow) -> Addr<Probe> {
    let tools = Tools::new(TlsStore::load().unwrap());
    let journal = journal.start().recipient();
    let with = Rc::new(Probing::new(tools, 1, journal, Clock::start()));
    let spec = ProbeSpec {
        target: Arc::new(target()),
        with,
        first_in: HOUR,
    };
    Probe::new(spec, Life::new("probe/disk")).start()
}

#[actix::test]
async fn who_asks_while_the_last_check_is_judged_gets_a_fresh_one_and_not_the_next_in_an_hour() {
    let (asked, judges) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
    let probe = probe(Slow {
        asked: Rc::clone(&asked),
        judges: Rc::clone(&judges),
    });
    let first = probe.send(ProbeNow).await.unwrap();
    asked.notified().await;
    let second = probe.send(ProbeNow);
    tokio::pin!(second);
    // It has arrived, and nothing answers it before the judgement.
    let early = tokio::time::timeout(Duration::from_millis(50), &mut second).await;
    assert!(early.is_err(), "{early:?}");
    judges.notify_one();
    let second = tokio::time::timeout(PLENTY, second).await.unwrap().unwrap();
    assert!(first.is_some() && second.is_some(), "{first:?} {second:?}");
}
