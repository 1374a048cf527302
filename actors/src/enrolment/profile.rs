//! How a host looks to others: a vCard with a picture (XEP-0054), a nickname (XEP-0172). Pure.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;

use crate::text::clean;
use crate::xml::attribute;

/// A monitor with a pulse, 64 by 64.
const AVATAR: &[u8] = include_bytes!("avatar.png");
/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// The vCard.
pub(super) fn vcard(name: &str) -> Element {
    let name = clean(name, LONGEST_NAME);
    let line = |tag: &str, text: &str| Element::builder(tag, ns::VCARD).append(text).build();
    let photo = Element::builder("PHOTO", ns::VCARD)
        .append(line("TYPE", "image/png"))
        .append(line("BINVAL", &BASE64_STANDARD.encode(AVATAR)));
    Element::builder("vCard", ns::VCARD)
        .append(photo)
        .append(line("FN", &name))
        .append(line("NICKNAME", &name))
        .append(line("DESC", "HostMessenger"))
        .build()
}

/// The nickname, published for contacts (XEP-0163).
pub(super) fn nickname(name: &str) -> Element {
    let nick = Element::builder("nick", ns::NICK).append(clean(name, LONGEST_NAME));
    let item = attribute(Element::builder("item", ns::PUBSUB), "id", "current");
    let publish = Element::builder("publish", ns::PUBSUB);
    let publish = attribute(publish, "node", ns::NICK);
    Element::builder("pubsub", ns::PUBSUB)
        .append(publish.append(item.append(nick)))
        .build()
}

#[cfg(test)]
mod tests {
    use xmpp_parsers::pubsub::pubsub::PubSub;
    use xmpp_parsers::vcard::VCard;

    use super::*;

    #[test]
    fn the_picture_is_a_png_that_fits_a_stanza() {
        assert!(AVATAR.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(AVATAR.len() < 1_000);
        let card = vcard("web01\u{202e}");
        assert_eq!(
            card.get_child("FN", ns::VCARD).unwrap().text(),
            "web01\\u{202e}"
        );
        let read = VCard::try_from(card).unwrap();
        assert_eq!(read.photo.unwrap().binval.data, AVATAR);
    }

    #[test]
    fn the_nickname_is_published_under_its_own_name() {
        let text = String::from(&nickname("web01"));
        assert!(
            text.contains(ns::NICK) && text.contains(">web01<"),
            "{text}"
        );
        let PubSub::Publish { publish, .. } = PubSub::try_from(nickname("web01")).unwrap() else {
            panic!("{text}");
        };
        assert_eq!(publish.node.0, ns::NICK);
        assert_eq!(publish.items[0].id.as_ref().unwrap().0, "current");
    }
}
