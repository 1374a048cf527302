//! What comes while the store is busy is written together.

use std::sync::mpsc;

use super::super::db::{Batch, NewMessage};
use super::super::outbox;
use super::*;
use crate::alerts::digest::Content;
use crate::alerts::line::Line;

fn saying(text: &str) -> Batch {
    let at = jiff::Timestamp::UNIX_EPOCH;
    Batch {
        messages: vec![NewMessage {
            to: AlertTo::Owner,
            body: text.into(),
            content: Content::of(vec![Line::notice(text.into(), at)]),
            at,
        }],
        ..Batch::default()
    }
}

/// Keeps the store's thread busy until the sender is dropped.
fn keep_busy(store: &Store) -> mpsc::Sender<()> {
    let (release, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    drop(store.ask(move |_| {
        let _released = wait.lock().unwrap().recv();
        Ok(())
    }));
    release
}

/// Pages that were written: each transaction writes one at least (SQLite, "WAL-mode File Format").
fn pages_written(dir: &Path) -> u64 {
    let log = std::fs::metadata(dir.join("journal.db-wal")).unwrap();
    log.len() / 4_096
}

#[actix::test]
async fn batches_that_wait_share_a_transaction_and_keep_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let before = pages_written(dir.path());
    let release = keep_busy(&store);
    let texts: Vec<String> = (0..500).map(|n| format!("line {n}")).collect();
    let written: Vec<_> = texts
        .iter()
        .map(|text| store.commit(saying(text)))
        .collect();
    drop(release);
    for written in written {
        written.await.unwrap();
    }
    let pages = pages_written(dir.path()) - before;
    assert!(pages < 250, "{pages} pages for 500 messages");
    let page = store.ask(|db| outbox::waiting(db, 0, 1_000)).await.unwrap();
    let bodies: Vec<_> = page.into_iter().map(|item| item.body).collect();
    assert_eq!(bodies, texts);
}

#[actix::test]
async fn all_that_were_written_together_hear_why_they_were_not() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store
        .ask(|db| db.execute_batch("DROP TABLE outbox"))
        .await
        .unwrap();
    let release = keep_busy(&store);
    let written = [store.commit(saying("one")), store.commit(saying("two"))];
    drop(release);
    for written in written {
        let error = written.await.unwrap_err().to_string();
        assert!(error.contains("no such table"), "{error}");
    }
    // And the next one is not stuck behind them.
    assert!(store.commit(Batch::default()).await.is_ok());
}
