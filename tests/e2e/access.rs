//! Who may what: the owner everything, support may look, anyone else hears nothing.

use std::time::Duration;

use tokio_xmpp::jid::Jid;
use tokio_xmpp::parsers::delay::Delay;
use tokio_xmpp::parsers::message::{Message, MessageType};
use tokio_xmpp::parsers::presence::{Presence, Type as PresenceType};

use crate::peers::human::{HOST, body};
use crate::peers::{Human, Program, Stage};

const NOTHING_WATCHED: &str = "language: en\ntargets: []\n";

#[tokio::test]
async fn a_stranger_gets_no_answer_and_the_owner_is_told_once() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (owner, program) = stage.owner_and_program().await;
    let stranger = stage.human("stranger").await;
    for command in ["VERSION", "HELP", "nonsense"] {
        stranger.says(command);
    }
    let refused = |line: &serde_json::Value| line["from"] == "stranger@hm.test";
    program.logs_where("command refused", refused).await;
    crate::peers::until("all three are refused", || {
        let log = program.log();
        let lines = log
            .iter()
            .filter(|line| line["message"] == "command refused" && refused(line));
        (lines.count() == 3).then_some(())
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
async fn a_stranger_does_not_see_whether_we_are_there() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (owner, _program) = stage.owner_and_program().await;
    let stranger = stage.human("stranger").await;
    let host = Jid::new(HOST).unwrap();
    stranger.send(Presence::new(PresenceType::Subscribe).with_to(host).into());
    stranger.says("VERSION");
    owner.hears_line("stranger@hm.test tried to command").await;
    owner.asks("VERSION").await;
    let own = stranger.jid().to_bare();
    let mut others = stranger.presences();
    others.retain(|presence| {
        presence
            .from
            .as_ref()
            .is_some_and(|from| from.to_bare() != own)
    });
    let told = |presence: &Presence| {
        matches!(
            presence.type_,
            PresenceType::Subscribed | PresenceType::None
        )
    };
    assert!(!others.iter().any(told), "{others:?}");
}

#[tokio::test]
async fn owner_and_support_are_asked_for_subscriptions_and_given_them() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let owner = stage.human("owner").await;
    let support = stage.human("support").await;
    let _program = stage.program().await;
    for human in [&owner, &support] {
        let of_host = |presence: &Presence| {
            presence
                .from
                .as_ref()
                .is_some_and(|from| from.to_bare().as_str() == HOST)
        };
        let of_type = |wanted: PresenceType| {
            move |presence: &Presence| of_host(presence) && presence.type_ == wanted
        };
        human
            .sees("the question", of_type(PresenceType::Subscribe))
            .await;
        human
            .sees("the permission", of_type(PresenceType::Subscribed))
            .await;
        human
            .sees("the presence itself", of_type(PresenceType::None))
            .await;
    }
}

#[tokio::test]
async fn support_may_look_and_is_told_where_only_the_owner_may() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let support = stage.human("support").await;
    let program = stage.program_for(&support).await;
    assert!(support.asks("VERSION").await.starts_with("HostMessenger "));
    assert!(support.asks("STATUS").await.lines().count() >= 1);
    for command in ["VNC START", "RELOAD", "MUTE ALL"] {
        assert_eq!(
            support.asks(command).await,
            "Only the owner may give this command."
        );
    }
    let refused = |line: &serde_json::Value| line["from"] == "support@hm.test";
    let line = program.logs_where("command refused", refused).await;
    assert!(line["reason"].as_str().unwrap().contains("owner"), "{line}");
}

/// A message from the owner that is made into something that is no command.
async fn is_passed_over(owner: &Human, change: impl FnOnce(&mut Message)) {
    let (mut message, _) = Human::message("HELP");
    change(&mut message);
    let seen = owner.messages().len();
    owner.send(message.into());
    // Sent on the same way afterwards; its answer shows that the other was looked at.
    owner.asks("VERSION").await;
    let mut heard = owner.messages().split_off(seen);
    heard.retain(|message| body(message).contains("VNC STOP"));
    assert!(heard.is_empty(), "{heard:?}");
}

#[tokio::test]
async fn delayed_messages_headlines_and_messages_without_a_body_are_no_commands() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (owner, _program) = stage.owner_and_program().await;
    is_passed_over(&owner, |message| message.type_ = MessageType::Headline).await;
    is_passed_over(&owner, |message| message.type_ = MessageType::Groupchat).await;
    is_passed_over(&owner, |message| message.bodies.clear()).await;
    is_passed_over(&owner, |message| {
        let stamp = "2020-01-01T00:00:00Z".parse().unwrap();
        let delay = Delay {
            from: None,
            stamp,
            data: None,
        };
        message.payloads.push(delay.into());
    })
    .await;
}

#[tokio::test]
async fn a_command_that_waited_on_the_server_is_not_obeyed() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (owner, mut program) = stage.owner_and_program().await;
    assert_eq!(program.stop().await, Some(0));
    owner.says("HELP");
    let _program = stage.program_for(&owner).await;
    owner.asks("VERSION").await;
    assert!(!owner.texts().iter().any(|text| text.contains("VNC STOP")));
}

#[tokio::test]
async fn a_wrong_password_ends_with_1_and_says_so() {
    let stage = Stage::set("").await;
    let yaml = stage.account("not-the-password");
    stage.home.configure(&format!("{yaml}{NOTHING_WATCHED}"));
    let mut program = Program::start(&stage.home);
    assert_eq!(program.ends().await, Some(1));
    // What it said last may still be on its way here when it has ended.
    let last = crate::peers::until("the error is said last", || {
        let last = program.errors().lines().last()?.to_owned();
        last.starts_with("hostmessenger: ").then_some(last)
    })
    .await;
    let errors = program.errors();
    assert!(
        last.contains("password") || last.contains("not-authorized"),
        "{last}"
    );
    assert!(!errors.contains("not-the-password"), "{errors}");
    assert!(
        stage.proxy.taken() < 3,
        "no hammering: {} logins",
        stage.proxy.taken()
    );
}

#[tokio::test]
async fn a_server_with_the_certificate_of_someone_else_is_not_told_the_password() {
    let stage = Stage::set("").await;
    let trusted = format!("ca_file: {}", stage.prosody.ca_file().display());
    let yaml = stage
        .account("host-secret")
        .replace(&format!("  {trusted}\n"), "");
    stage.home.configure(&format!("{yaml}{NOTHING_WATCHED}"));
    let program = Program::start(&stage.home);
    let line = program
        .logs_where("actor restarting", |line| line["actor"] == "connection")
        .await;
    let reason = line["reason"].as_str().unwrap().to_lowercase();
    assert!(reason.contains("certificate"), "{reason}");
    crate::peers::wait::until_within(Duration::from_secs(30), "it tries again", || {
        (stage.proxy.taken() >= 2).then_some(())
    })
    .await;
    assert!(
        !program
            .log()
            .iter()
            .any(|line| line["message"] == "connected")
    );
}
