//! Ten thousand probes that panic: how late the checks of healthy ones beside them are.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use super::peers::wait::until_within;
use super::peers::{Home, Program};
use super::{ms, print};

const PANICKING: usize = 10_000;
const HEALTHY: usize = 20;
const PACE: Duration = Duration::from_secs(1);
const CALM: Duration = Duration::from_secs(10);
const STORM: Duration = Duration::from_secs(30);

/// When a target was checked.
type Visits = Arc<Mutex<Vec<Instant>>>;

pub(super) async fn endured() {
    let mut visits = Vec::new();
    let mut yaml =
        "data_dir: data\nalerts: {flapping: {window: 0}}\ndefaults: {every: 10s}\ntargets:\n"
            .to_owned();
    for n in 0..HEALTHY {
        let (port, seen) = visited().await;
        let target = format!(
            "{{name: healthy {n}, kind: port, host: 127.0.0.1, port: {port}, every: 1s, timeout: 1s}}"
        );
        writeln!(yaml, "  - {target}").unwrap();
        visits.push(seen);
    }
    for n in 0..PANICKING {
        writeln!(
            yaml,
            "  - {{name: f{n}, kind: fault, trigger: trigger, mode: panic}}"
        )
        .unwrap();
    }
    let home = Home::with(&yaml);
    let program = Program::start(&home);
    until_within(Duration::from_secs(90), "all are UP", || {
        let up = program
            .log()
            .iter()
            .filter(|line| line["to"] == "UP")
            .count();
        (up == HEALTHY + PANICKING).then_some(())
    })
    .await;
    tokio::time::sleep(CALM).await;
    let calm = latest(&visits, CALM);
    std::fs::write(home.path().join("trigger"), "").unwrap();
    tokio::time::sleep(STORM).await;
    let storm = latest(&visits, STORM);
    let restarts = program
        .log()
        .iter()
        .filter(|line| line["message"] == "actor restarting")
        .count();
    let found = format!(
        "{} ({restarts} panics in {STORM:?}; {} without them)",
        ms(storm),
        ms(calm)
    );
    print(
        "latest check of a healthy target beside 10,000 that panic",
        "100 ms",
        &found,
    );
}

/// A port, and when somebody came.
async fn visited() -> (u16, Visits) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let visits = Visits::default();
    let noted = Arc::clone(&visits);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            noted.lock().unwrap().push(Instant::now());
        }
    });
    (port, visits)
}

/// By how much the latest check of the last while came after its time, which is a second after the one before.
fn latest(visits: &[Visits], within: Duration) -> Duration {
    let begin = Instant::now().checked_sub(within).unwrap();
    let late = |seen: &Visits| {
        let seen = seen.lock().unwrap();
        let times: Vec<Instant> = seen.iter().copied().filter(|at| *at > begin).collect();
        let gaps = times
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).saturating_sub(PACE));
        gaps.max().unwrap_or_default()
    };
    visits.iter().map(late).max().unwrap_or_default()
}
