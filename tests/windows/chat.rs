//! The owner talks with the program over TLS, through Prosody.

use crate::peers::free_port::free_port;
use crate::peers::{Listener, until};
use crate::scene::{NOTHING_WATCHED, stage};

const OS: [&str; 8] = [
    "Operating system: ",
    "Language: ",
    "Host name: ",
    "Administrator rights: ",
    "System directories: ",
    "Screen resolution: ",
    "Internal IP addresses: ",
    "External IP address: ",
];

#[tokio::test]
async fn os_answers_with_eight_labels_in_order_and_says_windows() {
    let stage = stage(NOTHING_WATCHED).await;
    let (owner, _program) = stage.owner_and_program().await;
    let answer = owner.asks("OS").await;
    let lines: Vec<&str> = answer.lines().collect();
    assert_eq!(lines.len(), OS.len(), "{answer}");
    for (line, label) in lines.iter().zip(OS) {
        let value = line.strip_prefix(label);
        assert!(
            value.is_some_and(|value| !value.trim().is_empty()),
            "{label:?}: {answer}"
        );
    }
    assert!(lines[0].contains("Windows"), "{answer}");
    assert!(lines[4].contains(r"C:\"), "{answer}");
    // All but what an XMPP server or the configuration would have to tell.
    for line in &lines[..7] {
        assert!(!line.contains("not known"), "{answer}");
    }
}

#[tokio::test]
async fn hd_tells_the_drives_by_letter_and_the_disk_under_a_path() {
    let stage = stage(NOTHING_WATCHED).await;
    let (owner, _program) = stage.owner_and_program().await;
    let all = owner.asks("HD").await;
    let drive = all.lines().find(|line| line.starts_with("C:"));
    assert!(
        drive.is_some_and(|line| line.contains("iB") && line.contains('%')),
        "{all}"
    );
    let one = owner.asks(r"HD C:\windows").await;
    assert_eq!(one.lines().count(), 1, "{one}");
    assert!(one.contains("iB") && one.contains('%'), "{one}");
    let gone = owner.asks(r"HD Q:\nowhere").await;
    assert!(gone.contains(r"Q:\nowhere"), "{gone}");
}

#[tokio::test]
async fn the_other_commands_answer_too() {
    let port = free_port();
    let _open = Listener::on(port).await;
    let target = format!("{{name: shop, kind: port, host: 127.0.0.1, port: {port}}}");
    let stage = stage(&format!("language: en\ntargets: [{target}]\n")).await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    let begins = [
        ("STATUS", "shop: UP since "),
        ("prüfen shop", "shop: ok, "),
        ("VERSION", "HostMessenger "),
        ("MUTE shop 2h moving house", "Muted until "),
        ("UNMUTE shop", "Alerts again"),
    ];
    for (command, begin) in begins {
        let answer = owner.asks(command).await;
        assert!(answer.starts_with(begin), "{command}: {answer}");
    }
    let history = owner.asks("HISTORY shop").await;
    assert!(history.contains("shop: PENDING → UP"), "{history}");
    let help = owner.asks("HELP").await;
    for command in ["OS", "HD", "VNC START", "STATUS", "MUTE", "ACTORS"] {
        let told = help.lines().any(|line| line.starts_with(command));
        assert!(told, "{command}: {help}");
    }
    let actors = owner.asks("ACTORS").await;
    for name in ["journal", "host-info", "vnc-supervisor", "probe/shop"] {
        assert!(
            actors.contains(&format!("{name}: running since ")),
            "{name}: {actors}"
        );
    }
}

#[tokio::test]
async fn a_stranger_gets_no_answer_and_the_owner_is_told_once() {
    let stage = stage(NOTHING_WATCHED).await;
    let (owner, program) = stage.owner_and_program().await;
    let stranger = stage.human("stranger").await;
    for command in ["VERSION", "HELP", "nonsense"] {
        stranger.says(command);
    }
    until("all three are refused", || {
        let log = program.log();
        let refused = log.iter().filter(|line| {
            line["message"] == "command refused" && line["from"] == "stranger@hm.test"
        });
        (refused.count() == 3).then_some(())
    })
    .await;
    let told = "stranger@hm.test tried to command this host";
    owner.hears_line(told).await;
    // An answer to the stranger would have gone out before this one.
    owner.asks("VERSION").await;
    assert_eq!(owner.lines_heard(told), 1);
    assert!(stranger.messages().is_empty(), "{:?}", stranger.messages());
}

#[tokio::test]
async fn vnc_start_says_what_is_missing_where_there_is_no_vnc_program() {
    let stage = stage(NOTHING_WATCHED).await;
    let (owner, _program) = stage.owner_and_program().await;
    let set = stage.home.run(&["vnc-password", "--stdin"], "secret12\n");
    assert_eq!(set.code, Some(0), "{set:?}");
    let answer = owner.asks("VNC START").await;
    let begin = "Remote control was not started: ";
    assert!(answer.starts_with(begin), "{answer}");
    // A program of Linux helps nobody here.
    assert!(!answer.contains("x11vnc"), "{answer}");
    for command in ["VNC", "VNC STOP"] {
        assert_eq!(owner.asks(command).await, "Remote control is off.");
    }
}
