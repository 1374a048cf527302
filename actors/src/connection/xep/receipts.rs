//! Message Delivery Receipts (XEP-0184) and Chat Markers (XEP-0333): whether an alert has arrived at
//! a client, and was read there. Pure.

use xmpp_parsers::displayed_markers::Markable;
use xmpp_parsers::message::{Id, Message, MessageType};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::receipts::{Received, Request};

use crate::connection::new_id;

/// What a client says of a message that it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Which message.
    pub id: String,
    /// Whether a person has read it; else it has only arrived.
    pub read: bool,
}

/// No id of ours is longer.
const LONGEST_ID: usize = 64;

/// Asks for both; goes with an alert to a person (XEP-0184, 5.3: not to a room).
pub(crate) fn wishes() -> [Element; 2] {
    [Request.into(), Markable.into()]
}

/// What this message says of one of ours, if it does.
pub(crate) fn mark(message: &Message) -> Option<Mark> {
    if matches!(message.type_, MessageType::Error | MessageType::Groupchat) {
        return None;
    }
    let of = |payload: &Element| {
        let read = match (payload.name(), payload.ns().as_str()) {
            ("received", ns::RECEIPTS | ns::DISPLAYED_MARKERS) => false,
            ("displayed" | "acknowledged", ns::DISPLAYED_MARKERS) => true,
            _ => return None,
        };
        let id = payload.attr("id").filter(|id| id.len() <= LONGEST_ID)?;
        Some(Mark {
            id: id.to_owned(),
            read,
        })
    };
    message.payloads.iter().find_map(of)
}

/// The receipt that the sender asks for, if he does; only who may command gets one.
pub(crate) fn receipt(message: &Message) -> Option<Message> {
    let asked = message
        .payloads
        .iter()
        .any(|payload| payload.is("request", ns::RECEIPTS));
    let id = message.id.as_ref().filter(|_| asked)?;
    if matches!(message.type_, MessageType::Error | MessageType::Groupchat) || id.0.len() > 256 {
        return None;
    }
    let mut receipt = Message::new_with_type(message.type_.clone(), message.from.clone());
    receipt.payloads.push(Received { id: id.0.clone() }.into());
    receipt.id = Some(Id(new_id()));
    Some(receipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(xml: &str) -> Message {
        let element: Element = format!(
            "<message xmlns='jabber:client' from='owner@example.org/phone' id='m1' type='chat'>{xml}</message>"
        )
        .parse()
        .unwrap();
        Message::try_from(element).unwrap()
    }

    #[test]
    fn arrived_and_read_are_told_apart() {
        let of = |name: &str, ns: &str| {
            mark(&message(&format!("<{name} xmlns='{ns}' id='a1'/>"))).map(|mark| mark.read)
        };
        assert_eq!(of("received", "urn:xmpp:receipts"), Some(false));
        assert_eq!(of("received", "urn:xmpp:chat-markers:0"), Some(false));
        assert_eq!(of("displayed", "urn:xmpp:chat-markers:0"), Some(true));
        assert_eq!(of("acknowledged", "urn:xmpp:chat-markers:0"), Some(true));
        assert_eq!(of("markable", "urn:xmpp:chat-markers:0"), None);
        let long = "x".repeat(1_000);
        let long = format!("<displayed xmlns='urn:xmpp:chat-markers:0' id='{long}'/>");
        assert_eq!(mark(&message(&long)), None);
    }

    #[test]
    fn a_receipt_is_sent_only_where_one_is_asked_for() {
        assert!(receipt(&message("<body>OS</body>")).is_none());
        let asked = message("<body>OS</body><request xmlns='urn:xmpp:receipts'/>");
        let receipt = receipt(&asked).unwrap();
        assert_eq!(receipt.to, asked.from);
        assert!(receipt.payloads[0].is("received", "urn:xmpp:receipts"));
        assert_eq!(receipt.payloads[0].attr("id"), Some("m1"));
        let loop_of_receipts = message("<received xmlns='urn:xmpp:receipts' id='m0'/>");
        assert!(super::receipt(&loop_of_receipts).is_none());
    }
}
