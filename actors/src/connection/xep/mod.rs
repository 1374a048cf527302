//! What we answer others, one file an extension. A new one is a file here and a line in
//! [`RESPONDERS`]; service discovery is made from the same list.

use xmpp_parsers::iq::Iq;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

pub(super) mod archive;
pub(super) mod disco;
pub(super) mod external_ip;
pub(super) mod holder;
pub(super) mod muc;
mod ping;
pub(super) mod receipts;
mod time;
mod version;

/// Answers one kind of request.
pub(super) struct Responder {
    /// Its feature in service discovery, which is the namespace of its requests too.
    pub feature: &'static str,
    /// Answers a `get`. `None`: it is not what this extension knows.
    pub answer: fn(&Element) -> Option<Answer>,
}

/// What is answered.
pub(super) type Answer = Result<Option<Element>, DefinedCondition>;

/// All that is answered.
pub(super) const RESPONDERS: &[Responder] = &[
    ping::RESPONDER,
    version::RESPONDER,
    time::RESPONDER,
    disco::INFO,
    disco::ITEMS,
];

/// The answer to a request, refused where `allowed` is false. The refusal is the same as a server's
/// for somebody who is not there (RFC 6121, 8.5.3), so that it tells nothing. `None`: not a request.
pub(super) fn answer(request: &Iq, allowed: bool) -> Option<Iq> {
    let (payload, is_get) = match request {
        Iq::Get { payload, .. } => (payload, true),
        Iq::Set { payload, .. } => (payload, false),
        Iq::Result { .. } | Iq::Error { .. } => return None,
    };
    let known = RESPONDERS
        .iter()
        .filter(|responder| allowed && is_get && payload.ns() == responder.feature)
        .find_map(|responder| (responder.answer)(payload));
    let (to, id) = (request.from().cloned(), request.id().to_owned());
    let from = None;
    Some(match known {
        Some(Ok(payload)) => Iq::Result {
            from,
            to,
            id,
            payload,
        },
        Some(Err(condition)) => refusal(to, id, condition),
        None => refusal(to, id, DefinedCondition::ServiceUnavailable),
    })
}

/// The same refusal for whatever was asked.
pub(crate) fn refusal_of(request: &Iq) -> Iq {
    let (to, id) = (request.from().cloned(), request.id().to_owned());
    refusal(to, id, DefinedCondition::ServiceUnavailable)
}

fn refusal(
    to: Option<xmpp_parsers::jid::Jid>,
    id: String,
    defined_condition: DefinedCondition,
) -> Iq {
    Iq::Error {
        from: None,
        to,
        id,
        error: StanzaError {
            type_: ErrorType::Cancel,
            by: None,
            defined_condition,
            texts: std::collections::BTreeMap::default(),
            other: None,
        },
        payload: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(payload: &str, allowed: bool) -> Iq {
        let request = Iq::Get {
            from: None,
            to: None,
            id: "q1".into(),
            payload: payload.parse().unwrap(),
        };
        answer(&request, allowed).unwrap()
    }

    fn result(payload: &str) -> Element {
        match ask(payload, true) {
            Iq::Result {
                payload: Some(payload),
                ..
            } => payload,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_extension_answers_and_is_in_the_list_of_features() {
        let features = result("<query xmlns='http://jabber.org/protocol/disco#info'/>");
        let features: Vec<_> = features
            .children()
            .filter_map(|child| child.attr("var"))
            .collect();
        for responder in RESPONDERS {
            assert!(features.contains(&responder.feature));
        }
        assert!(matches!(
            ask("<ping xmlns='urn:xmpp:ping'/>", true),
            Iq::Result { payload: None, .. }
        ));
        let version = result("<query xmlns='jabber:iq:version'/>");
        let text = version
            .get_child("version", "jabber:iq:version")
            .unwrap()
            .text();
        assert_eq!(text, env!("CARGO_PKG_VERSION"));
        let time = result("<time xmlns='urn:xmpp:time'/>");
        assert!(time.get_child("utc", "urn:xmpp:time").is_some());
    }

    #[test]
    fn strangers_and_unknown_requests_hear_what_a_server_says_for_who_is_not_there() {
        for (payload, allowed) in [
            ("<ping xmlns='urn:xmpp:ping'/>", false),
            ("<query xmlns='jabber:iq:last'/>", true),
        ] {
            let Iq::Error { error, .. } = ask(payload, allowed) else {
                panic!("{payload}");
            };
            assert_eq!(
                error.defined_condition,
                DefinedCondition::ServiceUnavailable
            );
        }
    }

    #[test]
    fn answers_are_never_answered() {
        let result = Iq::Result {
            from: None,
            to: None,
            id: "x".into(),
            payload: None,
        };
        assert!(answer(&result, true).is_none());
    }
}
