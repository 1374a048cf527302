//! The journal on a real file, with a clock that the test drives.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::{AlertTo, Alerts, Flapping, Language, Scope};

use super::store::{Store, StoreError};
use super::*;
use crate::alerts::State;
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Phase, Reason, Verdict};
use crate::supervision::{Child, Life};
use crate::time::Clock;

fn policy(name: &str) -> TargetPolicy {
    TargetPolicy {
        name: name.into(),
        every: Duration::from_secs(60),
        fail_after: 2,
        recover_after: 1,
        retry_every: Duration::from_secs(5),
        remind_every: None,
        depends_on: Vec::new(),
        alert_to: vec![AlertTo::Owner],
        scope: Scope::Local,
    }
}

/// Stands for the link: takes what waits when it is told that something does.
struct Listener {
    grew: Rc<Cell<u32>>,
    health: Rc<RefCell<Option<HealthSummary>>>,
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
        self.health.replace(Some(health.0));
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
    health: Rc<RefCell<Option<HealthSummary>>>,
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
            .send(TargetChecked { target, outcome })
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
    let wait = async {
        loop {
            match Store::open(dir) {
                Ok(store) => return start_with(store, with_account),
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

#[actix_rt::test]
async fn an_alert_waits_on_disk_until_it_is_delivered() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    let before = program.outbox_of(1).await;
    assert!(
        before[0]
            .body
            .starts_with("DOWN shop: connection refused by 127.0.0.1:81")
    );
    assert!(program.grew.get() >= 1);
    program.end().await;

    let program = reopen(dir.path(), true).await;
    assert_eq!(
        program.outbox().await,
        before,
        "same number, same id, same words"
    );
    program
        .journal
        .send(ItemDelivered { seq: before[0].seq })
        .await
        .unwrap();
    assert!(program.outbox().await.is_empty());
}

#[actix_rt::test]
async fn a_restart_goes_on_in_mid_streak_and_says_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.check("shop", Verdict::Ok).await;
    program.check("shop", Verdict::Failed).await;
    assert_eq!(program.state("shop").await, State::Up);
    program.end().await;

    let program = reopen(dir.path(), true).await;
    program.check("shop", Verdict::Failed).await;
    assert_eq!(program.state("shop").await, State::Down);
    program.outbox_of(1).await;
    program.end().await;

    let program = reopen(dir.path(), true).await;
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Ok).await;
    let items = program.outbox_of(2).await;
    assert_eq!(items.len(), 2);
    assert!(items[1].body.starts_with("UP shop:"));
}

#[actix_rt::test]
async fn a_mute_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    let for_ = Duration::from_secs(3_600);
    let mute = MuteTarget {
        target: Some("shop".into()),
        for_,
        reason: Some("moving".into()),
    };
    assert_eq!(program.journal.send(mute).await.unwrap(), ["shop"]);
    program.end().await;
    let program = reopen(dir.path(), true).await;
    let status = program.journal.send(AskStatus).await.unwrap();
    assert_eq!(
        status[0].muted.as_ref().unwrap().reason.as_deref(),
        Some("moving")
    );
    assert_eq!(status[1].muted, None);
    let unmuted = program
        .journal
        .send(UnmuteTarget { target: None })
        .await
        .unwrap();
    assert_eq!(unmuted, ["shop"]);
}

#[actix_rt::test]
async fn without_an_account_the_console_hears_and_nothing_stays_behind() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), false);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    let heard = async {
        while program.said.borrow().is_empty() || !program.outbox().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard)
        .await
        .unwrap();
    assert!(program.said.borrow()[0].starts_with("DOWN shop:"));
}

#[actix_rt::test]
async fn the_presence_follows_the_health() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.check("shop", Verdict::Ok).await;
    program.check("mail", Verdict::Failed).await;
    program.check("mail", Verdict::Failed).await;
    program.outbox_of(1).await;
    let health = program.health.borrow().clone().unwrap();
    assert_eq!((health.total, health.down), (2, vec!["mail".to_owned()]));
}

#[actix_rt::test]
async fn history_shows_the_changes_newest_first_and_the_shares() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    for verdict in [Verdict::Ok, Verdict::Failed, Verdict::Failed, Verdict::Ok] {
        program.check("shop", verdict).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let ask = AskHistory {
        target: Some("shop".into()),
        limit: 2,
    };
    let history = program.journal.send(ask).await.unwrap().unwrap();
    let changes: Vec<_> = history.changes.iter().map(|change| change.to).collect();
    assert_eq!(changes, [State::Up, State::Down]);
    let (name, shares) = &history.up[0];
    assert_eq!((history.up.len(), name.as_str()), (1, "shop"));
    assert!(
        shares
            .iter()
            .all(|share| share.is_some_and(|s| s > 0.0 && s < 100.0)),
        "{shares:?}"
    );
}

#[test]
fn two_programs_do_not_share_a_journal() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Store::open(dir.path()).unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(StoreError::InUse { .. })
    ));
}

#[actix_rt::test]
async fn a_broken_file_is_kept_aside_and_the_owner_hears_of_it_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("journal.db"), vec![0x5a; 8_192]).unwrap();
    let program = start(dir.path(), true);
    let items = program.outbox_of(1).await;
    assert!(items[0].body.contains("journal"), "{}", items[0].body);
    let kept = std::fs::read_dir(dir.path())
        .unwrap()
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().contains("broken"))
        .expect("kept aside");
    assert_eq!(std::fs::read(kept.path()).unwrap(), vec![0x5a; 8_192]);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    assert!(program.outbox_of(2).await[1].body.starts_with("DOWN shop"));
}

#[actix_rt::test]
async fn a_file_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 9_999).unwrap();
    drop(db);
    let program = start(dir.path(), true);
    assert!(program.outbox_of(1).await[0].body.contains("newer version"));
    let db = rusqlite::Connection::open(&path).unwrap();
    let version: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 9_999);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_journal() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("data");
    let _store = Store::open(&folder).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("journal.db")), 0o600);
}
