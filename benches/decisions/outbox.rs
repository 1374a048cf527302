//! What of the outbox is on its way; what the journal's part costs is among the actors.

use std::hint::black_box;

use criterion::Criterion;
use hostmessenger_actors::connection::benching::deliver;
use hostmessenger_actors::journal::OutboxItem;
use hostmessenger_config::{Access, AlertTo, BareJid};
use jiff::Timestamp;

/// A page of the journal's: a hundred items for the owner. They leave in windows of fifty, and the
/// server acknowledges each.
pub(crate) fn delivery(c: &mut Criterion) {
    let access = Access {
        owner: BareJid::new("owner@example.org").ok(),
        support: Vec::new(),
        locked: Vec::new(),
        vnc_totp_secret: None,
    };
    let items: Vec<OutboxItem> = (1..=100)
        .map(|seq| OutboxItem {
            seq,
            id: format!("{seq:032x}"),
            to: AlertTo::Owner,
            body: "DOWN shop: connection refused by 127.0.0.1:8080".into(),
            at: Timestamp::UNIX_EPOCH,
            tried: None,
        })
        .collect();
    assert_eq!(deliver(&items, &access), items.len());
    c.bench_function("outbox/100 items sent and acknowledged", |b| {
        b.iter(|| deliver(black_box(&items), &access));
    });
}
