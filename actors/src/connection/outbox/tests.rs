//! What is sent, when, and never twice.

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
fn what_is_acknowledged_while_the_journal_is_asked_is_not_sent_again() {
    let mut outbox = Outbox::default();
    let items = [item(1, AlertTo::Owner), item(2, AlertTo::Owner)];
    outbox.open();
    assert_eq!(outbox.take(&items[..1], to_all).len(), 1);
    outbox.answered();
    outbox.shut();
    assert_eq!(outbox.open(), Some(0), "resumed: from the first again");
    // The journal has read its answer when this comes.
    assert_eq!(outbox.acknowledged((1, 0)), Settled::Item(1));
    let sent = outbox.take(&items, to_all);
    let seqs: Vec<_> = sent.iter().map(|(item, _)| item.seq).collect();
    assert_eq!(seqs, [2]);
}

#[test]
fn what_was_acknowledged_is_remembered_within_bounds() {
    let mut outbox = Outbox::default();
    for seq in 1..=10_000 {
        outbox.open();
        outbox.take(&[item(seq, AlertTo::Owner)], to_all);
        outbox.answered();
        outbox.acknowledged((seq, 0));
    }
    assert_eq!(outbox.done.len(), REMEMBERED);
    assert!(outbox.done.contains(&10_000));
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
