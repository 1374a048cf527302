//! Service Discovery (XEP-0030) and Entity Capabilities (XEP-0115): what this client can do.

use std::collections::BTreeSet;

use xmpp_parsers::caps::{self, Caps};
use xmpp_parsers::disco::{DiscoInfoResult, Identity};
use xmpp_parsers::hashes::Algo;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::DefinedCondition;

use super::{Answer, RESPONDERS, Responder};

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
    let mut result = features();
    result.node = node.map(str::to_owned);
    Ok(Some(result.into()))
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
        assert_eq!(ask("other#1"), Err(DefinedCondition::ItemNotFound));
    }
}
