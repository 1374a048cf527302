//! Owner and host see each other, and the administrator sees his hosts.

use hostmessenger_actors::enrolment::{Host, Introduced, NewAccount, acquaint, new_password};
use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::roster::{Roster, Subscription};
use tokio_xmpp::parsers::vcard::{VCard, VCardQuery};

use super::{NEW, administrator, ejabberd, home, jid, log_in, prosody};
use crate::peers::prosody::{BOSS, DOMAIN};
use crate::peers::server::AnyServer;
use crate::peers::{Human, Program};

/// What the server itself says of an account's contact.
async fn subscription(human: &Human, contact: &str) -> Option<Subscription> {
    let (ver, items) = (None, Vec::new());
    let id = format!("roster-{}", fastrand::u64(..));
    let answer = human.requests(Iq::from_get(id, Roster { ver, items }));
    let Iq::Result { payload, .. } = answer.await else {
        panic!("no roster");
    };
    let roster = Roster::try_from(payload.unwrap()).unwrap();
    let mut items = roster.items.into_iter();
    let item = items.find(|item| item.jid.as_str() == contact)?;
    Some(item.subscription)
}

/// The owner is the administrator, and online with a client of his own that clicks nothing.
async fn owner_and_host_see_each_other(server: AnyServer) {
    let watching = Human::unseen(BOSS, &server).await;
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    boss.add(&new, &secret).await.unwrap();
    let session = log_in(&server, &new, secret.clone()).await.unwrap();
    let mut host = NewAccount::new(session);
    let owner = jid(&format!("{BOSS}@{DOMAIN}"));
    let all = Introduced {
        vcard: true,
        nickname: true,
    };
    assert_eq!(host.introduce(&owner, "Web 1").await.unwrap(), all);
    acquaint(&mut boss, &mut host, "Web 1", "Boss")
        .await
        .unwrap();
    host.close().await;
    let of_boss = subscription(&watching, NEW).await;
    assert_eq!(of_boss, Some(Subscription::Both));
    let card = Iq::from_get("card", VCardQuery).with_to(new.clone().into());
    let Iq::Result { payload, .. } = watching.requests(card).await else {
        panic!("no vCard");
    };
    let card = VCard::try_from(payload.unwrap()).unwrap();
    assert_eq!(card.photo.unwrap().type_.data, "image/png");
    // Once more changes nothing.
    boss.befriend(&new, "Web 1").await.unwrap();
    let mut listed = Host {
        jid: new.clone(),
        name: "Web 1".into(),
        visible: true,
        online: false,
        version: None,
    };
    assert_eq!(boss.hosts().await.unwrap(), [listed.clone()]);
    let home = home(&server, &secret, BOSS);
    let program = Program::start(&home);
    program.logs("connected").await;
    listed.online = true;
    listed.version = Some(format!("HostMessenger {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(boss.hosts().await.unwrap(), [listed]);
    boss.forget(&new).await.unwrap();
    assert_eq!(boss.hosts().await.unwrap(), []);
    boss.forget(&new).await.unwrap();
    assert_eq!(subscription(&watching, NEW).await, None);
}

#[tokio::test]
async fn owner_and_host_see_each_other_without_a_click_on_prosody() {
    owner_and_host_see_each_other(prosody().await).await;
}

#[tokio::test]
async fn owner_and_host_see_each_other_without_a_click_on_ejabberd() {
    owner_and_host_see_each_other(ejabberd().await).await;
}

/// The owner is somebody else: the administrator cannot speak for him, so he is asked.
async fn another_owner_is_asked(server: AnyServer) {
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    boss.add(&new, &secret).await.unwrap();
    let session = log_in(&server, &new, secret.clone()).await.unwrap();
    let mut host = NewAccount::new(session);
    host.introduce(&jid("owner@hm.test"), "Web 1")
        .await
        .unwrap();
    host.close().await;
    // This one says yes to everything.
    let owner = Human::login("owner", &server).await;
    let home = home(&server, &secret, "owner");
    let program = Program::start(&home);
    program.logs("connected").await;
    owner
        .sees("the host", |presence| {
            let from = presence.from.as_ref().map(ToString::to_string);
            from.as_deref() == Some("web01@hm.test/hostmessenger")
        })
        .await;
    assert_eq!(subscription(&owner, NEW).await, Some(Subscription::Both));
    assert_eq!(boss.hosts().await.unwrap(), []);
}

#[tokio::test]
async fn another_owner_is_asked_on_prosody() {
    another_owner_is_asked(prosody().await).await;
}

#[tokio::test]
async fn another_owner_is_asked_on_ejabberd() {
    another_owner_is_asked(ejabberd().await).await;
}
