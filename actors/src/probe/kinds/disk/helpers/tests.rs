use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Instant;

use jiff::Timestamp;

use super::super::shown;
use super::*;

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(5);

const USAGE: Usage = Usage {
    total: 100,
    free: 50,
    available: 40,
    inodes: None,
};

/// Helpers for which `/stuck` answers only when told to, and the number of questions asked.
fn stuck_on_demand() -> (DiskHelpers, mpsc::Sender<()>, Arc<AtomicUsize>) {
    let (release, stuck) = mpsc::channel();
    let stuck = Mutex::new(stuck);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let helpers = DiskHelpers::asking(move |path| {
        count.fetch_add(1, Ordering::SeqCst);
        if path == Path::new("/stuck") {
            stuck.lock().unwrap().recv().map_err(io::Error::other)?;
        }
        Ok(USAGE)
    });
    (helpers, release, asked)
}

fn since(answer: &Answer) -> Timestamp {
    match answer {
        Err(DiskReason::Hangs { since, .. }) => *since,
        other => panic!("expected a hang, got {other:?}"),
    }
}

#[tokio::test]
async fn a_path_that_hangs_says_since_when() {
    let (helpers, release, _) = stuck_on_demand();
    let answer = helpers.ask(Path::new("/stuck"), SHORT).await;
    let Err(DiskReason::Hangs { lasting, .. }) = answer else {
        panic!("expected a hang, got {answer:?}");
    };
    assert!(lasting >= SHORT && lasting < LONG, "{lasting:?}");
    release.send(()).unwrap();
}

#[tokio::test]
async fn while_a_helper_hangs_no_other_is_started_for_its_path() {
    let (helpers, release, asked) = stuck_on_demand();
    let first = since(&helpers.ask(Path::new("/stuck"), SHORT).await);
    for _ in 0..3 {
        assert_eq!(since(&helpers.ask(Path::new("/stuck"), SHORT).await), first);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    release.send(()).unwrap();
}

#[tokio::test]
async fn a_path_that_hangs_delays_no_other() {
    let (helpers, release, _) = stuck_on_demand();
    let hanging = helpers.clone();
    let hang = tokio::spawn(async move { hanging.ask(Path::new("/stuck"), SHORT * 5).await });
    let start = Instant::now();
    for n in 0..50 {
        let path = format!("/fine/{n}");
        assert_eq!(helpers.ask(Path::new(&path), LONG).await, Ok(USAGE));
    }
    assert!(start.elapsed() < SHORT * 4);
    since(&hang.await.unwrap());
    release.send(()).unwrap();
}

#[tokio::test]
async fn who_waits_for_a_hang_gets_the_answer_when_it_is_over() {
    let (helpers, release, asked) = stuck_on_demand();
    since(&helpers.ask(Path::new("/stuck"), SHORT).await);
    let waiting = helpers.clone();
    let waiting = tokio::spawn(async move { waiting.ask(Path::new("/stuck"), LONG).await });
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(USAGE));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn when_a_hang_is_over_the_next_question_is_a_fresh_one() {
    let (helpers, release, asked) = stuck_on_demand();
    let first = since(&helpers.ask(Path::new("/stuck"), SHORT).await);
    release.send(()).unwrap();
    while helpers.calls.len() > 0 {
        tokio::task::yield_now().await;
    }
    let second = since(&helpers.ask(Path::new("/stuck"), SHORT).await);
    assert!(second > first);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    release.send(()).unwrap();
}

#[tokio::test]
async fn a_helper_that_panics_leaves_its_path_free() {
    let helpers = DiskHelpers::asking(|_| panic!("asked for by the test"));
    let answer = helpers.ask(Path::new("/x"), LONG).await;
    assert!(
        matches!(answer, Err(DiskReason::NoHelper { .. })),
        "{answer:?}"
    );
    assert!(helpers.calls.len() == 0);
}

#[tokio::test]
async fn a_path_that_is_not_there_is_missing_and_a_file_is_good_enough() {
    let helpers = DiskHelpers::default();
    let dir = tempfile::tempdir().unwrap();
    let gone = dir.path().join("gone");
    let answer = helpers.ask(&gone, LONG).await;
    assert_eq!(answer, Err(DiskReason::Missing { path: shown(&gone) }));
    std::fs::write(&gone, "now a file").unwrap();
    let below = helpers.ask(&gone.join("below"), LONG).await;
    assert!(
        matches!(below, Err(DiskReason::Missing { .. })),
        "{below:?}"
    );
    let usage = helpers.ask(&gone, LONG).await.unwrap();
    assert!(usage.total >= usage.free && usage.free >= usage.available);
    assert!(usage.total > 0);
}
