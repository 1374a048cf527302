//! What of the journal's outbox is on its way. Pure.
//!
//! The journal holds the items; here are only numbers. At most [`WINDOW`] stanzas wait for their
//! acknowledgement at a time, so that a lost link has little to send again.

use std::collections::{BTreeMap, HashSet};

use hostmessenger_config::{Access, AlertTo};
use xmpp_parsers::jid::BareJid;

use super::session::Mark;
use crate::journal::OutboxItem;

/// Stanzas on their way at most.
pub(super) const WINDOW: usize = 50;

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
            if self.left.contains_key(&item.seq) {
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
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn item(seq: i64, to: AlertTo) -> OutboxItem {
        OutboxItem {
            seq,
            id: format!("id{seq}"),
            to,
            body: "DOWN shop".into(),
            at: Timestamp::UNIX_EPOCH,
            tried: None,
        }
    }

    fn jid(text: &str) -> BareJid {
        BareJid::new(text).unwrap()
    }

    fn access() -> Access {
        Access {
            owner: Some(jid("owner@example.org")),
            support: vec![jid("a@example.org"), jid("b@example.org")],
            locked: Vec::new(),
            vnc_totp_secret: None,
        }
    }

    fn to_all(to: &AlertTo) -> Option<Vec<Receiver>> {
        receivers(to, &access(), |_| true)
    }

    #[test]
    fn an_item_for_several_is_delivered_when_all_have_it() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.grew(), None, "not open");
        assert_eq!(outbox.open(), Some(0));
        assert_eq!(outbox.grew(), None, "asked already");
        let items = [item(7, AlertTo::Support)];
        let sent = outbox.take(&items, to_all);
        let ids: Vec<_> = sent[0].1.iter().map(|d| d.id.as_str()).collect();
        assert_eq!(ids, ["id7", "id7-1"]);
        assert_eq!(outbox.acknowledged((7, 1)), Settled::Part);
        assert_eq!(outbox.acknowledged((7, 1)), Settled::Part, "twice");
        assert_eq!(outbox.acknowledged((7, 0)), Settled::Item(7));
        assert!(outbox.is_idle());
    }

    #[test]
    fn what_the_server_has_is_not_sent_again() {
        let mut outbox = Outbox::default();
        outbox.learn(["id1".to_owned(), "id2-1".to_owned()]);
        outbox.open();
        let items = [item(1, AlertTo::Owner), item(2, AlertTo::Support)];
        let sent = outbox.take(&items, to_all);
        assert!(sent[0].1.is_empty() && outbox.knows(&items[0]));
        let ids: Vec<_> = sent[1].1.iter().map(|d| d.id.as_str()).collect();
        assert_eq!(ids, ["id2"], "one of two has it");
        assert_eq!(outbox.acknowledged((2, 0)), Settled::Item(2));
        assert!(outbox.is_idle());
    }

    #[test]
    fn what_is_for_a_room_waits_until_it_is_entered_and_keeps_nobody_else_waiting() {
        let room = AlertTo::Room {
            room: jid("ops@rooms.example.org"),
            nick: "web01".into(),
        };
        let mut outbox = Outbox::default();
        outbox.open();
        let items = [item(1, room), item(2, AlertTo::Owner)];
        let outside = |to: &AlertTo| receivers(to, &access(), |_| false);
        let sent = outbox.take(&items, outside);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].0.seq, 2);
        outbox.answered();
        assert_eq!(outbox.ask(), Some(2));
        assert!(outbox.take(&[], to_all).is_empty());
        outbox.answered();
        assert_eq!(outbox.rewind(), Some(0));
        let sent = outbox.take(&items, to_all);
        assert_eq!(sent.len(), 1, "2 is on its way");
        assert_eq!(sent[0].0.seq, 1);
    }

    #[test]
    fn nothing_goes_to_who_is_locked_whatever_names_him() {
        let locked = Access {
            locked: vec![jid("help@example.org"), jid("ops@rooms.example.org")],
            support: vec![jid("help@example.org"), jid("more@example.org")],
            owner: Some(jid("help@example.org")),
            vnc_totp_secret: None,
        };
        let room = AlertTo::Room {
            room: jid("ops@rooms.example.org"),
            nick: "web01".into(),
        };
        for to in [AlertTo::Owner, AlertTo::Jid(jid("help@example.org")), room] {
            assert_eq!(receivers(&to, &locked, |_| true), Some(vec![]), "{to:?}");
        }
        let more = Receiver::Person(jid("more@example.org"));
        assert_eq!(
            receivers(&AlertTo::Support, &locked, |_| true),
            Some(vec![more])
        );
    }

    proptest! {
        #[test]
        fn every_item_is_sent_once_in_order_and_the_window_holds(
            count in 0i64..300, page in 1usize..100, acks in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let all: Vec<_> = (1..=count).map(|seq| item(seq, AlertTo::Owner)).collect();
            let mut outbox = Outbox::default();
            let (mut sent, mut flying) = (Vec::new(), std::collections::VecDeque::new());
            let mut ask = outbox.open();
            let mut acks = acks.into_iter().chain(std::iter::repeat(255));
            loop {
                while let Some(after) = ask {
                    let items: Vec<_> = all.iter().filter(|i| i.seq > after).take(page).cloned().collect();
                    for (item, dispatches) in outbox.take(&items, to_all) {
                        sent.push(item.seq);
                        flying.extend(dispatches.into_iter().map(|d| d.mark));
                    }
                    prop_assert!(flying.len() <= WINDOW);
                    outbox.answered();
                    ask = outbox.ask();
                }
                if flying.is_empty() {
                    break;
                }
                for _ in 0..=acks.next().unwrap_or(1) {
                    if let Some(mark) = flying.pop_front() {
                        prop_assert_eq!(outbox.acknowledged(mark), Settled::Item(mark.0));
                    }
                }
                ask = outbox.ask();
            }
            prop_assert_eq!(sent, (1..=count).collect::<Vec<_>>());
        }
    }
}
