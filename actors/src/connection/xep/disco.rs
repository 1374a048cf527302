//! Service Discovery (XEP-0030) and Entity Capabilities (XEP-0115): what this client can do.

use std::collections::BTreeSet;

use xmpp_parsers::caps::{self, Caps};
use xmpp_parsers::disco::{DiscoInfoResult, Identity};
use xmpp_parsers::hashes::Algo;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::minidom::rxml::Namespace;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::DefinedCondition;

use super::{Answer, RESPONDERS, Responder};
use crate::xml::{attribute, attribute_of};

/// Names this program in capabilities.
const NODE: &str = "urn:hostmessenger";
const ITEMS_NS: &str = "http://jabber.org/protocol/disco#items";

/// Answers what it can do.
pub(crate) const INFO: Responder = Responder {
    feature: ns::DISCO_INFO,
    answer: |payload| payload.is("query", ns::DISCO_INFO).then(|| info(payload)),
};

/// Answers that there is nothing behind it.
pub(crate) const ITEMS: Responder = Responder {
    feature: ITEMS_NS,
    answer: |payload| {
        let nothing = || Ok(Some(Element::builder("query", ITEMS_NS).build()));
        payload.is("query", ITEMS_NS).then(nothing)
    },
};

fn features() -> DiscoInfoResult {
    let also = [
        ns::CAPS,
        ns::DELAY,
        ns::RECEIPTS,
        ns::SID,
        super::holder::NS,
    ];
    let features: BTreeSet<String> = RESPONDERS
        .iter()
        .map(|responder| responder.feature)
        .chain(also)
        .map(str::to_owned)
        .collect();
    DiscoInfoResult {
        node: None,
        // The registry's kind for who answers by itself.
        identities: vec![Identity::new("client", "bot", "en", "HostMessenger")],
        features,
        extensions: Vec::new(),
    }
}

fn version() -> Option<Caps> {
    let hash = caps::hash_caps(&caps::compute_disco(&features()), Algo::Sha_1).ok()?;
    Some(Caps::new(NODE, hash))
}

fn info(payload: &Element) -> Answer {
    let node = payload.attr("node");
    let ours = version().map(|caps| {
        let element = Element::from(caps);
        let ver = element.attr("ver").unwrap_or_default().to_owned();
        format!("{NODE}#{ver}")
    });
    if node.is_some() && node != ours.as_deref() {
        return Err(DefinedCondition::ItemNotFound);
    }
    Ok(Some(told(&features(), node)))
}

fn told(what: &DiscoInfoResult, node: Option<&str>) -> Element {
    let child = |tag: &str| Element::builder(tag, ns::DISCO_INFO);
    let identities = what.identities.iter().map(|who| {
        let identity = attribute(child("identity"), "category", &who.category);
        let identity = attribute(identity, "type", &who.type_);
        let identity = attribute_of(Namespace::XML, identity, "lang", who.lang.as_deref());
        attribute(identity, "name", who.name.as_deref())
    });
    let features = what.features.iter();
    let features = features.map(|name| attribute(child("feature"), "var", name));
    attribute(child("query"), "node", node)
        .append_all(identities)
        .append_all(features)
        .build()
}

/// What is sent with the presence.
pub(crate) fn capabilities() -> Option<Element> {
    version().map(Element::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_of_the_presence_can_be_asked_and_others_cannot() {
        let caps = capabilities().unwrap();
        let node = format!(
            "{}#{}",
            caps.attr("node").unwrap(),
            caps.attr("ver").unwrap()
        );
        let ask = |node: &str| {
            let ns = ns::DISCO_INFO;
            let query = format!("<query xmlns='{ns}' node='{node}'/>");
            (INFO.answer)(&query.parse().unwrap()).unwrap()
        };
        let answer = ask(&node).unwrap().unwrap();
        assert_eq!(answer.attr("node"), Some(node.as_str()));
        let read = DiscoInfoResult::try_from(answer).unwrap();
        assert_eq!(caps::compute_disco(&read), caps::compute_disco(&features()));
        assert_eq!(ask("other#1"), Err(DefinedCondition::ItemNotFound));
    }
}
