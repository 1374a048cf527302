//! The audit trail: kept, bounded, carried along, taken over from outside.

use super::*;
use crate::audit::{Audited, Deed, Entry, Wanted, note_from_outside, read};
use crate::journal::trail;
use crate::journal::{AskAudit, NoteEnrolment};

fn command(line: &str) -> Audited {
    Audited {
        by: "owner@hm.test".into(),
        deed: Deed::Command { line: line.into() },
    }
}

fn entry(second: i64, deed: Deed) -> Entry {
    let audited = Audited {
        by: "owner@hm.test".into(),
        deed,
    };
    Entry::new(Timestamp::from_second(second).unwrap(), audited)
}

async fn trail_of(program: &Program) -> Vec<Deed> {
    let entries = program.journal.send(AskAudit { limit: 500 }).await;
    let deeds = entries.unwrap().unwrap().into_iter();
    deeds.map(|entry| entry.deed).collect()
}

#[actix_rt::test]
async fn what_was_answered_is_on_disk_and_read_from_outside_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    for line in ["OS", "HD"] {
        program.journal.send(command(line)).await.unwrap();
    }
    let all = read(dir.path(), Wanted::default()).unwrap();
    assert_eq!(
        [&all[0].deed, &all[1].deed],
        [&command("OS").deed, &command("HD").deed]
    );
    let last = Wanted {
        last: Some(1),
        since: None,
    };
    assert_eq!(read(dir.path(), last).unwrap(), all[1..]);
    let later = Wanted {
        since: Some(Timestamp::now() + Duration::from_secs(60)),
        last: None,
    };
    assert_eq!(read(dir.path(), later).unwrap(), []);
    assert_eq!(
        trail_of(&program).await,
        [command("HD").deed, command("OS").deed]
    );
}

#[actix_rt::test]
async fn what_other_processes_did_is_there_at_once_and_once() {
    let dir = tempfile::tempdir().unwrap();
    note_from_outside(dir.path(), Deed::VncPasswordSet).unwrap();
    let program = start(dir.path(), true);
    assert_eq!(trail_of(&program).await, [Deed::VncPasswordSet]);
    note_from_outside(dir.path(), Deed::VncCodeMade).unwrap();
    let outside = read(dir.path(), Wanted::default()).unwrap();
    assert_eq!(outside.len(), 2, "read before it is taken over");
    let both = [Deed::VncCodeMade, Deed::VncPasswordSet];
    assert_eq!(trail_of(&program).await, both);
    assert_eq!(trail_of(&program).await, both);
    assert_eq!(read(dir.path(), Wanted::default()).unwrap(), {
        let mut outside = outside;
        outside.sort_by_key(|entry| entry.at);
        outside
    });
}

#[test]
fn a_crash_between_taking_over_and_deleting_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut db = crate::journal::file::open_memory().unwrap();
    note_from_outside(dir.path(), Deed::VncPasswordSet).unwrap();
    let taken = crate::audit::take(dir.path()).unwrap().unwrap();
    let path = dir.path().join(&taken.name);
    let bytes = std::fs::read(&path).unwrap();
    trail::take_over(&mut db, dir.path()).unwrap();
    assert!(!path.exists());
    // As if it had not been deleted.
    std::fs::write(&path, bytes).unwrap();
    note_from_outside(dir.path(), Deed::VncCodeMade).unwrap();
    trail::take_over(&mut db, dir.path()).unwrap();
    let deeds: Vec<_> = trail::entries(&db, Timestamp::MIN, 9).unwrap();
    let deeds: Vec<_> = deeds.into_iter().map(|entry| entry.deed).collect();
    assert_eq!(deeds, [Deed::VncCodeMade, Deed::VncPasswordSet]);
}

#[actix_rt::test]
async fn enrolment_is_noted_once_with_its_own_time() {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    let enrolled = entry(
        1_000,
        Deed::Enrolled {
            jid: "web01@hm.test".into(),
        },
    );
    for _ in 0..2 {
        program
            .journal
            .send(NoteEnrolment(enrolled.clone()))
            .await
            .unwrap();
    }
    let entries = program.journal.send(AskAudit { limit: 9 }).await;
    assert_eq!(entries.unwrap().unwrap(), [enrolled]);
}

