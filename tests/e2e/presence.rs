//! One look at the contact list tells how things are.

use tokio_xmpp::parsers::presence::{Presence, Show, Type as PresenceType};

use crate::peers::free_port::free_port;
use crate::peers::{Human, Listener, Stage};

/// Waits until the newest presence of the program is this one.
async fn shows(human: &Human, status: &str, show: Option<Show>) {
    let what = format!("the newest presence {status:?} with {show:?}");
    crate::peers::until(&what, || {
        let mut presences = human.presences();
        presences.retain(of_program);
        let last = presences.pop()?;
        let said = last.statuses.values().next().cloned().unwrap_or_default();
        (last.type_ == PresenceType::None && said == status && last.show == show).then_some(())
    })
    .await;
}

fn of_program(presence: &Presence) -> bool {
    presence
        .from
        .as_ref()
        .is_some_and(|from| from.to_string() == "host@hm.test/hostmessenger")
}

#[tokio::test]
async fn presence_shows_all_up_or_what_is_down_to_owner_and_support() {
    let (shop, mail) = (free_port(), free_port());
    let open = (Listener::on(shop).await, Listener::on(mail).await);
    let stage = Stage::set(&format!(
        "language: en
targets:
  - {{name: shop, kind: port, host: 127.0.0.1, port: {shop}}}
  - {{name: mail, kind: port, host: 127.0.0.1, port: {mail}}}
"
    ))
    .await;
    let support = stage.human("support").await;
    let (owner, mut program) = stage.owner_and_program().await;
    for human in [&owner, &support] {
        shows(human, "all 2 up", None).await;
    }
    open.0.close().await;
    for human in [&owner, &support] {
        shows(human, "1 of 2 down: shop", Some(Show::Dnd)).await;
    }
    let _back = Listener::on(shop).await;
    shows(&owner, "all 2 up", None).await;
    assert_eq!(program.stop().await, Some(0));
    owner
        .sees("it leave", |presence| {
            of_program(presence) && presence.type_ == PresenceType::Unavailable
        })
        .await;
}
