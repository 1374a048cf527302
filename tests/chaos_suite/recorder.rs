//! The owner, who keeps all that is heard: live, from the server's store, from its archive.
//!
//! Connected past the proxy, and gone only while the server is. What the server brings twice (live
//! and from its archive) is known by the archive's id and counted once; what the program sent
//! twice has two ids there, and one origin id.

use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

use tokio_xmpp::jid::{BareJid, Jid};
use tokio_xmpp::minidom::Element;
use tokio_xmpp::parsers::data_forms::{DataForm, DataFormType, Field, FieldType};
use tokio_xmpp::parsers::delay::Delay;
use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::mam::{Fin, Query, QueryId, Result_};
use tokio_xmpp::parsers::message::Message;
use tokio_xmpp::parsers::rsm::SetQuery;
use tokio_xmpp::parsers::stanza_id::{OriginId, StanzaId};

use crate::peers::Human;
use crate::peers::human::{HOST, body};
use crate::peers::server::AnyServer;

/// Whose client this is.
const OWNER: &str = "owner@hm.test";

/// Messages a page of the archive; what servers give at most is more.
const PAGE: usize = 100;

/// A message of the program's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    /// Its place in the server's archive, where there is one.
    pub(crate) archive_id: Option<String>,
    /// What the program calls it.
    pub(crate) origin_id: Option<String>,
    /// When it came to the owner or, where only the archive has it, to the server.
    pub(crate) at: SystemTime,
    /// What it says.
    pub(crate) body: String,
    /// The server took it and put it into the archive of the account that sent it, and died
    /// before the owner got it: not heard at all, and not the program's to mend.
    pub(crate) taken_only: bool,
}

/// All that was heard, and what was odd about it.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// In the order in which the server had them.
    pub(crate) heard: Vec<Heard>,
    /// Heard live, and forgotten by the archive of a server that was killed.
    pub(crate) unarchived: usize,
}

/// The owner.
pub(crate) struct Recorder {
    human: Option<Human>,
    mark: usize,
    live: Vec<Heard>,
}

impl Recorder {
    /// Logs in.
    pub(crate) async fn new(server: &AnyServer) -> Self {
        let mut recorder = Self {
            human: None,
            mark: 0,
            live: Vec::new(),
        };
        recorder.arrives(server).await;
        recorder
    }

    /// Logs in again.
    pub(crate) async fn arrives(&mut self, server: &AnyServer) {
        self.leaves();
        self.human = Some(Human::login("owner", server).await);
        self.mark = 0;
    }

    /// Goes, as the server did.
    pub(crate) fn leaves(&mut self) {
        self.listen();
        self.human = None;
    }

    /// All that came live so far.
    pub(crate) fn live(&mut self) -> &[Heard] {
        self.listen();
        &self.live
    }

    fn listen(&mut self) {
        let Some(human) = &self.human else { return };
        let news = human.messages_after(self.mark);
        self.mark += news.len();
        let heard = news.into_iter().filter(|(_, message)| is_alert(message));
        self.live.extend(heard.map(|(at, message)| Heard {
            archive_id: payload::<StanzaId>(&message).map(|id| id.id),
            origin_id: payload::<OriginId>(&message).map(|id| id.id),
            at,
            body: body(&message),
            taken_only: false,
        }));
    }

    /// All that was heard; where the server has archives, as those have it.
    pub(crate) async fn kept(&mut self, archives: Option<&AnyServer>) -> Kept {
        self.listen();
        let (Some(server), Some(owner)) = (archives, &self.human) else {
            return Kept {
                heard: self.live.clone(),
                unarchived: 0,
            };
        };
        let mut kept = merge(&self.live, archive(owner, HOST).await);
        let host = Human::unseen("host", server).await;
        add_taken(&mut kept.heard, archive(&host, OWNER).await);
        kept
    }
}

/// Asks somebody's archive for all that the program sent.
async fn archive(human: &Human, with: &str) -> Vec<Heard> {
    let mut archived = Vec::new();
    let mut after = None;
    loop {
        let name = format!("page-{}", fastrand::u64(..));
        let mark = human.messages_after(0).len();
        let answer = human.requests(request(&name, with, after.clone())).await;
        let fin = match answer {
            Iq::Result {
                payload: Some(payload),
                ..
            } => Fin::try_from(payload).unwrap(),
            other => panic!("no page of the archive: {other:?}"),
        };
        let results = human.messages_after(mark).into_iter();
        archived.extend(results.filter_map(|(_, message)| result(&message, &name)));
        after = fin.set.last;
        if fin.complete || after.is_none() {
            return archived;
        }
    }
}

