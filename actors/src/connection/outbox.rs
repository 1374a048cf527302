//! What of the journal's outbox is on its way. Pure.
//!
//! The journal holds the items; here are only numbers. At most [`WINDOW`] stanzas wait for their
//! acknowledgement at a time, so that a lost link has little to send again.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use hostmessenger_config::{Access, AlertTo};
use xmpp_parsers::jid::BareJid;

use super::session::Mark;
use crate::journal::OutboxItem;

/// Stanzas on their way at most.
pub(super) const WINDOW: usize = 50;
/// So many of the items delivered last are remembered: an answer of the journal may be older than
/// the acknowledgement that came before it. A page of the journal's is shorter.
const REMEMBERED: usize = 1_000;

/// Who gets a stanza.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Receiver {
    /// A person.
    Person(BareJid),
    /// All who are in a room (XEP-0045).
    Room(BareJid),
}

/// A stanza to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dispatch {
    /// What its acknowledgement is known by.
    pub mark: Mark,
    /// Stanza and origin id (XEP-0359); the same at every attempt.
    pub id: String,
    /// Who gets it.
    pub to: Receiver,
}

/// What is on its way.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    after: i64,
    left: BTreeMap<i64, HashSet<usize>>,
    /// What was delivered last.
    done: BTreeSet<i64>,
    on_the_way: usize,
    asking: bool,
    more: bool,
    /// Whether sending has begun in this session.
    open: bool,
    /// Ids of stanzas that the server has, although it never said so.
    known: HashSet<String>,
}

/// What came of an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// The item has reached all its receivers.
    Item(i64),
    /// Others are still on their way.
    Part,
}

impl Outbox {
    /// There is something new. Says after which number to ask the journal, if now.
    pub(super) fn grew(&mut self) -> Option<i64> {
        self.more = true;
        self.ask()
    }

    /// Sending may begin, from the first item: what the server may have had was looked for.
    pub(super) fn open(&mut self) -> Option<i64> {
        self.open = true;
        self.rewind()
    }

    /// Nothing more is to be sent until it is opened again.
    pub(super) fn shut(&mut self) {
        self.open = false;
    }

    /// The server has these.
    pub(super) fn learn(&mut self, ids: impl IntoIterator<Item = String>) {
        self.known.extend(ids);
    }

    /// Whether the server has a stanza of this item.
    pub(super) fn knows(&self, item: &OutboxItem) -> bool {
        self.known.iter().any(|id| id.starts_with(&item.id))
    }

    /// After which number to ask, where there may be more and room for it.
    pub(super) fn ask(&mut self) -> Option<i64> {
        let now = self.open && self.more && !self.asking && self.on_the_way < WINDOW;
        self.asking |= now;
        now.then_some(self.after)
    }

    /// Looks at all again: a room was entered. What is on its way stays there.
    pub(super) fn rewind(&mut self) -> Option<i64> {
        self.after = 0;
        self.grew()
    }

    /// What the journal answered is on its way, or it did not answer: it may be asked again.
    pub(super) fn answered(&mut self) {
        self.asking = false;
    }

    /// An item that is not sent after all.
    pub(super) fn forget(&mut self, seq: i64) {
        let parts = self.left.remove(&seq).map_or(0, |parts| parts.len());
        self.on_the_way = self.on_the_way.saturating_sub(parts);
    }

    /// Takes the journal's answer: what is to be sent now. What the server has is left out of it, and
    /// items for a room that was not entered are left out until [`rewind`](Self::rewind).
    pub(super) fn take<'a>(
        &mut self,
        items: &'a [OutboxItem],
        receivers: impl Fn(&AlertTo) -> Option<Vec<Receiver>>,
    ) -> Vec<(&'a OutboxItem, Vec<Dispatch>)> {
        self.more = !items.is_empty();
        let mut out = Vec::new();
        for item in items {
            if self.on_the_way >= WINDOW {
                break;
            }
            self.after = item.seq;
            if self.left.contains_key(&item.seq) || self.done.contains(&item.seq) {
                continue;
            }
            if let Some(to) = receivers(&item.to) {
                let mut dispatches = dispatches(item, to);
                dispatches.retain(|dispatch| !self.known.contains(&dispatch.id));
                self.on_the_way += dispatches.len();
                let parts: HashSet<usize> = dispatches.iter().map(|one| one.mark.1).collect();
                if !parts.is_empty() {
                    self.left.insert(item.seq, parts);
                }
                out.push((item, dispatches));
            }
        }
        out
    }

    /// The server has it.
    pub(super) fn acknowledged(&mut self, (seq, part): Mark) -> Settled {
        let Some(parts) = self.left.get_mut(&seq) else {
            return Settled::Part;
        };
        if parts.remove(&part) {
            self.on_the_way = self.on_the_way.saturating_sub(1);
        }
        if parts.is_empty() {
            self.left.remove(&seq);
            self.done.insert(seq);
            if self.done.len() > REMEMBERED {
                self.done.pop_first();
            }
            return Settled::Item(seq);
        }
        Settled::Part
    }

    /// Whether nothing waits for an acknowledgement.
    pub(super) fn is_idle(&self) -> bool {
        self.on_the_way == 0
    }
}

/// The first receiver's stanza has the item's own id, the others' a number behind it.
pub(super) fn dispatches(item: &OutboxItem, to: Vec<Receiver>) -> Vec<Dispatch> {
    to.into_iter()
        .enumerate()
        .map(|(part, to)| Dispatch {
            mark: (item.seq, part),
            id: match part {
                0 => item.id.clone(),
                _ => format!("{}-{part}", item.id),
            },
            to,
        })
        .collect()
}

/// Who is meant; nobody who is locked. `None`: a room that was not entered yet.
pub(super) fn receivers(
    to: &AlertTo,
    access: &Access,
    entered: impl Fn(&BareJid) -> bool,
) -> Option<Vec<Receiver>> {
    let people = |jids: &[BareJid]| {
        let told = jids.iter().filter(|jid| !access.is_locked(jid));
        Some(told.cloned().map(Receiver::Person).collect())
    };
    match to {
        AlertTo::Owner => people(access.owner.as_slice()),
        AlertTo::Support => people(&access.support),
        AlertTo::Jid(jid) => people(std::slice::from_ref(jid)),
        AlertTo::Room { room, .. } if access.is_locked(room) => Some(Vec::new()),
        AlertTo::Room { room, .. } => entered(room).then(|| vec![Receiver::Room(room.clone())]),
    }
}

#[cfg(test)]
mod tests;
