//! Who is in `access.locked` gets nothing, whatever else names him.

use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::message::Message;
use tokio_xmpp::parsers::ping::Ping;
use tokio_xmpp::parsers::presence::Type;

use crate::peers::Stage;
use crate::peers::human::{RESOURCE, body};

const NOTHING_WATCHED: &str = "language: en\ntargets: []\n";

#[tokio::test]
async fn who_is_locked_gets_nothing_although_he_is_support_from_the_reload_on() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (owner, program) = stage.owner_and_program().await;
    let support = stage.meeting("support").await;
    assert!(support.asks("VERSION").await.starts_with("HostMessenger "));
    let locked = "locked: [SUPPORT@hm.test], support: [";
    let port = crate::peers::free_port::free_port();
    let down = format!(
        "targets: [{{name: shop, kind: port, host: 127.0.0.1, port: {port}, \
         alert_to: [owner, support, support@hm.test]}}]"
    );
    let open = std::fs::read_to_string(stage.home.config()).unwrap();
    let config = open
        .replace("support: [", locked)
        .replace("targets: []", &down);
    stage.home.configure(&config);
    let heard = support.messages().len();
    let mark = program.mark();
    // No answer: the link itself is made anew.
    owner.says("RELOAD");
    program.logs_after(mark, "connected", |_| true).await;
    support
        .sees("that the host is gone", |presence| {
            presence.type_ == Type::Unsubscribed
        })
        .await;
    owner.hears_line("DOWN shop").await;
    support.says("VERSION");
    let refused = |line: &serde_json::Value| line["reason"] == "locked by access.locked";
    let line = program.logs_where("command refused", refused).await;
    assert_eq!(line["from"], "support@hm.test");
    owner.hears_line("support@hm.test is locked").await;
    let request = Iq::from_get("p1", Ping).with_to(RESOURCE.parse().unwrap());
    let answer = support.requests(request).await;
    assert!(
        format!("{answer:?}").contains("ServiceUnavailable"),
        "{answer:?}"
    );
    // An alert or an answer to him would have gone out before this one.
    owner.asks("VERSION").await;
    let late = support.messages().split_off(heard);
    assert!(late.is_empty(), "{late:?}");
    // Unlocked he is there again.
    stage.home.configure(&open);
    owner.says("RELOAD");
    crate::peers::until("support is answered again", || {
        support.says("VERSION");
        let late = support.messages().split_off(heard);
        let answered = |one: &Message| body(one).starts_with("HostMessenger ");
        late.iter().any(answered).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_owner_is_not_locked_in_silence() {
    let stage = Stage::set(NOTHING_WATCHED).await;
    let (owner, _program) = stage.owner_and_program().await;
    let yaml = std::fs::read_to_string(stage.home.config())
        .unwrap()
        .replace("support: [", "locked: [OWNER@hm.test], support: [");
    stage.home.configure(&yaml);
    let answer = owner.asks("RELOAD").await;
    assert!(
        answer.contains("access.locked: names the owner"),
        "{answer}"
    );
    let checked = stage.home.run(&["check"], "");
    assert_eq!(checked.code, Some(2));
    assert!(
        checked.err.contains("access.locked: names the owner"),
        "{checked:?}"
    );
}
