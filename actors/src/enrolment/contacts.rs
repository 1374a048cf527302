//! Contact lists and subscriptions (RFC 6121): that owner and host see each other without a click.
//!
//! Each side notes the other and asks for it, and approves it until both lists say `both`: where the
//! server does not approve before it is asked (RFC 6121, 3.4), an approval only counts once the other
//! has asked. A trap: what Prosody 0.12 approves for an account that is offline never reaches a
//! contact of the same server that is online, whose list stays at `from`. So a host approves nobody
//! in advance; its program does it once it runs.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::presence::{Presence, Type};
use xmpp_parsers::roster::{Ask as Asked, Group, Item, Roster, Subscription};

use super::administrator::Administrator;
use super::error::RequestError;
use super::new_account::NewAccount;
use super::session::{Ask, Session};

/// The group of an administrator's hosts.
pub const GROUP: &str = "HostMessenger";

/// How long two accounts may take to see each other.
const ACQUAINTED_WITHIN: Duration = Duration::from_secs(20);
/// The pause before it is looked again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Why owner and host do not see each other yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcquaintError {
    /// A request failed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The server took all of it, and nothing came of it.
    #[error("{who} does not see {whom} after {}s", .after.as_secs())]
    NotSeen {
        /// Whose contact list.
        who: BareJid,
        /// Who is not `both` in it.
        whom: BareJid,
        /// The deadline.
        after: Duration,
    },
}

impl Session {
    /// The contact list.
    pub(super) async fn roster(&mut self) -> Result<Vec<Item>, RequestError> {
        let (ver, items) = (None, Vec::new());
        let answer = self.request(Ask::Get(Roster { ver, items }.into()), None);
        let Some(answer) = answer.await? else {
            return Ok(Vec::new());
        };
        let roster = Roster::try_from(answer).map_err(|error| RequestError::Unreadable {
            why: crate::text::clean(&error.to_string(), 200),
        })?;
        Ok(roster.items)
    }

    /// Who it is in the contact list.
    pub(super) async fn contact(&mut self, jid: &BareJid) -> Result<Option<Item>, RequestError> {
        let roster = self.roster().await?;
        Ok(roster.into_iter().find(|item| item.jid == *jid))
    }

    /// Notes a contact under a name, in a group of ours beside those that it is in.
    pub(super) async fn note_contact(
        &mut self,
        jid: &BareJid,
        name: &str,
        group: Option<&str>,
    ) -> Result<(), RequestError> {
        let known = self.contact(jid).await?;
        let mut groups = known.map(|item| item.groups).unwrap_or_default();
        if let Some(group) = group
            && !groups.iter().any(|known| known.0 == group)
        {
            groups.push(Group(group.to_owned()));
        }
        self.set_contact(jid, Some(name), groups, Subscription::None)
            .await
    }

    /// Removes a contact; the server ends the subscriptions (RFC 6121, 2.5).
    pub(super) async fn remove_contact(&mut self, jid: &BareJid) -> Result<(), RequestError> {
        let removed = self.set_contact(jid, None, Vec::new(), Subscription::Remove);
        match removed.await {
            Err(error) if error.is_one_of(&["item-not-found"]) => Ok(()),
            result => result,
        }
    }

    async fn set_contact(
        &mut self,
        jid: &BareJid,
        name: Option<&str>,
        groups: Vec<Group>,
        subscription: Subscription,
    ) -> Result<(), RequestError> {
        let item = Item {
            jid: jid.clone(),
            name: name.map(str::to_owned),
            subscription,
            ask: Asked::None,
            groups,
            approved: None,
        };
        let (ver, items) = (None, vec![item]);
        let set = Ask::Set(Roster { ver, items }.into());
        self.request(set, None).await.map(drop)
    }

    /// Lets a contact see us; counts where it has asked, or the server pre-approves.
    async fn approve(&mut self, jid: &BareJid) -> Result<(), RequestError> {
        self.tell(jid, Type::Subscribed).await
    }

    /// Asks a contact to be seen.
    async fn wish_to_see(&mut self, jid: &BareJid) -> Result<(), RequestError> {
        self.tell(jid, Type::Subscribe).await
    }

    async fn tell(&mut self, jid: &BareJid, what: Type) -> Result<(), RequestError> {
        let presence = Presence::new(what).with_to(Jid::from(jid.clone()));
        self.send(presence.into()).await
    }

    /// Says to the server what is still missing, with an approval where `approve`; whether nothing is.
    pub(super) async fn go_on_with(
        &mut self,
        jid: &BareJid,
        approve: bool,
    ) -> Result<bool, RequestError> {
        let now = self.contact(jid).await?;
        let (subscription, waits) = now.map_or((Subscription::None, false), |item| {
            (item.subscription, item.ask == Asked::Subscribe)
        });
        let (sees, is_seen) = match subscription {
            Subscription::Both => (true, true),
            Subscription::To => (true, false),
            Subscription::From => (false, true),
            Subscription::None | Subscription::Remove => (false, false),
        };
        if !is_seen && approve {
            self.approve(jid).await?;
        }
        if !sees && !waits {
            self.wish_to_see(jid).await?;
        }
        Ok(sees && is_seen)
    }
}

/// Makes that administrator and host see each other: each is noted by the other under the name
/// given for it, and when this returns both contact lists say `both`. For an owner who is not the
/// administrator, [`NewAccount::introduce`] alone does what can be done.
pub async fn acquaint(
    administrator: &mut Administrator,
    host: &mut NewAccount,
    host_name: &str,
    owner_name: &str,
) -> Result<(), AcquaintError> {
    let (boss, new) = (administrator.0.account(), host.0.account());
    administrator.befriend(&new, host_name).await?;
    host.befriend(&boss, owner_name).await?;
    let due = Instant::now() + ACQUAINTED_WITHIN;
    loop {
        let boss_done = administrator.0.go_on_with(&new, true).await?;
        let host_done = host.0.go_on_with(&boss, true).await?;
        let (who, whom) = match (boss_done, host_done) {
            (true, true) => return Ok(()),
            (false, _) => (boss.clone(), new.clone()),
            (true, false) => (new.clone(), boss.clone()),
        };
        if Instant::now() > due {
            let after = ACQUAINTED_WITHIN;
            return Err(AcquaintError::NotSeen { who, whom, after });
        }
        sleep(LOOK_AGAIN).await;
    }
}
