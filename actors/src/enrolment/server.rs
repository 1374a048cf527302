//! What a server tells of itself: which commands it shows us (XEP-0030), what it is (XEP-0092).

use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::version::{VersionQuery, VersionResult};

use super::by_hand::by_hand;
use super::error::CommandError;
use super::session::{Ask, Session};
use super::xep0050;
use super::xep0133::{AdminCommand, PREFIX};
use crate::text::clean;
use crate::xml::attribute;

impl Session {
    /// Whether the server shows us commands of an administrator's; to others it shows none.
    pub(super) async fn is_shown_administration(&mut self) -> bool {
        let query = Element::builder("query", ns::DISCO_ITEMS);
        let query = attribute(query, "node", xep0050::NS).build();
        let domain = self.domain();
        let listed = self.request(Ask::Get(query), Some(domain.clone()));
        let Ok(Some(listed)) = listed.await else {
            return false;
        };
        let is_one = |item: &Element| {
            let node = item.attr("node").unwrap_or_default();
            let jid = item.attr("jid").and_then(|jid| Jid::new(jid).ok());
            item.is("item", ns::DISCO_ITEMS)
                && jid == Some(domain.clone())
                && node.starts_with(PREFIX)
        };
        listed.children().any(is_one)
    }

    /// What the server calls itself (XEP-0092); empty where it does not say.
    pub(super) async fn software(&mut self) -> String {
        let domain = self.domain();
        let asked = self.request(Ask::Get(VersionQuery.into()), Some(domain));
        let Ok(Some(answer)) = asked.await else {
            return String::new();
        };
        VersionResult::try_from(answer).map_or(String::new(), |version| clean(&version.name, 100))
    }

    /// Adds to an error what to type on the server.
    pub(super) async fn explained(
        &mut self,
        error: CommandError,
        which: AdminCommand,
        jid: &BareJid,
    ) -> CommandError {
        match error {
            CommandError::NoCommand {
                who,
                domain,
                command,
                administrator,
                ..
            } => CommandError::NoCommand {
                who,
                domain,
                command,
                administrator,
                by_hand: by_hand(which, &self.software().await, jid),
            },
            error => error,
        }
    }
}
