//! An administrator's hosts: who they are, whether they are online, what they run.
//!
//! Presence comes to those who are available alone, so we become it, with a negative priority: no
//! message for the person comes here (RFC 6121, 8.5.2.1.1). A trap: a server says nothing of who is
//! offline, so silence is waited for, but not longer than [`PRESENCE_WITHIN`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use xmpp_parsers::jid::{BareJid, Jid, ResourcePart};
use xmpp_parsers::presence::{Presence, Priority, Type};
use xmpp_parsers::roster::{Item, Subscription};
use xmpp_parsers::version::{VersionQuery, VersionResult};

use super::administrator::Administrator;
use super::contacts::GROUP;
use super::error::RequestError;
use super::incoming::Incoming;
use super::session::{Ask, Session};
use crate::text::clean;

/// How long the server may take to say who is online.
const PRESENCE_WITHIN: Duration = Duration::from_secs(3);
/// How long hosts may take to say their version; all are asked at once.
const VERSION_WITHIN: Duration = Duration::from_secs(5);
/// Resources of one host that are looked at; a program has one.
const MAX_RESOURCES: usize = 8;

/// The name that the program gives for itself (XEP-0092).
const PROGRAM: &str = "HostMessenger";

/// A host of an administrator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its account.
    pub jid: BareJid,
    /// Its name in the contact list, cleaned; else the local part of its account.
    pub name: String,
    /// Whether it lets the administrator see its presence. If not, nobody knows whether it is online.
    pub visible: bool,
    /// Whether it is online.
    pub online: bool,
    /// What runs as it and its version, cleaned: `HostMessenger 0.1.0`. `None` where nothing says.
    pub version: Option<String>,
}

/// Who is online with which resources.
type Online = BTreeMap<BareJid, BTreeSet<ResourcePart>>;

impl Administrator {
    /// Notes a host in the group [`GROUP`], approves it in advance where the server can, and asks to
    /// see it.
    pub async fn befriend(&mut self, host: &BareJid, name: &str) -> Result<(), RequestError> {
        let name = clean(name, 100);
        self.0.note_contact(host, &name, Some(GROUP)).await?;
        let approve = self.0.can_pre_approve();
        self.0.go_on_with(host, approve).await.map(drop)
    }

    /// Removes a host from the contact list. One that is not in it is no mistake.
    pub async fn forget(&mut self, host: &BareJid) -> Result<(), RequestError> {
        self.0.remove_contact(host).await
    }

    /// The contacts in the group [`GROUP`], by address, within about 25 s.
    pub async fn hosts(&mut self) -> Result<Vec<Host>, RequestError> {
        let in_group = |item: &Item| item.groups.iter().any(|group| group.0 == GROUP);
        let mut items = self.0.roster().await?;
        items.retain(in_group);
        items.sort_by(|a, b| a.jid.cmp(&b.jid));
        let sees = |item: &Item| {
            use Subscription::{Both, To};
            matches!(item.subscription, To | Both)
        };
        let visible = items.iter().filter(|item| sees(item));
        let visible: BTreeSet<_> = visible.map(|item| item.jid.clone()).collect();
        let online = self.0.online(&visible).await?;
        let versions = self.0.versions(&online).await?;
        let host = |item: Item| Host {
            name: name(&item),
            visible: visible.contains(&item.jid),
            online: online.contains_key(&item.jid),
            version: versions.get(&item.jid).cloned(),
            jid: item.jid,
        };
        Ok(items.into_iter().map(host).collect())
    }
}

fn name(item: &Item) -> String {
    let name = item.name.as_deref().filter(|name| !name.trim().is_empty());
    let local = item.jid.node().map_or("", |node| node.as_str());
    clean(name.unwrap_or(local), 100)
}

