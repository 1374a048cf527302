//! A folder on a stick: it watches the disks of the machine that it is in, and keeps what it remembers
//! of each machine apart.

use serde_json::Value;

use crate::peers::{Home, Program};

/// The names of all targets.
fn targets(yaml: &str) -> Vec<String> {
    let home = Home::with(yaml);
    let done = home.run(&["check", "--probe", "--output", "json"], "");
    let table: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{done:?}"));
    let rows = table["targets"].as_array().unwrap();
    rows.iter()
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn own_disks_stand_beside_the_targets_where_they_are_wanted_and_a_written_one_wins() {
    const MINE: &str = "targets: [{name: mine, kind: disk, path: /}]\n";
    let disks = targets("targets:\n");
    assert!(
        disks.iter().all(|name| name.starts_with("disk /")),
        "{disks:?}"
    );
    assert_eq!(targets(MINE), ["mine"]);
    assert_eq!(targets("own_disks: false\n"), Vec::<String>::new());
    let both = targets(&format!("own_disks: true\n{MINE}"));
    assert_eq!(both[0], "mine");
    assert_eq!(both[1..], disks);
    let Some(first) = disks.first() else {
        return;
    };
    let named = format!("own_disks: true\ntargets: [{{name: {first}, kind: disk, path: /tmp}}]\n");
    assert_eq!(targets(&named), disks);
}

/// The program with a console, on a machine with this id.
fn on(home: &Home, id: char) -> Program {
    let file = home.secret(&format!("id-{id}"), &String::from(id).repeat(32));
    let mut command = home.command(&["--log-format", "json"]);
    Program::of(command.env("HOSTMESSENGER_FAULT_MACHINE_ID_FILE", file))
}

#[tokio::test]
async fn two_machines_do_not_mix_what_they_remember() {
    let home = Home::with(
        "language: en\ndata_by_machine: true\ntargets: [{name: mine, kind: disk, path: /}]\n",
    );
    for (id, remembers) in [('a', false), ('a', true), ('b', false), ('a', true)] {
        let mut program = on(&home, id);
        program.logs("started").await;
        let status = program.ask("STATUS mine").await;
        assert_eq!(status.contains("muted"), remembers, "{id}: {status}");
        if id == 'a' {
            program.ask("MUTE mine 2h").await;
        }
        assert_eq!(program.stop().await, Some(0));
    }
    let folders = std::fs::read_dir(home.path().join("data")).unwrap();
    assert_eq!(folders.count(), 2);
}

#[test]
fn the_password_for_remote_control_is_of_one_machine_too() {
    let home = Home::with("data_by_machine: true\n");
    let done = home.run(&["vnc-password", "--stdin"], "12345678\n");
    assert_eq!(done.code, Some(0), "{done:?}");
    let machines = std::fs::read_dir(home.path().join("data")).unwrap();
    let mut paths = machines.map(|entry| entry.unwrap().path());
    let machine = paths.next().unwrap();
    assert!(machine.join("vnc-password").exists() && paths.next().is_none());
}
