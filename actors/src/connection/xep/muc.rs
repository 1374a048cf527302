//! Multi-User Chat (XEP-0045): rooms that get alerts. What is said there is never a command.

use std::collections::HashMap;

use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::presence::{Presence, Type};

use crate::xml::attribute;

/// How we stand to the rooms.
#[derive(Debug, Default)]
pub(crate) struct Rooms(HashMap<BareJid, Standing>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Asked,
    Entered,
    Refused,
}

/// What a presence from a room means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RoomNews {
    /// We are in.
    Entered(BareJid),
    /// We are out, or were not let in.
    Out(BareJid),
}

impl Rooms {
    /// Whether we are in.
    pub(crate) fn entered(&self, room: &BareJid) -> bool {
        self.0.get(room) == Some(&Standing::Entered)
    }

    /// The request to enter, unless one was made in this session. No history is wanted.
    pub(crate) fn enter(&mut self, room: &BareJid, nick: &str) -> Option<Presence> {
        if self.0.contains_key(room) {
            return None;
        }
        let to = room.with_resource_str(nick).ok()?;
        self.0.insert(room.clone(), Standing::Asked);
        let history = Element::builder("history", ns::MUC);
        let none = attribute(history, "maxstanzas", "0");
        let wish = Element::builder("x", ns::MUC).append(none).build();
        let mut presence = Presence::available().with_to(Jid::from(to));
        presence.payloads.push(wish);
        Some(presence)
    }

    /// Takes a presence. `None`: it is about somebody else, or nothing new.
    pub(crate) fn presence(&mut self, presence: &Presence) -> Option<RoomNews> {
        let room = presence.from.as_ref()?.to_bare();
        let standing = self.0.get_mut(&room)?;
        // The room's own word alone: whatever else others put into their presence, it passes on.
        let is_code =
            |child: &Element| child.is("status", ns::MUC_USER) && child.attr("code") == Some("110");
        let about_us = || {
            let words = presence.payloads.iter();
            let mut words = words.filter(|payload| payload.is("x", ns::MUC_USER));
            words.any(|word| word.children().any(is_code))
        };
        match presence.type_ {
            Type::Error => {
                *standing = Standing::Refused;
                Some(RoomNews::Out(room))
            }
            Type::Unavailable if about_us() => {
                *standing = Standing::Refused;
                Some(RoomNews::Out(room))
            }
            Type::None if *standing != Standing::Entered && about_us() => {
                *standing = Standing::Entered;
                Some(RoomNews::Entered(room))
            }
            _ => None,
        }
    }

    /// Rooms that did not let us in may be asked again.
    pub(crate) fn forget_refusals(&mut self) {
        self.0.retain(|_, standing| *standing != Standing::Refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(kind: &str, code: &str) -> Presence {
        let text = format!(
            "<presence xmlns='jabber:client' from='ops@rooms.example.org/web01' {kind}>\
             <x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'/>{code}</x></presence>"
        );
        let element: xmpp_parsers::minidom::Element = text.parse().unwrap();
        Presence::try_from(element).unwrap()
    }

    #[test]
    fn we_are_in_when_the_room_shows_us_and_out_when_it_says_so() {
        let room = BareJid::new("ops@rooms.example.org").unwrap();
        let mut rooms = Rooms::default();
        assert!(rooms.enter(&room, "web01").is_some());
        assert!(rooms.enter(&room, "web01").is_none(), "asked already");
        assert_eq!(rooms.presence(&presence("", "")), None, "somebody else");
        let shown = rooms.presence(&presence("", "<status code='110'/>"));
        assert_eq!(shown, Some(RoomNews::Entered(room.clone())));
        assert!(rooms.entered(&room));
        let gone = rooms.presence(&presence("type='unavailable'", "<status code='110'/>"));
        assert_eq!(gone, Some(RoomNews::Out(room.clone())));
        assert!(!rooms.entered(&room));
        rooms.forget_refusals();
        assert!(rooms.enter(&room, "web01").is_some());
    }

    #[test]
    fn another_one_in_the_room_cannot_show_us_in_or_out() {
        let room = BareJid::new("ops@rooms.example.org").unwrap();
        let mut rooms = Rooms::default();
        rooms.enter(&room, "web01");
        rooms.presence(&presence("", "<status code='110'/>"));
        for forged in [
            "<x xmlns='evil'><status code='110'/></x>",
            "<x xmlns='http://jabber.org/protocol/muc#user'><status xmlns='evil' code='110'/></x>",
            "<status code='110'/>",
        ] {
            let text = format!(
                "<presence xmlns='jabber:client' type='unavailable' \
                 from='ops@rooms.example.org/eve'>{forged}</presence>"
            );
            let element: Element = text.parse().unwrap();
            let forged = Presence::try_from(element).unwrap();
            assert_eq!(rooms.presence(&forged), None, "{text}");
        }
        assert!(rooms.entered(&room));
    }
}
