//! A process without a file to spare. It is one of its own, since others would suffer.

use std::process::Command;
use std::time::Duration;

use hostmessenger_config::Config;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;

use crate::probe::kinds::{self, Tools, Trace};
use crate::probe::verdict::{Phase, Verdict};
use crate::testing::store;

const MARK: &str = "TEST_WITHOUT_FILES";

#[tokio::test]
async fn without_a_file_to_spare_no_target_is_blamed() {
    if std::env::var_os(MARK).is_some() {
        return check_all().await;
    }
    let name = "probe::net::exhausted_tests::without_a_file_to_spare_no_target_is_blamed";
    let mut again = Command::new(std::env::current_exe().unwrap());
    let output = again.args(["--exact", name]).env(MARK, "").output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("1 passed"), "{told}");
}

async fn check_all() {
    // Somebody listens, so that only the want of files can be in the way.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = targets(listener.local_addr().unwrap().port());
    let tools = Tools::new(store());
    let mut limit = getrlimit(Resource::Nofile);
    let usual = limit.current.replace(0);
    setrlimit(Resource::Nofile, limit).unwrap();
    let mut found = Vec::new();
    for target in config.targets {
        let trace = Trace::default();
        let check = kinds::check(&target.kind, Duration::from_secs(10), &tools, &trace);
        found.push((target.name.clone(), check.await));
    }
    limit.current = usual;
    setrlimit(Resource::Nofile, limit).unwrap();
    assert_eq!(found.len(), 6);
    for (name, finding) in found {
        let phase = if name.ends_with("name") {
            Phase::Resolve
        } else {
            Phase::Connect
        };
        assert_eq!(finding.verdict, Verdict::Unknown, "{name}: {finding:?}");
        assert_eq!(finding.phase, Some(phase), "{name}: {finding:?}");
    }
}

/// Each kind that connects, by address and by name.
fn targets(port: u16) -> Config {
    let mut lines = vec!["targets:".to_owned()];
    for (kind, options) in [
        ("port", "host: HOST, port: PORT"),
        ("ftp", "host: HOST, port: PORT"),
        ("web", "url: 'http://HOST:PORT/'"),
    ] {
        for (by, host) in [("address", "127.0.0.1"), ("name", "localhost")] {
            let options = options.replace("HOST", host);
            let options = options.replace("PORT", &port.to_string());
            lines.push(format!(
                "  - {{name: {kind} by {by}, kind: {kind}, {options}}}"
            ));
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hostmessenger.yaml");
    std::fs::write(&file, lines.join("\n")).unwrap();
    hostmessenger_config::load(&file, std::iter::empty()).unwrap()
}
