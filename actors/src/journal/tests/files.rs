//! The file: broken, newer, somebody else's.

use super::*;

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

#[cfg(windows)]
#[test]
fn nobody_else_can_read_the_journal() {
    use crate::testing::is_open_to_others;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("data");
    // A folder that was there before, and is for everyone.
    std::fs::create_dir(&folder).unwrap();
    crate::testing::open_to_others(&folder);
    let _store = Store::open(&folder).unwrap();
    for file in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        assert!(!is_open_to_others(&folder.join(file)), "{file}");
    }
}

/// The folder of a program that has ended; it had told that `shop` is DOWN.
async fn of_a_run_that_told_down() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let program = start(dir.path(), true);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    program.outbox_of(1).await;
    program.end().await;
    dir
}

/// Waits until a file that was closed has no log beside it.
async fn wait_for_rest(path: &Path) {
    let log = path.with_extension("db-wal");
    let gone = async {
        while log.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .unwrap();
}

#[actix_rt::test]
async fn a_folder_that_can_only_be_read_is_read() {
    let dir = of_a_run_that_told_down().await;
    drop(reopened(dir.path()).await);
    wait_for_rest(&dir.path().join("journal.db")).await;
    // Stands for a folder without the right to write: the lock cannot be had.
    std::fs::remove_file(dir.path().join("lock")).unwrap();
    std::fs::create_dir(dir.path().join("lock")).unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.in_trouble(), ["shop"], "looked at first");
    let program = start_with(store, true);
    let items = program.outbox_of(2).await;
    assert!(items[0].body.starts_with("DOWN shop"), "{items:?}");
    assert!(items[1].body.contains("no longer be written"), "{items:?}");
    program.check("shop", Verdict::Failed).await;
    assert_eq!(program.outbox().await.len(), 2, "no second DOWN");
}

/// Has the file refuse all writing from now on, as a full disk does.
pub(super) async fn fill(store: &Store) {
    let full = store.ask(|db| {
        let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
    });
    full.await.unwrap();
}

#[actix_rt::test]
async fn on_a_full_disk_the_program_goes_on_from_memory_says_so_once_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let program = start_with(store.clone(), true);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    program.outbox_of(1).await;
    fill(&store).await;
    // So many that the pages there are do not hold them.
    let long = "x".repeat(3_000);
    for n in 0..40 {
        let text = format!("{n} {long}");
        let to = vec![AlertTo::Owner];
        program.journal.send(Notify { to, text }).await.unwrap();
    }
    let items = program.outbox_of(42).await;
    let told = items
        .iter()
        .filter(|item| item.body.contains("no longer be written"));
    assert_eq!(told.count(), 1, "once");
    assert!(
        items[0].body.starts_with("DOWN shop"),
        "what waited before still does"
    );
    assert_eq!(program.state("shop").await, State::Down);
    program
        .journal
        .send(ItemDelivered { seq: items[0].seq })
        .await
        .unwrap();

    store.come_back_now().await;
    program.check("mail", Verdict::Failed).await;
    program.check("mail", Verdict::Failed).await;
    let items = program.outbox_of(43).await;
    assert!(
        items
            .iter()
            .any(|item| item.body.contains("to its file again"))
    );
    program.end().await;
    drop(store);
    let program = reopen(dir.path(), true).await;
    let after = program.outbox().await;
    assert_eq!(
        after.len(),
        items.len(),
        "all of it is on disk, and nothing that was delivered"
    );
    assert_eq!(program.state("mail").await, State::Down);
}

/// The link reads on behind the last number that it saw: one that is given twice is never sent.
#[actix_rt::test]
async fn numbers_go_on_rising_on_the_way_into_memory_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let program = start_with(store.clone(), true);
    let mut last = 0;
    // On disk, in memory, and on disk again.
    for place in 0..3 {
        match place {
            1 => fill(&store).await,
            2 => store.come_back_now().await,
            _ => {}
        }
        for _ in 0..10 {
            let to = vec![AlertTo::Owner];
            let text = "x".repeat(3_000);
            program.journal.send(Notify { to, text }).await.unwrap();
        }
        let items = program.outbox_of(10).await;
        assert!(
            items[0].seq > last,
            "place {place}: {} after {last}",
            items[0].seq
        );
        // All is delivered: nothing is left from which the numbers could be known.
        while let Some(item) = program.outbox().await.into_iter().next() {
            last = last.max(item.seq);
            let seq = item.seq;
            program.journal.send(ItemDelivered { seq }).await.unwrap();
        }
    }
}

/// Overwrites a file with nonsense from there to its end.
fn spoil(path: &Path, from: impl Fn(u64) -> u64) {
    use std::io::{Seek, SeekFrom, Write};
    let length = std::fs::metadata(path).unwrap().len();
    let from = from(length);
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    let nonsense = vec![0x5a; usize::try_from(length - from).unwrap()];
    file.write_all(&nonsense).unwrap();
}

#[actix_rt::test]
async fn a_file_that_is_damaged_while_the_program_runs_is_replaced_and_no_state_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let program = start_with(store.clone(), true);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    program.outbox_of(1).await;
    let emptied = store.ask(|db| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    emptied.await.unwrap();
    let path = dir.path().join("journal.db");
    spoil(&path, |_| 0);
    store
        .ask(|db| db.execute_batch("PRAGMA shrink_memory"))
        .await
        .unwrap();
    program.check("mail", Verdict::Failed).await;
    program.check("mail", Verdict::Failed).await;
    let items = program.outbox_of(2).await;
    assert!(
        items.iter().any(|item| item.body.contains("damaged")),
        "{items:?}"
    );
    assert!(
        items.iter().any(|item| item.body.starts_with("DOWN mail")),
        "{items:?}"
    );
    program.end().await;
    drop(store);
    let program = reopen(dir.path(), true).await;
    assert_eq!(
        program.state("shop").await,
        State::Down,
        "known from memory"
    );
    let kept = std::fs::read_dir(dir.path())
        .unwrap()
        .filter_map(Result::ok);
    let kept = kept.filter(|entry| entry.file_name().to_string_lossy().contains("broken"));
    assert!(kept.count() >= 1);
}

#[actix_rt::test]
async fn a_damaged_file_gives_what_can_still_be_read() {
    let dir = of_a_run_that_told_down().await;
    let store = reopened(dir.path()).await;
    let grow = store.ask(|db| {
        db.execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
             INSERT INTO change (target, at, json) SELECT 'x', i, hex(randomblob(100)) FROM n",
        )
    });
    grow.await.unwrap();
    drop(store);
    drop(reopened(dir.path()).await);
    let path = dir.path().join("journal.db");
    wait_for_rest(&path).await;
    // The pages at the end hold the history that was just written.
    spoil(&path, |length| length / 2);
    let program = reopen(dir.path(), true).await;
    assert_eq!(program.state("shop").await, State::Down);
    let items = program.outbox_of(2).await;
    assert!(items[0].body.starts_with("DOWN shop"), "{items:?}");
    assert!(items[1].body.contains("damaged"), "{items:?}");
}

#[actix_rt::test]
async fn where_there_can_be_no_folder_the_program_runs_from_memory() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("taken");
    std::fs::write(&place, "a file").unwrap();
    let program = start(&place, true);
    assert!(
        program.outbox_of(1).await[0]
            .body
            .contains("no longer be written")
    );
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    assert!(program.outbox_of(2).await[1].body.starts_with("DOWN shop"));
    assert_eq!(std::fs::read(&place).unwrap(), b"a file");
}
