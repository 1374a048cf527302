//! A new account, logged in to for the first time: what others see of it.

use xmpp_parsers::jid::BareJid;

use super::error::RequestError;
use super::profile;
use super::session::{Ask, Session};

/// A session of a new account. That there is one proves that it can log in.
pub struct NewAccount(pub(super) Session);

/// What the server took of a host's introduction. What it has no place for is no failure: not every
/// server keeps such things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Introduced {
    /// The vCard with the picture (XEP-0054).
    pub vcard: bool,
    /// The nickname (XEP-0172).
    pub nickname: bool,
}

impl NewAccount {
    /// Of a session.
    pub fn new(session: Session) -> Self {
        Self(session)
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.0
    }

    /// Says goodbye.
    pub async fn close(self) {
        self.0.close().await;
    }

    /// Notes the owner as a contact and asks to see them; and shows `name` and a picture to all who
    /// may see the account. [`super::acquaint`] does the rest where the owner is the administrator.
    pub async fn introduce(
        &mut self,
        owner: &BareJid,
        name: &str,
    ) -> Result<Introduced, RequestError> {
        // A new account knows nobody. Prosody remembers the contact list of one that was removed and
        // gives it to the next of its name: what that says was asked and approved never was.
        if self.0.contact(owner).await?.is_some() {
            self.0.remove_contact(owner).await?;
        }
        let owner_name = owner.node().map_or(owner.as_str(), |node| node.as_str());
        self.befriend(owner, owner_name).await?;
        let vcard = self.publish(profile::vcard(name)).await?;
        let nickname = self.publish(profile::nickname(name)).await?;
        Ok(Introduced { vcard, nickname })
    }

    /// Notes somebody as a contact, and asks to see them.
    pub(super) async fn befriend(
        &mut self,
        whom: &BareJid,
        name: &str,
    ) -> Result<(), RequestError> {
        self.0.note_contact(whom, name, None).await?;
        self.0.go_on_with(whom, false).await.map(drop)
    }

    /// Whether the server took it.
    async fn publish(
        &mut self,
        what: xmpp_parsers::minidom::Element,
    ) -> Result<bool, RequestError> {
        match self.0.request(Ask::Set(what), None).await {
            Ok(_) => Ok(true),
            Err(error @ RequestError::Refused { .. }) => {
                tracing::debug!(%error, "the server keeps no such thing");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
