//! The stanzas that we send. Pure.

use std::str::FromStr;

use hostmessenger_config::Language;
use jiff::Timestamp;
use xmpp_parsers::date::DateTime;
use xmpp_parsers::delay::Delay;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::{Id, Lang, Message, MessageType, Thread};
use xmpp_parsers::presence::{Presence, Show};
use xmpp_parsers::stanza_id::OriginId;

use super::outbox::{Dispatch, Receiver};
use super::xep::{disco, receipts};
use super::{SendAnswer, new_id};
use crate::alerts::HealthSummary;
use crate::commands::LIMIT;
use crate::journal::OutboxItem;
use crate::text::{clean, clean_lines};
use crate::wording::presence;

/// An alert that goes out later than this is stamped with its time (XEP-0203).
const LATE_AFTER: i64 = 10;

/// Characters of a presence's status: eight names of 64 each, twice, and the words around them.
const LONGEST_STATUS: usize = 1_500;

/// An alert for one of its receivers.
pub(super) fn alert(
    item: &OutboxItem,
    dispatch: &Dispatch,
    own: &BareJid,
    now: Timestamp,
) -> Message {
    let (to, kind) = match &dispatch.to {
        Receiver::Person(jid) => (jid, MessageType::Chat),
        Receiver::Room(room) => (room, MessageType::Groupchat),
    };
    let mut message = Message::new_with_type(kind, Some(Jid::from(to.clone())))
        .with_body(Lang::new(), clean_lines(&item.body, LIMIT))
        .with_payload(OriginId {
            id: dispatch.id.clone(),
        });
    message.id = Some(Id(dispatch.id.clone()));
    if matches!(dispatch.to, Receiver::Person(_)) {
        message.payloads.extend(receipts::wishes());
    }
    if now.as_second().saturating_sub(item.at.as_second()) > LATE_AFTER
        && let Ok(stamp) = DateTime::from_str(&item.at.to_string())
    {
        message = message.with_payload(Delay {
            from: Some(Jid::from(own.clone())),
            stamp,
            data: None,
        });
    }
    message
}

/// The answer to a command: to the full address that asked, in its thread.
pub(super) fn answer(answer: SendAnswer) -> Message {
    let mut message =
        Message::chat(Some(answer.to)).with_body(Lang::new(), clean_lines(&answer.body, LIMIT));
    message.id = Some(Id(new_id()));
    message.thread = answer.thread.map(|id| Thread { parent: None, id });
    message
}

/// The presence that shows how the targets stand.
pub(super) fn health(lang: Language, health: &HealthSummary) -> Presence {
    let mut shown = Presence::available();
    if !health.down.is_empty() {
        shown = shown.with_show(Show::Dnd);
    }
    shown.set_status("", clean(&presence::health(lang, health), LONGEST_STATUS));
    shown.payloads.extend(disco::capabilities());
    shown
}

#[cfg(test)]
mod tests {
    use hostmessenger_config::AlertTo;
    use xmpp_parsers::minidom::Element;

    use super::*;
    use crate::text::is_harmful;

    fn sent_after(seconds: i64) -> Element {
        let item = OutboxItem {
            seq: 1,
            id: "id1".into(),
            to: AlertTo::Owner,
            body: "DOWN shop".into(),
            at: Timestamp::from_second(1_000_000).unwrap(),
            tried: None,
        };
        let dispatch = Dispatch {
            mark: (1, 0),
            id: "id1".into(),
            to: Receiver::Person(BareJid::new("owner@example.org").unwrap()),
        };
        let own = BareJid::new("web01@example.org").unwrap();
        let now = Timestamp::from_second(1_000_000 + seconds).unwrap();
        alert(&item, &dispatch, &own, now).into()
    }

    #[test]
    fn an_alert_has_one_id_in_both_places_and_a_stamp_only_when_late() {
        let soon = sent_after(10);
        assert_eq!(soon.attr("id"), Some("id1"));
        assert_eq!(soon.attr("type"), Some("chat"));
        let origin = soon.get_child("origin-id", "urn:xmpp:sid:0").unwrap();
        assert_eq!(origin.attr("id"), Some("id1"));
        assert!(!soon.has_child("delay", "urn:xmpp:delay"));
        let late = sent_after(11);
        let delay = late.get_child("delay", "urn:xmpp:delay").unwrap();
        assert!(
            delay
                .attr("stamp")
                .unwrap()
                .starts_with("1970-01-12T13:46:40")
        );
    }

    #[test]
    fn nothing_that_would_end_the_link_gets_into_a_stanza() {
        let hostile = "DOWN a\u{1b}[2J\u{fffe}\u{0}\nb\u{202e}";
        let sent = answer(SendAnswer {
            to: "owner@example.org/x".parse().unwrap(),
            thread: None,
            body: hostile.into(),
        });
        let clean = "DOWN a\\u{1b}[2J\\u{fffe}\\u{0}\nb\\u{202e}";
        assert_eq!(sent.bodies[""], clean);
        let summary = HealthSummary {
            total: 1,
            down: vec![hostile.into()],
            ..HealthSummary::default()
        };
        let shown = health(Language::En, &summary);
        assert!(!shown.statuses[""].contains(|c| c == '\n' || is_harmful(c)));
        let element: Element = Message::into(sent);
        let written = String::from(&element);
        assert_eq!(written.parse::<Element>().unwrap(), element);
    }

    #[test]
    fn presence_is_dnd_only_while_something_is_down() {
        let mut summary = HealthSummary {
            total: 2,
            ..HealthSummary::default()
        };
        assert_eq!(health(Language::En, &summary).show, None);
        summary.down.push("shop".into());
        let shown = health(Language::En, &summary);
        assert_eq!(shown.show, Some(Show::Dnd));
        assert_eq!(shown.statuses[""], "1 of 2 down: shop");
    }
}
