//! Which viewers come and go: `(known, seen, now) -> events`, and the loop that looks.
//!
//! No program for remote control tells this in a form that all have, so the connections of its port
//! are looked at, once a second and only while it runs. A viewer that was there for less than that
//! may be missed; nobody gives a password and sees anything in so short a time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::peers;

/// How often it is looked who is connected.
const LOOK: Duration = Duration::from_secs(1);

/// Who was there at the last look, and since when, on a clock that cannot be set.
pub(super) type Known = BTreeMap<SocketAddr, Duration>;

/// A viewer came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// It is connected.
    Connected(SocketAddr),
    /// It is gone.
    Gone(SocketAddr, Duration),
}

/// What happened since the last look; those who went come first.
pub(super) fn diff(known: &Known, seen: &[SocketAddr], now: Duration) -> (Known, Vec<Event>) {
    let is_gone = |viewer: &&SocketAddr| !seen.contains(viewer);
    let mut events: Vec<Event> = known
        .keys()
        .filter(is_gone)
        .map(|viewer| Event::Gone(*viewer, now.saturating_sub(known[viewer])))
        .collect();
    let mut next = Known::new();
    for viewer in seen {
        let since = known.get(viewer).copied().unwrap_or(now);
        if next.insert(*viewer, since).is_none() && !known.contains_key(viewer) {
            events.push(Event::Connected(*viewer));
        }
    }
    (next, events)
}

/// Looks for as long as it is polled; tells each event.
pub(super) struct Watch<F> {
    known: Known,
    began: Instant,
    tell: F,
}

impl<F: FnMut(Event)> Watch<F> {
    pub(super) fn new(tell: F) -> Self {
        Self {
            known: Known::new(),
            began: Instant::now(),
            tell,
        }
    }

    /// These are there now, and no others.
    pub(super) fn saw(&mut self, seen: &[SocketAddr]) {
        let (known, events) = diff(&self.known, seen, self.began.elapsed());
        self.known = known;
        events.into_iter().for_each(&mut self.tell);
    }

    /// Looks at the connections of this port until it is dropped.
    pub(super) async fn look(&mut self, listen: SocketAddr) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let seen = tokio::task::spawn_blocking(move || peers::connected_to(listen)).await;
            if let Ok(seen) = seen {
                self.saw(&seen);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn viewer(n: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, n], 50_000))
    }

    #[test]
    fn a_viewer_comes_once_and_goes_once_with_its_time() {
        let at = Duration::from_secs;
        let (known, events) = diff(&Known::new(), &[viewer(1)], at(3));
        assert_eq!(events, [Event::Connected(viewer(1))]);
        let (known, events) = diff(&known, &[viewer(1), viewer(2)], at(4));
        assert_eq!(events, [Event::Connected(viewer(2))]);
        let (known, events) = diff(&known, &[viewer(2), viewer(3)], at(10));
        let expected = [Event::Gone(viewer(1), at(7)), Event::Connected(viewer(3))];
        assert_eq!(events, expected);
        let (known, events) = diff(&known, &[], at(11));
        let expected = [Event::Gone(viewer(2), at(7)), Event::Gone(viewer(3), at(1))];
        assert_eq!(events, expected);
        assert_eq!(known, Known::new());
    }

    proptest! {
        #[test]
        fn who_came_and_has_not_gone_is_there(
            looks in prop::collection::vec(prop::collection::vec(0_u8..6, 0..8), 1..30)
        ) {
            let (mut known, mut there) = (Known::new(), Known::new());
            for (now, look) in looks.iter().enumerate() {
                let now = Duration::from_secs(now as u64);
                let seen: Vec<_> = look.iter().map(|n| viewer(*n)).collect();
                let (next, events) = diff(&known, &seen, now);
                known = next;
                for event in events {
                    match event {
                        Event::Connected(who) => prop_assert!(there.insert(who, now).is_none()),
                        Event::Gone(who, lasting) => {
                            let since = there.remove(&who).unwrap();
                            prop_assert_eq!(since + lasting, now);
                        }
                    }
                }
                prop_assert_eq!(&there, &known);
                prop_assert!(seen.iter().all(|who| known.contains_key(who)));
            }
        }
    }
}