impl Session {
    /// Who of them is online.
    async fn online(&mut self, whom: &BTreeSet<BareJid>) -> Result<Online, RequestError> {
        let mut here = Presence::available();
        here.priority = Priority(-1);
        self.send(here.into()).await?;
        let (mut online, mut heard) = (Online::new(), BTreeSet::new());
        let due = Instant::now() + PRESENCE_WITHIN;
        while heard.len() < whom.len() {
            let incoming = match timeout_at(due, self.read()).await {
                Ok(incoming) => incoming?,
                Err(_) => break,
            };
            if let Incoming::Presence(presence) = incoming
                && let Some(from) = presence.from.clone()
                && whom.contains(&from.to_bare())
            {
                note(&mut online, &from, &presence.type_);
                heard.insert(from.to_bare());
            }
        }
        self.send(Presence::unavailable().into()).await?;
        Ok(online)
    }

    /// What those who are online run. Who does not answer has none.
    async fn versions(
        &mut self,
        online: &Online,
    ) -> Result<HashMap<BareJid, String>, RequestError> {
        let mut asked = HashMap::new();
        for (jid, resources) in online {
            for resource in resources {
                let full = Jid::from(jid.with_resource(resource));
                let id = self.ask(Ask::Get(VersionQuery.into()), Some(full.clone()));
                asked.insert(id.await?, full);
            }
        }
        let mut versions = HashMap::new();
        let due = Instant::now() + VERSION_WITHIN;
        while !asked.is_empty() {
            let incoming = match timeout_at(due, self.read()).await {
                Ok(incoming) => incoming?,
                Err(_) => break,
            };
            let Incoming::Answer { id, from, answer } = incoming else {
                continue;
            };
            if asked.get(&id) != from.as_ref() {
                continue;
            }
            asked.remove(&id);
            if let (Some(from), Ok(Some(payload))) = (from, answer)
                && let Ok(version) = VersionResult::try_from(payload)
            {
                prefer(&mut versions, from.to_bare(), &version);
            }
        }
        Ok(versions)
    }
}

fn note(online: &mut Online, from: &Jid, type_: &Type) {
    let Some(resource) = from.resource() else {
        return;
    };
    match type_ {
        Type::None => {
            let resources = online.entry(from.to_bare()).or_default();
            if resources.len() < MAX_RESOURCES {
                resources.insert(resource.to_owned());
            }
        }
        Type::Unavailable => {
            if let Some(resources) = online.get_mut(&from.to_bare()) {
                resources.remove(resource);
            }
            online.retain(|_, resources| !resources.is_empty());
        }
        _ => {}
    }
}

/// Where several programs use an account, ours is the one that counts.
fn prefer(versions: &mut HashMap<BareJid, String>, jid: BareJid, said: &VersionResult) {
    let version = clean(&format!("{} {}", said.name, said.version), 100);
    if said.name == PROGRAM {
        versions.insert(jid, version);
    } else {
        versions.entry(jid).or_insert(version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::new(text).unwrap()
    }

    #[test]
    fn who_went_is_not_online() {
        let mut online = Online::new();
        note(&mut online, &jid("a@x/1"), &Type::None);
        note(&mut online, &jid("b@x/1"), &Type::None);
        note(&mut online, &jid("b@x/1"), &Type::Unavailable);
        note(&mut online, &jid("c@x/1"), &Type::Error);
        note(&mut online, &jid("d@x"), &Type::None);
        let names: Vec<_> = online.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["a@x"]);
    }

    #[test]
    fn a_host_with_endless_resources_is_one_host() {
        let mut online = Online::new();
        for n in 0..1_000 {
            note(&mut online, &jid(&format!("a@x/{n}")), &Type::None);
        }
        assert_eq!(online[&jid("a@x").to_bare()].len(), MAX_RESOURCES);
    }

    #[test]
    fn our_own_program_counts_more_than_a_client_beside_it() {
        let say = |name: &str, version: &str| VersionResult {
            name: name.into(),
            version: version.into(),
            os: None,
        };
        let mut versions = HashMap::new();
        let host = jid("a@x").to_bare();
        for said in [
            say("Dino", "0.4"),
            say(PROGRAM, "1.0\u{7}"),
            say("Gajim", "2"),
        ] {
            prefer(&mut versions, host.clone(), &said);
        }
        assert_eq!(versions[&host], "HostMessenger 1.0\\u{7}");
    }
}
