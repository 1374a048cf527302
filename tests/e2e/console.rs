//! Without an account the console is the chat.

use crate::peers::runner::PROGRAM;
use crate::peers::{Home, Program};

#[tokio::test]
async fn the_first_run_unpacks_a_configuration_and_watches_the_own_disks() {
    let home = Home::empty();
    let own = home.path().join("stick");
    std::fs::create_dir(&own).unwrap();
    let copy = own.join("hostmessenger");
    std::fs::copy(PROGRAM, &copy).unwrap();
    let mut program = Program::of(&mut home.command_of(&copy, &["--log-format", "json"]));
    let unpacked = program.logs("configuration unpacked").await;
    let file = own.join("hostmessenger.yaml");
    assert_eq!(unpacked["file"], file.to_str().unwrap());
    assert!(file.exists() && own.join("hostmessenger.schema.json").exists());
    program
        .prints("There is no XMPP account: this console is the only chat.")
        .await;
    let change = program.logs("target changed").await;
    assert_eq!(
        (&change["from"], &change["to"]),
        (&"PENDING".into(), &"UP".into())
    );
    let status = program.ask("STATUS").await;
    assert!(status.contains(": UP since "), "{status}");
    assert!(status.contains(" free ("), "{status}");
    let help = program.ask("HELP").await;
    for command in [
        "OS",
        "HD",
        "VNC START",
        "STATUS",
        "CHECK",
        "HISTORY",
        "MUTE",
        "RELOAD",
    ] {
        assert!(
            help.lines().any(|line| line.starts_with(command)),
            "{command}: {help}"
        );
    }
    program.types("quit");
    assert_eq!(program.ends().await, Some(0));
    assert_eq!(program.log().last().unwrap()["message"], "stopped");
}
