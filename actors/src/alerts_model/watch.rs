//! What the driver sees of the journal: the outbox and STATUS.

use std::time::Duration;

use super::run::Driver;
use super::trace::{Event, Said, What, is_own, read};
use crate::alerts::Link;
use crate::journal::{AskOutbox, AskStatus, ItemDelivered, OutboxItem};

impl Driver {
    /// Reads what is new in the outbox; or takes what was read already, of before that event.
    pub(super) async fn drain(&mut self, before: Option<(usize, Vec<OutboxItem>)>) {
        let (mut place, mut page) = match before {
            Some((place, page)) => (Some(place), page),
            None => (None, Vec::new()),
        };
        loop {
            if place.is_none() {
                let after = self.last_seq;
                page = self.journal().send(AskOutbox { after }).await.unwrap();
            }
            if page.is_empty() {
                break;
            }
            for item in std::mem::take(&mut page) {
                let what = What::Said(self.said(&item));
                self.last_seq = item.seq;
                self.waiting.insert(item.seq, item);
                match &mut place {
                    None => self.shared.record(what),
                    Some(place) => {
                        let mut events = self.shared.events.borrow_mut();
                        let at = events[*place].at;
                        events.insert(*place, Event { at, what });
                        *place += 1;
                    }
                }
            }
            if place.is_some() {
                break;
            }
        }
        self.deliver().await;
    }

    fn said(&self, item: &OutboxItem) -> Said {
        let world = &self.shared.world;
        let lines = read(&item.body, self.base, world.targets.len());
        Said {
            seq: item.seq,
            to: item.to.clone(),
            stamp: Duration::try_from(item.at.duration_since(self.base)).unwrap(),
            lines: lines.unwrap(),
            cut: item.body.lines().any(is_own),
        }
    }

    pub(super) async fn deliver(&mut self) {
        if self.link != Link::Up {
            return;
        }
        for seq in std::mem::take(&mut self.waiting).into_keys() {
            self.journal().send(ItemDelivered { seq }).await.unwrap();
        }
    }

    /// Records what STATUS shows otherwise than before.
    pub(super) async fn observe(&mut self) {
        let all = self.journal().send(AskStatus).await.unwrap();
        for (n, status) in all.into_iter().enumerate() {
            let (state, flapping) = self.shown[n];
            if state != status.state {
                self.shared.record(What::Became(n, state, status.state));
            }
            if flapping != status.flapping {
                self.shared.record(What::Flapping(n, status.flapping));
            }
            self.shown[n] = (status.state, status.flapping);
        }
    }
}
