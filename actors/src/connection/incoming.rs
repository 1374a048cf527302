//! What the server hands us, sorted. Pure: what is to be done with it is the actor's.

use hostmessenger_config::{Access, AlertTo};
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::{Message, MessageType};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::roster::{Ask, Item, Subscription};

use crate::authorizer::policy::role_of;
use crate::authorizer::{MessageKind, MessageReceived};

/// So much of a body is kept; no command is longer.
const LONGEST_BODY: usize = 10_000;
/// And so much of a thread's name, which is sent back.
const LONGEST_THREAD: usize = 256;

/// Whether this is the server itself or our own account: no `from`, our domain, our bare address.
pub(super) fn is_own_server(from: Option<&Jid>, own: &BareJid) -> bool {
    from.is_none_or(|from| {
        from.to_bare() == *own || (from.node().is_none() && from.domain() == own.domain())
    })
}

/// Whether this is the owner or support, and not locked.
pub(super) fn is_known(from: Option<&Jid>, access: &Access) -> bool {
    from.is_some_and(|from| role_of(&from.to_bare(), access).is_some())
}

/// What somebody is called where alerts are addressed; nothing where he is locked.
pub(crate) fn as_receivers(who: &BareJid, access: &Access) -> Vec<AlertTo> {
    if access.is_locked(who) {
        return Vec::new();
    }
    let owner = access.owner.as_ref().filter(|owner| *owner == who);
    let support = access.support.iter().find(|support| *support == who);
    [
        owner.map(|_| AlertTo::Owner),
        support.map(|_| AlertTo::Support),
        Some(AlertTo::Jid(who.clone())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A message as the authorizer judges it.
pub(super) fn message(message: Message, own: &BareJid) -> MessageReceived {
    let kind = match message.type_ {
        MessageType::Chat => MessageKind::Chat,
        MessageType::Normal => MessageKind::Normal,
        MessageType::Groupchat => MessageKind::Groupchat,
        MessageType::Headline => MessageKind::Headline,
        MessageType::Error => MessageKind::Error,
    };
    let has = |name: &str, namespaces: &[&str]| {
        let is = |payload: &Element| {
            payload.name() == name && namespaces.contains(&payload.ns().as_str())
        };
        message.payloads.iter().any(is)
    };
    let delayed = has("delay", &[ns::DELAY]) || has("x", &["jabber:x:delay"]);
    let carbon = has("sent", &[ns::CARBONS]) || has("received", &[ns::CARBONS]);
    let body = message
        .get_best_body(vec!["", "en", "de"])
        .map(|(_, body)| cut(body, LONGEST_BODY));
    let from_us = is_own_server(message.from.as_ref(), own);
    MessageReceived {
        from: message.from.filter(|_| !from_us),
        kind,
        body,
        thread: message.thread.map(|thread| cut(&thread.id, LONGEST_THREAD)),
        delayed,
        carbon,
    }
}

fn cut(text: &str, at_most: usize) -> String {
    text[..text.floor_char_boundary(at_most)].to_owned()
}

/// Whom to ask for their presence: owner and support that we do not see yet.
pub(super) fn to_subscribe(roster: &[Item], access: &Access) -> Vec<BareJid> {
    let known = access.owner.iter().chain(&access.support);
    let sees = |jid: &&BareJid| {
        roster.iter().any(|item| {
            item.jid == **jid
                && (matches!(item.subscription, Subscription::To | Subscription::Both)
                    || item.ask == Ask::Subscribe)
        })
    };
    known
        .filter(|jid| !access.is_locked(jid) && !sees(jid))
        .cloned()
        .collect()
}

/// Who sees us and should not: they were owner or support once, or are locked.
pub(super) fn to_cancel(roster: &[Item], access: &Access) -> Vec<BareJid> {
    roster
        .iter()
        .filter(|item| matches!(item.subscription, Subscription::From | Subscription::Both))
        .filter(|item| !is_known(Some(&Jid::from(item.jid.clone())), access))
        .map(|item| item.jid.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> BareJid {
        BareJid::new(text).unwrap()
    }

    fn access() -> Access {
        Access {
            owner: Some(jid("owner@example.org")),
            support: vec![jid("help@example.org")],
            locked: Vec::new(),
            vnc_totp_secret: None,
        }
    }

    fn received(xml: &str) -> MessageReceived {
        let element: Element = xml.parse().unwrap();
        message(
            Message::try_from(element).unwrap(),
            &jid("web01@example.org"),
        )
    }

    #[test]
    fn a_command_keeps_sender_and_thread() {
        let os = received(
            "<message xmlns='jabber:client' from='owner@example.org/phone' type='chat'>\
             <body>OS</body><thread>t1</thread></message>",
        );
        assert_eq!(os.from, Some(Jid::new("owner@example.org/phone").unwrap()));
        assert_eq!(
            (os.body.as_deref(), os.thread.as_deref()),
            (Some("OS"), Some("t1"))
        );
        assert!(!os.delayed && !os.carbon && os.kind == MessageKind::Chat);
    }

    #[test]
    fn delays_carbons_and_our_own_account_are_seen_as_such() {
        let carbon = received(
            "<message xmlns='jabber:client' from='web01@example.org' type='chat'>\
             <sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></sent></message>",
        );
        assert!(carbon.carbon && carbon.from.is_none() && carbon.body.is_none());
        let old = received(
            "<message xmlns='jabber:client' from='owner@example.org/x'><body>OS</body>\
             <delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/></message>",
        );
        assert!(old.delayed);
        assert!(
            received("<message xmlns='jabber:client' from='example.org'><body>x</body></message>")
                .from
                .is_none()
        );
    }

    #[test]
    fn a_huge_body_is_cut_between_characters() {
        let body = "ä".repeat(20_000);
        let huge = received(&format!(
            "<message xmlns='jabber:client' from='a@b/c'><body>{body}</body></message>"
        ));
        assert_eq!(huge.body.unwrap().len(), LONGEST_BODY);
    }

    #[test]
    fn the_roster_is_made_to_hold_owner_and_support_alone() {
        let item = |jid: &str, subscription: Subscription, ask: Ask| Item {
            jid: BareJid::new(jid).unwrap(),
            name: None,
            subscription,
            ask,
            groups: vec![],
            approved: None,
        };
        let roster = [
            item("owner@example.org", Subscription::Both, Ask::None),
            item("help@example.org", Subscription::From, Ask::None),
            item("old@example.org", Subscription::Both, Ask::None),
            item("shown@example.org", Subscription::To, Ask::None),
        ];
        assert_eq!(to_subscribe(&roster, &access()), [jid("help@example.org")]);
        assert_eq!(to_cancel(&roster, &access()), [jid("old@example.org")]);
        let asked = [item("help@example.org", Subscription::None, Ask::Subscribe)];
        assert_eq!(to_subscribe(&asked, &access()), [jid("owner@example.org")]);
    }

    #[test]
    fn who_is_locked_is_neither_asked_nor_shown_anything_and_reads_no_alert() {
        let locked = Access {
            locked: vec![jid("help@example.org"), jid("told@example.org")],
            ..access()
        };
        let item = Item {
            jid: jid("help@example.org"),
            name: None,
            subscription: Subscription::Both,
            ask: Ask::None,
            groups: vec![],
            approved: None,
        };
        assert_eq!(to_subscribe(&[], &locked), [jid("owner@example.org")]);
        assert_eq!(to_cancel(&[item], &locked), [jid("help@example.org")]);
        let from = |text: &str| Some(Jid::new(text).unwrap());
        assert!(!is_known(from("Help@example.org/phone").as_ref(), &locked));
        assert!(is_known(from("owner@example.org/phone").as_ref(), &locked));
        assert_eq!(as_receivers(&jid("help@example.org"), &locked), []);
        assert_eq!(as_receivers(&jid("told@example.org"), &locked), []);
        assert_eq!(as_receivers(&jid("owner@example.org"), &locked).len(), 2);
    }

    #[test]
    fn own_server_is_told_from_others_by_address_not_by_text() {
        let own = jid("web01@example.org");
        let check = |from: &str| is_own_server(Some(&Jid::new(from).unwrap()), &own);
        assert!(check("example.org") && check("web01@example.org/x") && is_own_server(None, &own));
        assert!(
            !check("example.org.evil")
                && !check("web01@example.org.evil")
                && !check("x@example.org")
        );
    }
}
