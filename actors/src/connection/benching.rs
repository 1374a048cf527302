//! For `benches/` alone: what is behind a private door.

use hostmessenger_config::Access;

use super::outbox::{Outbox, Settled, receivers};
use crate::journal::OutboxItem;

/// Takes these items to their receivers, in windows, and has each acknowledged. Returns how many
/// have reached all of theirs.
pub fn deliver(items: &[OutboxItem], access: &Access) -> usize {
    let mut outbox = Outbox::default();
    let mut arrived = 0;
    let mut next = outbox.open();
    while let Some(after) = next {
        let waiting = items.partition_point(|item| item.seq <= after);
        let sent = outbox.take(&items[waiting..], |to| receivers(to, access, |_| true));
        outbox.answered();
        for (_, dispatches) in sent {
            for dispatch in dispatches {
                let settled = outbox.acknowledged(dispatch.mark);
                arrived += usize::from(matches!(settled, Settled::Item(_)));
            }
        }
        next = outbox.ask();
    }
    arrived
}
