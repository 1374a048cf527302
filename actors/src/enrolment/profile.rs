//! How a host looks to others: a vCard with a picture (XEP-0054), a nickname (XEP-0172). Pure.

use xmpp_parsers::minidom::Element;
use xmpp_parsers::nick::Nick;
use xmpp_parsers::ns;
use xmpp_parsers::pubsub::pubsub::{Item, PubSub, Publish};
use xmpp_parsers::pubsub::{ItemId, NodeName};
use xmpp_parsers::vcard::{Binval, Photo, Type, VCard};

use crate::text::clean;

/// A monitor with a pulse, 64 by 64.
const AVATAR: &[u8] = include_bytes!("avatar.png");
/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// The vCard.
pub(super) fn vcard(name: &str) -> Element {
    let name = clean(name, LONGEST_NAME);
    let line = |tag: &str, text: &str| Element::builder(tag, ns::VCARD).append(text).build();
    let photo = Photo {
        type_: Type {
            data: "image/png".into(),
        },
        binval: Binval {
            data: AVATAR.to_vec(),
        },
    };
    let card = VCard {
        photo: Some(photo),
        payloads: vec![
            line("FN", &name),
            line("NICKNAME", &name),
            line("DESC", "HostMessenger"),
        ],
    };
    card.into()
}

/// The nickname, published for contacts (XEP-0163).
pub(super) fn nickname(name: &str) -> Element {
    let item = Item {
        id: Some(ItemId("current".into())),
        publisher: None,
        payload: Some(Nick(clean(name, LONGEST_NAME)).into()),
    };
    let publish = Publish {
        node: NodeName(ns::NICK.into()),
        items: vec![item],
    };
    PubSub::Publish {
        publish,
        publish_options: None,
    }
    .into()
}

#[cfg(test)]
mod tests {
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
    }
}