fn count(db: &rusqlite::Connection) -> i64 {
    db.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn there_are_never_more_than_a_hundred_thousand_and_the_newest_stay() {
    let mut db = crate::journal::file::open_memory().unwrap();
    let change = db.transaction().unwrap();
    for second in 0..103_500 {
        trail::add(&change, &entry(second, Deed::ViewerConnected)).unwrap();
        if second % 500 == 0 {
            assert!(count(&change) <= 100_000);
        }
    }
    change.commit().unwrap();
    assert!(count(&db) > 99_000);
    let newest = trail::entries(&db, Timestamp::MIN, 1).unwrap();
    assert_eq!(newest[0].at.as_second(), 103_499);
}

#[test]
fn what_is_old_goes_but_for_the_last_thousand_and_the_enrolment() {
    let db = crate::journal::file::open_memory().unwrap();
    let enrolled = Deed::Enrolled {
        jid: "web01@hm.test".into(),
    };
    trail::add(&db, &entry(0, enrolled.clone())).unwrap();
    for second in 1..=1_500 {
        trail::add(&db, &entry(second, Deed::ViewerConnected)).unwrap();
    }
    let prune = |keep: u64, now: i64| {
        let now = Timestamp::from_second(now).unwrap();
        trail::prune(&db, Duration::from_secs(keep), now).unwrap();
        count(&db)
    };
    assert_eq!(prune(1_500, 1_500), 1_501, "nothing is old");
    assert_eq!(prune(1_300, 1_500), 1_302, "from 200 on, and the enrolment");
    assert_eq!(prune(1, 9_999), 1_001, "all are old");
    let all = trail::entries(&db, Timestamp::MIN, 9_999).unwrap();
    assert_eq!(all.last().unwrap().deed, enrolled);
}

#[actix_rt::test]
async fn a_damaged_file_keeps_its_trail_and_a_newer_one_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal.db");
    {
        let store = Store::open(dir.path()).unwrap();
        store
            .write(|db| {
                trail::add(db, &entry(7, Deed::VncPasswordSet))?;
                // What was salvaged must be found by its table alone.
                db.execute_batch("DROP TABLE delivery; PRAGMA wal_checkpoint(TRUNCATE)")
            })
            .await
            .unwrap();
    }
    let from = rusqlite::Connection::open(&path).unwrap();
    let mut to = crate::journal::file::open_memory().unwrap();
    assert!(!crate::journal::salvage::copy(&from, &mut to).unwrap());
    assert_eq!(trail::entries(&to, Timestamp::MIN, 9).unwrap().len(), 1);
    from.pragma_update(None, "user_version", 9_999).unwrap();
    let error = read(dir.path(), Wanted::default()).unwrap_err();
    assert!(error.to_string().contains("newer version"), "{error}");
    let nowhere = read(&dir.path().join("no"), Wanted::default());
    assert!(nowhere.unwrap_err().to_string().contains("no journal"));
}

#[actix_rt::test]
async fn what_is_noted_while_the_file_is_full_is_carried_back_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let program = start_with(store.clone(), true);
    program.journal.send(command("before")).await.unwrap();
    super::files::fill(&store).await;
    for n in 0..100 {
        let long = command(&format!("{n} {}", "x".repeat(400)));
        program.journal.send(long).await.unwrap();
    }
    assert_eq!(trail_of(&program).await.len(), 101);
    let on_disk = read(dir.path(), Wanted::default()).unwrap().len();
    assert!(on_disk < 101, "{on_disk}: the file took it all");
    store.come_back_now().await;
    program.journal.send(command("after")).await.unwrap();
    let all = read(dir.path(), Wanted::default()).unwrap();
    assert_eq!(all.len(), 102);
    assert_eq!(all[0].deed, command("before").deed);
    assert_eq!(all[101].deed, command("after").deed);
}
