//! A host in other hands: enrolled for Windows on Linux, enrolled on Windows, given to another owner,
//! and an account that two programs have.

use std::path::Path;

use crate::peers::home::Done;
use crate::peers::prosody::{BOSS, DOMAIN, password};
use crate::peers::runner::Runner;
use crate::peers::{Home, Human, Program, Prosody, RUN};
use crate::scene::{NOTHING_WATCHED, stage};

/// A server with an administrator, who works at a machine of this kind and enrols `web01`.
async fn enrolled(runner: Runner, more: &[&str]) -> (Prosody, Home, Done) {
    let modules = ["smacks", "mam", "admin_adhoc", "vcard_legacy", "pep"];
    let server = Prosody::administered(&modules, "").await;
    let home = Home::empty_for(runner);
    let secret = home.secret("boss.secret", &password(BOSS));
    let mut command = home.command(&["enroll"]);
    command
        .args(["--admin", &format!("{BOSS}@{DOMAIN}")])
        .args(["--jid", &format!("web01@{DOMAIN}"), "--out", "web01"])
        .args(["--server", &format!("127.0.0.1:{}", server.port)])
        .args(["--ca-file", &home.names(&server.ca_file())])
        .args(["--admin-password-file", &home.names(&secret)])
        .args(more);
    let done = Done::of(&command.output().unwrap());
    (server, home, done)
}

/// The program of a folder that was carried elsewhere logs in and obeys the administrator alone.
async fn serves(server: &Prosody, folder: &Path) {
    let elsewhere = Home::empty_for(Runner::Wine);
    let stick = elsewhere.path().join("stick");
    std::fs::rename(folder, &stick).unwrap();
    let owner = Human::login(BOSS, server).await;
    let mut command = elsewhere.command_of(&stick.join("hostmessenger.exe"), &RUN);
    let program = Program::of(&mut command);
    program.logs("connected").await;
    let host = format!("web01@{DOMAIN}");
    owner
        .meets_program(&format!("{host}/hostmessenger"), 0)
        .await;
    let answer = owner.asks_of(&host, "OS").await;
    assert!(answer.contains("Windows"), "{answer}");
    let stranger = Human::login("stranger", server).await;
    stranger.says_to(&host, "VERSION");
    program.logs("command refused").await;
    assert!(stranger.messages().is_empty());
}

#[tokio::test]
async fn a_folder_for_windows_that_enroll_made_on_linux_serves_there() {
    let exe = Runner::Wine.program().display().to_string();
    let (server, home, done) = enrolled(Runner::Native, &["--binary", &exe]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    serves(&server, &home.path().join("web01")).await;
}

#[tokio::test]
async fn a_folder_that_enroll_made_on_windows_serves() {
    let (server, home, done) = enrolled(Runner::Wine, &[]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!format!("{done:?}").contains(&password(BOSS)), "{done:?}");
    serves(&server, &home.path().join("web01")).await;
}

#[tokio::test]
async fn a_host_changes_hands_and_the_file_changes_in_one_value() {
    const NEW: &str = "stranger@hm.test";
    let stage = stage(NOTHING_WATCHED).await;
    let (owner, program) = stage.owner_and_program().await;
    let text = || std::fs::read_to_string(stage.home.config()).unwrap();
    let before = text();
    let new = stage.human("stranger").await;
    owner.asks(&format!("OWNER {NEW}")).await;
    let offered = owner.asks(&format!("OWNER {NEW}")).await;
    assert!(
        offered.starts_with("Offered to stranger@hm.test"),
        "{offered}"
    );
    new.says("OWNER ACCEPT");
    new.hears_line("You are the owner of host@hm.test from now on")
        .await;
    let after = before.replace("owner: owner@hm.test", &format!("owner: {NEW}"));
    assert_eq!(text(), after);
    new.meets(0).await;
    assert!(new.asks("VERSION").await.starts_with("HostMessenger "));
    owner.says("VERSION");
    let refused = |line: &serde_json::Value| line["from"] == "owner@hm.test";
    program.logs_where("command refused", refused).await;
}

#[tokio::test]
async fn a_copy_of_the_folder_gives_way_to_the_program_that_holds_the_account() {
    let stage = stage(NOTHING_WATCHED).await;
    let (owner, program) = stage.owner_and_program().await;
    let copy = Home::empty_for(Runner::Wine);
    copy.configure(&std::fs::read_to_string(stage.home.config()).unwrap());
    program.is_the_elder().await;
    let mut second = Program::start(&copy);
    assert_eq!(second.ends().await, Some(1));
    second.reads_all().await;
    let said = format!("the account host@{DOMAIN} is held by ");
    assert!(second.errors().contains(&said), "{}", second.errors());
    program.logs("started").await;
    assert!(owner.asks("VERSION").await.starts_with("HostMessenger "));
}
