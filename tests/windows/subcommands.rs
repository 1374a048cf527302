//! What scripts call: `check`, `init`, `schema`, and how they end.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::peers::free_port::free_port;
use crate::peers::runner::Runner;
use crate::peers::{Home, Listener, Nginx};
use crate::scene::home;

const BAD: &str = "\
language: fr
targets:
  - {name: shop, kind: web, url: http://127.0.0.1/, every: 10}
  - {name: shop, kind: port, host: 127.0.0.1, port: 80, pace: 1s}
";

#[tokio::test]
async fn a_bad_configuration_ends_with_2_and_tells_every_mistake_with_its_line() {
    let home = home(BAD);
    for arguments in [&["check"][..], &["run", "--no-console"]] {
        let done = home.run(arguments, "");
        assert_eq!(done.code, Some(2), "{done:?}");
        let told = format!("{}{}", done.out, done.err);
        for place in [
            "language",
            "targets[0].every",
            "targets[1].name",
            "targets[1].pace",
            "hostmessenger.yaml:3",
        ] {
            assert!(told.contains(place), "{place} is not named: {told}");
        }
        assert!(!told.contains("started"), "{told}");
    }
}

#[tokio::test]
async fn check_probe_tells_each_target_once_as_json_and_as_a_table() {
    let (nginx, port) = (Nginx::start().await, free_port());
    let home = home(&format!(
        "targets:
  - {{name: drive, kind: disk, path: 'C:\\', min_free: 0%}}
  - {{name: shop, kind: web, url: \"{}\", expect: {{body_contains: Welcome}}}}
  - {{name: gone, kind: port, host: 127.0.0.1, port: {port}}}
",
        nginx.url()
    ));
    let done = home.run(&["check", "--probe", "--output", "json"], "");
    assert_eq!(done.code, Some(1), "{done:?}");
    let table: Value = serde_json::from_str(&done.out).unwrap();
    let rows = table["targets"].as_array().unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row["name"].as_str(), row["verdict"].as_str()))
        .collect();
    let wanted = [("drive", "ok"), ("shop", "ok"), ("gone", "failed")];
    let wanted = wanted.map(|(name, verdict)| (Some(name), Some(verdict)));
    assert_eq!(found, wanted);
    assert_eq!(rows[2]["phase"], "connect");
    let reason = format!("connection refused by 127.0.0.1:{port}");
    assert_eq!(rows[2]["reason"], reason);
    let _back = Listener::on(port).await;
    let done = tokio::task::spawn_blocking(move || home.run(&["check", "--probe"], ""))
        .await
        .unwrap();
    assert_eq!(done.code, Some(0), "{done:?}");
    for name in ["drive", "shop", "gone"] {
        let told = done.out.lines().any(|line| line.trim().starts_with(name));
        assert!(told, "{name}: {done:?}");
    }
}

#[tokio::test]
async fn init_unpacks_what_check_accepts_and_never_overwrites() {
    let home = Home::empty_for(Runner::Wine);
    let done = home.run(&["init", "unpacked"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let folder = home.path().join("unpacked");
    let done = home.run(&["check", "--config", r"unpacked\hostmessenger.yaml"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let files = || -> BTreeMap<_, _> {
        let entries = std::fs::read_dir(&folder).unwrap().map(Result::unwrap);
        entries
            .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
            .collect()
    };
    for name in ["hostmessenger.yaml", "hostmessenger.schema.json"] {
        assert!(folder.join(name).is_file(), "{name}: {:?}", files().keys());
    }
    for name in files().keys() {
        std::fs::write(folder.join(name), "mine").unwrap();
    }
    let done = home.run(&["init", "unpacked"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(files().values().all(|text| text == b"mine"), "{done:?}");
}

#[tokio::test]
async fn what_only_prints_prints_and_a_wrong_option_ends_with_2() {
    let home = Home::empty_for(Runner::Wine);
    let schema = home.run(&["schema"], "");
    assert_eq!(schema.code, Some(0), "{schema:?}");
    let schema: Value = serde_json::from_str(&schema.out).unwrap();
    assert!(schema["properties"]["targets"].is_object());
    let version = home.run(&["--version"], "");
    assert_eq!(version.code, Some(0), "{version:?}");
    let wanted = format!("hostmessenger {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(version.out.trim(), wanted);
    let help = home.run(&["--help"], "");
    assert_eq!(help.code, Some(0), "{help:?}");
    for word in ["run", "init", "check", "enroll", "vnc-password", "schema"] {
        assert!(
            help.out.contains(&format!("\n  {word} ")),
            "{word}: {}",
            help.out
        );
    }
    for (theirs, of_unix) in [
        ("%HOSTMESSENGER_CONFIG%", "$HOSTMESSENGER_CONFIG"),
        ("\n  set HOSTMESSENGER__", "… hostmessenger run"),
        (
            "\n  hostmessenger completions powershell",
            "completions bash",
        ),
    ] {
        assert!(help.out.contains(theirs), "{theirs}: {}", help.out);
        assert!(!help.out.contains(of_unix), "{of_unix}: {}", help.out);
    }
    let wrong = home.run(&["check", "--prob"], "");
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let missing = home.run(&["check", "--config", r"C:\nowhere.yaml"], "");
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.err.contains(r"C:\nowhere.yaml"), "{missing:?}");
}

#[tokio::test]
async fn a_variable_overrides_a_key_and_an_unknown_one_is_a_mistake() {
    let home = home("language: en\ntargets: []\n");
    let check = |variable: &str| {
        let mut command = home.command(&["check"]);
        crate::peers::home::Done::of(&command.env(variable, "de").output().unwrap())
    };
    assert_eq!(check("HOSTMESSENGER__LANGUAGE").code, Some(0));
    let done = check("HOSTMESSENGER__LANGAUGE");
    assert_eq!(done.code, Some(2), "{done:?}");
    let told = format!("{}{}", done.out, done.err);
    assert!(told.contains("HOSTMESSENGER__LANGAUGE"), "{told}");
}

#[tokio::test]
async fn check_accepts_the_reference_file_as_it_stands() {
    let home = home(include_str!("../../config/testdata/reference.yaml"));
    for (name, secret) in [
        ("xmpp", "hunter2"),
        ("shop", "hunter2"),
        ("mirror", "hunter2"),
        ("totp", "JBSWY3DPEHPK3PXP"),
    ] {
        home.secret(&format!("secrets/{name}"), secret);
    }
    std::fs::write(home.path().join("ca.pem"), "").unwrap();
    let done = home.run(&["check"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.out.contains("valid"), "{done:?}");
}
