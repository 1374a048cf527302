//! Looks at processes and ports from outside, ends by pid.

use std::fs;
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

/// Waits until it is so, and fails the test where it does not become so.
#[expect(clippy::disallowed_methods, reason = "no arbiter runs in these tests")]
pub(crate) fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The living processes whose command line holds this text, such as the test's own folder.
pub(crate) fn with(text: &str) -> Vec<i32> {
    let entries = fs::read_dir("/proc").expect("/proc");
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|pid| command_line(*pid).contains(text))
        .collect()
}

pub(crate) fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

pub(crate) fn signal(pid: i32, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status()
        .expect("kill");
    assert!(sent.success(), "{signal} {pid}");
}

pub(crate) fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The local addresses that these processes listen on, over TCP.
pub(crate) fn listening(pids: &[i32]) -> Vec<String> {
    let output = Command::new("ss").arg("-Hltnp").output().expect("ss");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let of_ours = |line: &&str| pids.iter().any(|pid| line.contains(&format!("pid={pid},")));
    text.lines()
        .filter(of_ours)
        .filter_map(|line| line.split_whitespace().nth(3).map(ToOwned::to_owned))
        .collect()
}
