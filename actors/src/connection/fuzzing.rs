//! The way of a stanza from the wire to those who judge it, without the wire.

use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::BareJid;
use xmpp_parsers::message::Message;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::presence::Presence;
use xmpp_parsers::roster::Roster;

use super::incoming;
use super::login::sieve::{MAX_DEPTH, MAX_ELEMENTS, MAX_STANZA, Sieve};
use super::xep::archive::{self, Search};
use super::xep::{self, external_ip, muc::Rooms, receipts};
use crate::authorizer::policy::{Judgement, judge};
use crate::fuzzing::access;

const HEADER: &str =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

/// See [`crate::fuzzing::stanzas`].
pub(crate) fn stanzas(bytes: &[u8]) {
    let (mut sieve, mut out) = (Sieve::default(), HEADER.as_bytes().to_vec());
    let mut nothing = Vec::new();
    let begun = sieve.pass(HEADER.as_bytes(), &mut nothing);
    assert!(begun.is_ok());
    // In pieces, as they come.
    let size = 1 + usize::from(bytes.first().copied().unwrap_or_default());
    for part in bytes.chunks(size) {
        if sieve.pass(part, &mut out).is_err() {
            return;
        }
    }
    out.extend(b"</stream:stream>");
    let before = [HEADER.as_bytes(), bytes, b"</stream:stream>"].concat();
    let passed = parse(&out);
    if bytes.len() < MAX_STANZA && depth(bytes) < MAX_DEPTH && parse(&before).is_some() {
        assert!(passed.is_some(), "{}", String::from_utf8_lossy(&out));
    }
    for stanza in passed.iter().flat_map(Element::children) {
        size_is_bounded(stanza);
        received(stanza);
    }
}

/// No deeper than it has tags.
fn depth(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'<').count()
}

fn parse(xml: &[u8]) -> Option<Element> {
    std::str::from_utf8(xml).ok()?.parse().ok()
}

fn size_is_bounded(stanza: &Element) {
    let mut open = vec![(stanza, 2)];
    let mut count = 0;
    while let Some((element, level)) = open.pop() {
        count += 1;
        assert!(level <= MAX_DEPTH);
        open.extend(element.children().map(|child| (child, level + 1)));
    }
    assert!(count <= MAX_ELEMENTS);
}

/// What a search of the archive and the receipts make of a message.
fn searched(message: &Message, own: &BareJid) {
    let sent = jiff::Timestamp::UNIX_EPOCH;
    let mut search = Search::new(None, ["a".to_owned()], sent);
    let belongs = search.result(message, own);
    let from = message.from.as_ref();
    assert!(
        !belongs || from.is_none_or(|from| from.resource().is_none() && from.to_bare() == *own)
    );
    assert!(search.found().len() <= 1);
    let mark = receipts::mark(message);
    assert!(mark.is_none_or(|mark| mark.id.len() <= 64));
    let _receipt = receipts::receipt(message);
}

/// What the actor does with it.
fn received(stanza: &Element) {
    let Ok(own) = BareJid::new("web01@hm.test") else {
        return;
    };
    let access = access();
    if let Ok(message) = Message::try_from(stanza.clone()) {
        let from = message.from.clone();
        searched(&message, &own);
        let received = incoming::message(message, &own);
        assert!(
            received
                .body
                .as_ref()
                .is_none_or(|body| body.len() <= 10_000)
        );
        assert!(
            received
                .thread
                .as_ref()
                .is_none_or(|thread| thread.len() <= 256)
        );
        let known = incoming::is_known(from.as_ref(), &access);
        let obeyed = matches!(judge(&received, &access, None), Judgement::Command { .. });
        assert!(known || !obeyed);
    }
    if let Ok(presence) = Presence::try_from(stanza.clone()) {
        let mut rooms = Rooms::default();
        if let Some(from) = &presence.from {
            let _entering = rooms.enter(&from.to_bare(), "web01");
        }
        let _news = rooms.presence(&presence);
    }
    if let Ok(iq) = Iq::try_from(stanza.clone()) {
        let allowed = incoming::is_known(iq.from(), &access);
        let answer = xep::answer(&iq, allowed);
        if !allowed {
            assert!(matches!(answer, None | Some(Iq::Error { .. })));
        }
        if let Iq::Result {
            payload: Some(payload),
            ..
        } = iq
        {
            let _address = external_ip::read(&payload);
            let mut search = Search::new(None, ["a".to_owned()], jiff::Timestamp::UNIX_EPOCH);
            let _next = search.page_ended(Some(&payload));
            let _prefs = archive::to_be_archived(&payload, &[own]);
            if let Ok(roster) = Roster::try_from(payload) {
                assert!(incoming::to_subscribe(&roster.items, &access).len() <= 2);
                assert!(incoming::to_cancel(&roster.items, &access).len() <= roster.items.len());
            }
        }
    }
}