/// What the server took and the owner does not have, between its neighbours in time.
fn add_taken(heard: &mut Vec<Heard>, taken: Vec<Heard>) {
    let known: HashSet<_> = heard.iter().map(|one| one.origin_id.clone()).collect();
    for lost in taken
        .into_iter()
        .filter(|one| !known.contains(&one.origin_id))
    {
        let place = heard.iter().take_while(|one| one.at <= lost.at).count();
        let taken_only = true;
        heard.insert(place, Heard { taken_only, ..lost });
    }
}

fn is_alert(message: &Message) -> bool {
    let from = message.from.as_ref().map(Jid::to_bare);
    from == BareJid::new(HOST).ok() && !message.bodies.is_empty()
}

fn payload<T: TryFrom<Element>>(message: &Message) -> Option<T> {
    let mut payloads = message.payloads.iter();
    payloads.find_map(|element| T::try_from(element.clone()).ok())
}

fn request(name: &str, with: &str, after: Option<String>) -> Iq {
    let field = |var: &str, type_, value: &str| Field::new(var, type_).with_value(value);
    let form = DataForm::new(
        DataFormType::Submit,
        "urn:xmpp:mam:2",
        vec![field("with", FieldType::JidSingle, with)],
    );
    let query = Query {
        queryid: Some(QueryId(name.to_owned())),
        node: None,
        form: Some(form),
        set: Some(SetQuery {
            max: Some(PAGE),
            after,
            before: None,
            index: None,
        }),
        flip_page: false,
    };
    Iq::from_set(name, query)
}

fn result(message: &Message, name: &str) -> Option<Heard> {
    let result: Result_ = payload(message)?;
    if result.queryid.as_ref().map(|id| id.0.as_str()) != Some(name) {
        return None;
    }
    let stamp: Delay = result.forwarded.delay?;
    let inner = result.forwarded.message;
    is_alert(&inner).then(|| Heard {
        archive_id: Some(result.id),
        origin_id: payload::<OriginId>(&inner).map(|id| id.id),
        at: stamp.stamp.0.into(),
        body: body(&inner),
        taken_only: false,
    })
}

/// The archive's order; what it forgot, between its neighbours in time.
fn merge(live: &[Heard], archived: Vec<Heard>) -> Kept {
    let came: HashMap<_, _> = live
        .iter()
        .filter_map(|heard| Some((heard.archive_id.clone()?, heard.at)))
        .collect();
    let mut heard: Vec<Heard> = archived;
    for entry in &mut heard {
        if let Some(at) = entry.archive_id.as_ref().and_then(|id| came.get(id)) {
            entry.at = *at;
        }
    }
    let known = |lost: &Heard, heard: &[Heard]| {
        heard.iter().any(|entry| {
            entry.archive_id == lost.archive_id
                || (entry.origin_id.is_some() && entry.origin_id == lost.origin_id)
        })
    };
    let mut unarchived = 0;
    for lost in live {
        if known(lost, &heard) {
            continue;
        }
        unarchived += 1;
        let place = heard.iter().take_while(|entry| entry.at <= lost.at).count();
        heard.insert(place, lost.clone());
    }
    Kept { heard, unarchived }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn heard(archive: Option<&str>, origin: &str, second: u64) -> Heard {
        Heard {
            archive_id: archive.map(str::to_owned),
            origin_id: Some(origin.to_owned()),
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(second),
            body: "DOWN a".into(),
            taken_only: false,
        }
    }

    #[test]
    fn what_the_server_brings_twice_counts_once_and_what_was_sent_twice_counts_twice() {
        let live = [heard(Some("1"), "a", 1), heard(Some("1"), "a", 5)];
        let kept = merge(
            &live,
            vec![heard(Some("1"), "a", 1), heard(Some("2"), "a", 2)],
        );
        assert_eq!((kept.heard.len(), kept.unarchived), (2, 0));
    }

    #[test]
    fn what_the_server_took_and_lost_is_known_by_the_archive_of_who_sent_it() {
        let mut all = vec![heard(Some("1"), "a", 1), heard(Some("3"), "c", 3)];
        add_taken(
            &mut all,
            vec![heard(Some("9"), "a", 1), heard(Some("10"), "b", 2)],
        );
        let taken: Vec<_> = all.iter().map(|one| one.taken_only).collect();
        assert_eq!(taken, [false, true, false]);
    }

    #[test]
    fn what_the_archive_forgot_keeps_its_place() {
        let live = [heard(Some("2"), "b", 2)];
        let archived = vec![heard(Some("1"), "a", 1), heard(Some("3"), "c", 3)];
        let kept = merge(&live, archived);
        let origins: Vec<_> = kept
            .heard
            .iter()
            .map(|heard| heard.origin_id.as_deref())
            .collect();
        assert_eq!(origins, [Some("a"), Some("b"), Some("c")]);
        assert_eq!(kept.unarchived, 1);
    }
}
