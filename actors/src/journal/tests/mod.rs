//! The journal on a real file, with a clock that the test drives.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::{AlertTo, Alerts, Flapping, Judging, Language, Scope};

use super::store::{Store, StoreError};
use super::*;
use crate::alerts::State;
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Phase, Reason, Verdict};
use crate::supervision::{Child, Life};
use crate::time::Clock;

mod behaviour;
mod files;
mod outbox;
mod together;
mod trail;

fn policy(name: &str) -> TargetPolicy {
    TargetPolicy {
        name: name.into(),
        judging: Arc::new(Judging {
            every: Duration::from_secs(60),
            fail_after: 2,
            recover_after: 1,
            retry_every: Duration::from_secs(5),
            remind_every: None,
            depends_on: Vec::new(),
            alert_to: vec![AlertTo::Owner],
            scope: Some(Scope::Local),
        }),
    }
}

/// Stands for the link: takes what waits when it is told that something does.
struct Listener {
    grew: Rc<Cell<u32>>,
    health: Rc<RefCell<Vec<HealthSummary>>>,
}

impl Actor for Listener {
    type Context = Context<Self>;
}

impl Handler<crate::connection::OutboxGrew> for Listener {
    type Result = ();
    fn handle(&mut self, _: crate::connection::OutboxGrew, _: &mut Context<Self>) {
        self.grew.set(self.grew.get() + 1);
    }
}

impl Handler<crate::connection::ShowHealth> for Listener {
    type Result = ();
    fn handle(&mut self, health: crate::connection::ShowHealth, _: &mut Context<Self>) {
        self.health.borrow_mut().push(health.0);
    }
}

impl Handler<crate::connection::VerifyLink> for Listener {
    type Result = bool;
    fn handle(&mut self, _: crate::connection::VerifyLink, _: &mut Context<Self>) -> bool {
        true
    }
}

struct Program {
    journal: Addr<Journal>,
    grew: Rc<Cell<u32>>,
    health: Rc<RefCell<Vec<HealthSummary>>>,
    said: Rc<RefCell<Vec<String>>>,
}

fn start(dir: &Path, with_account: bool) -> Program {
    start_with(Store::open(dir).unwrap(), with_account)
}

fn start_with(store: Store, with_account: bool) -> Program {
    let (grew, health, said) = (
        Rc::default(),
        Rc::default(),
        Rc::new(RefCell::new(Vec::new())),
    );
    let listener = Listener {
        grew: Rc::clone(&grew),
        health: Rc::clone(&health),
    }
    .start();
    let heard = Rc::clone(&said);
    let spec = JournalSpec {
        store,
        lang: Language::En,
        alerts: Alerts {
            to: vec![AlertTo::Owner],
            batch_window: Duration::from_millis(50),
            escalation: None,
            flapping: Flapping {
                window: 20,
                high_percent: 50,
                low_percent: 25,
            },
        },
        targets: vec![policy("shop"), policy("mail")],
        history_keep: Duration::from_secs(90 * 86_400),
        link: Rc::new(Cell::new(if with_account { Link::Up } else { Link::None })),
        clock: Clock::start(),
        listeners: Listeners {
            connection: with_account.then(|| {
                (
                    listener.clone().recipient(),
                    listener.clone().recipient(),
                    listener.recipient(),
                )
            }),
            say: Rc::new(move |text| heard.borrow_mut().push(text.to_owned())),
            glances: crate::glance::Glances::default(),
            recheck: Rc::new(|_| {}),
        },
    };
    let journal = Journal::new(spec, Life::new("journal")).start();
    Program {
        journal,
        grew,
        health,
        said,
    }
}

impl Program {
    async fn check(&self, name: &str, verdict: Verdict) -> Duration {
        let reason = Reason::Net(NetReason::Refused {
            peer: "127.0.0.1:81".into(),
        });
        let outcome = Outcome {
            finding: Finding {
                verdict,
                phase: Some(Phase::Connect),
                reason,
            },
            at: Timestamp::now(),
            took: Duration::ZERO,
        };
        let target = name.to_owned();
        self.journal
            .send(TargetChecked {
                target: target.into(),
                outcome,
            })
            .await
            .unwrap()
    }

    async fn outbox(&self) -> Vec<OutboxItem> {
        self.journal.send(AskOutbox { after: 0 }).await.unwrap()
    }

    /// What waits, once so many items do.
    async fn outbox_of(&self, count: usize) -> Vec<OutboxItem> {
        let wait = async {
            loop {
                let items = self.outbox().await;
                if items.len() >= count {
                    return items;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait)
            .await
            .expect("nothing in the outbox")
    }

    async fn state(&self, name: &str) -> State {
        let all = self.journal.send(AskStatus).await.unwrap();
        all.into_iter()
            .find(|status| status.name == name)
            .unwrap()
            .state
    }

    /// Ends the actor; the store goes with its last handle.
    async fn end(self) {
        self.journal.send(crate::supervision::Stop).await.unwrap();
        while self.journal.connected() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The lock of the store is released by its thread, shortly after the last handle is gone.
async fn reopen(dir: &Path, with_account: bool) -> Program {
    start_with(reopened(dir).await, with_account)
}

async fn reopened(dir: &Path) -> Store {
    let wait = async {
        loop {
            match Store::open(dir) {
                Ok(store) => return store,
                Err(StoreError::InUse { .. }) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait)
        .await
        .expect("still locked")
}
