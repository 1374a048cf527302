//! What scripts call: `check`, `init`, `schema`, and how a bad configuration ends.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::peers::free_port::free_port;
use crate::peers::{Home, Listener, Nginx, Program};

const REFERENCE: &str = include_str!("../../config/testdata/reference.yaml");

const BAD: &str = "\
language: fr
targets:
  - {name: shop, kind: web, url: http://127.0.0.1/, every: 10}
  - {name: shop, kind: port, host: 127.0.0.1, port: 80, pace: 1s}
";

#[tokio::test]
async fn a_bad_configuration_ends_with_2_and_tells_every_mistake_at_once() {
    let home = Home::with(BAD);
    for arguments in [&["check"][..], &["run", "--no-console"]] {
        let done = home.run(arguments, "");
        assert_eq!(done.code, Some(2), "{done:?}");
        let told = format!("{}{}", done.out, done.err);
        for place in [
            "language",
            "targets[0].every",
            "targets[1].name",
            "targets[1].pace",
        ] {
            assert!(told.contains(place), "{place} is not named: {told}");
        }
        assert!(
            told.contains("hostmessenger.yaml:3"),
            "file and line: {told}"
        );
        assert!(!told.contains("started"), "{told}");
    }
}

#[tokio::test]
async fn check_accepts_the_reference_file_as_it_stands() {
    let home = Home::with(REFERENCE);
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

#[tokio::test]
async fn a_configuration_that_others_can_read_is_refused_with_the_chmod_that_mends_it() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with("account: {jid: host@hm.test, password: hunter2-in-the-open}\n");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(home.config(), open).unwrap();
    let done = home.run(&["check"], "");
    assert_eq!(done.code, Some(2), "{done:?}");
    let told = format!("{}{}", done.out, done.err);
    assert!(told.contains("chmod"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[tokio::test]
async fn check_probe_tells_each_target_once_as_json_and_as_a_table() {
    let (nginx, port) = (Nginx::start().await, free_port());
    let home = Home::with(&format!(
        "targets:
  - {{name: root, kind: disk, path: /, min_free: 0%}}
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
    let wanted = [("root", "ok"), ("shop", "ok"), ("gone", "failed")];
    assert_eq!(
        found,
        wanted.map(|(name, verdict)| (Some(name), Some(verdict)))
    );
    let gone = &rows[2];
    assert_eq!(
        (&gone["kind"], &gone["phase"]),
        (&"port".into(), &"connect".into())
    );
    assert_eq!(
        gone["reason"],
        format!("connection refused by 127.0.0.1:{port}")
    );
    assert!(gone["ms"].is_number(), "{gone}");
    let _back = Listener::on(port).await;
    let done = tokio::task::spawn_blocking(move || home.run(&["check", "--probe"], ""))
        .await
        .unwrap();
    assert_eq!(done.code, Some(0), "{done:?}");
    for name in ["root", "shop", "gone"] {
        assert!(
            done.out.lines().any(|line| line.trim().starts_with(name)),
            "{name}: {done:?}"
        );
    }
}

#[tokio::test]
async fn init_never_overwrites() {
    let home = Home::empty();
    let done = home.run(&["init", "unpacked"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let folder = home.path().join("unpacked");
    let files = || -> BTreeMap<_, _> {
        let entries = std::fs::read_dir(&folder).unwrap().map(Result::unwrap);
        entries
            .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
            .collect()
    };
    assert_eq!(
        files().len(),
        3,
        "configuration, schema, unit: {:?}",
        files().keys()
    );
    for name in files().keys() {
        std::fs::write(folder.join(name), "mine").unwrap();
    }
    let done = home.run(&["init", "unpacked"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.out.matches("kept").count(), 3, "{done:?}");
    assert!(files().values().all(|text| text == b"mine"));
}

#[tokio::test]
async fn schema_is_json_and_knows_the_keys() {
    let done = Home::empty().run(&["schema"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let schema: Value = serde_json::from_str(&done.out).unwrap();
    for key in ["account", "access", "alerts", "targets", "vnc"] {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
}

#[tokio::test]
async fn a_wrong_option_ends_with_2() {
    assert_eq!(Home::empty().run(&["check", "--prob"], "").code, Some(2));
}

#[tokio::test]
async fn a_variable_overrides_a_key_and_an_unknown_one_is_a_mistake() {
    let home = Home::with("targets: []\n");
    let mut command = home.command(&["--log-format", "json"]);
    let mut program = Program::of(command.env("HOSTMESSENGER__LANGUAGE", "de"));
    program.prints("überwacht 1 Ziel").await;
    program.types("quit");
    assert_eq!(program.ends().await, Some(0));
    let mut command = home.command(&["check"]);
    let mut program = Program::of(command.env("HOSTMESSENGER__LANGAUGE", "de"));
    assert_eq!(program.ends().await, Some(2));
    let told = format!("{}{}", program.printed(), program.errors());
    assert!(told.contains("HOSTMESSENGER__LANGAUGE"), "{told}");
}
