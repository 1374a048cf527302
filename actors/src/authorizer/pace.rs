//! How many commands a sender may give, and how often the owner hears of a stranger. Pure.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use xmpp_parsers::jid::BareJid;

/// Commands allowed in [`PACE_WINDOW`].
const PACE_LIMIT: usize = 10;
/// See [`PACE_LIMIT`].
const PACE_WINDOW: Duration = Duration::from_secs(60);

/// What a sender's pace allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Go on.
    Fine,
    /// Too fast, and this is the first time: say so.
    SlowDown,
    /// Too fast, and said already: say nothing.
    Silence,
}

/// Counts the commands of each sender. Only owner and support get here, so it cannot be made to
/// grow.
#[derive(Debug, Default)]
pub struct PaceKeeper {
    senders: HashMap<BareJid, (VecDeque<Duration>, bool)>,
}

impl PaceKeeper {
    /// A command of this sender came in at `now` (monotonic).
    pub fn command(&mut self, sender: &BareJid, now: Duration) -> Pace {
        let (times, told) = self.senders.entry(sender.clone()).or_default();
        while times
            .front()
            .is_some_and(|&at| now.saturating_sub(at) >= PACE_WINDOW)
        {
            times.pop_front();
        }
        if times.len() < PACE_LIMIT {
            times.push_back(now);
            *told = false;
            Pace::Fine
        } else if std::mem::replace(told, true) {
            Pace::Silence
        } else {
            Pace::SlowDown
        }
    }
}

/// How often the owner hears of one stranger.
const STRANGER_WINDOW: Duration = Duration::from_secs(3_600);
/// Strangers told of one by one within an hour; more are told of once, together, and are in the log.
/// Whoever has many addresses must not bury the owner's alerts under notices.
pub const STRANGERS: usize = 30;

/// What the owner is to hear of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Of this stranger.
    One,
    /// That there are more than [`STRANGERS`] of them.
    Many,
    /// Nothing; it was told.
    Nothing,
}

/// Remembers of which strangers the owner was told.
#[derive(Debug, Default)]
pub struct Strangers {
    told: HashMap<BareJid, Duration>,
    /// When it was told that they are many.
    many: Option<Duration>,
}

impl Strangers {
    /// A stranger tried something at `now`. Says what the owner is to hear.
    pub fn attempt(&mut self, who: &BareJid, now: Duration) -> Notice {
        let lately = |at: Duration| now.saturating_sub(at) < STRANGER_WINDOW;
        self.told.retain(|_, &mut at| lately(at));
        if self.told.contains_key(who) {
            return Notice::Nothing;
        }
        if self.told.len() < STRANGERS {
            self.told.insert(who.clone(), now);
            return Notice::One;
        }
        if self.many.is_some_and(lately) {
            return Notice::Nothing;
        }
        self.many = Some(now);
        Notice::Many
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_command_within_a_minute_is_answered_once() {
        let mut keeper = PaceKeeper::default();
        let who = BareJid::new("admin@example.org").unwrap();
        let at = |s| Duration::from_secs(s);
        for s in 0..10 {
            assert_eq!(keeper.command(&who, at(s)), Pace::Fine);
        }
        assert_eq!(keeper.command(&who, at(10)), Pace::SlowDown);
        assert_eq!(keeper.command(&who, at(11)), Pace::Silence);
        assert_eq!(keeper.command(&who, at(60)), Pace::Fine);
        assert_eq!(keeper.command(&who, at(60)), Pace::SlowDown);
        let other = BareJid::new("help@example.org").unwrap();
        assert_eq!(keeper.command(&other, at(11)), Pace::Fine);
    }

    #[test]
    fn the_owner_hears_of_a_stranger_once_an_hour_and_memory_is_bounded() {
        let mut strangers = Strangers::default();
        let who = BareJid::new("eve@evil.net").unwrap();
        let at = Duration::from_secs;
        assert_eq!(strangers.attempt(&who, at(0)), Notice::One);
        assert_eq!(strangers.attempt(&who, at(3_599)), Notice::Nothing);
        assert_eq!(strangers.attempt(&who, at(3_600)), Notice::One);
        let flood = |strangers: &mut Strangers, from: u64| {
            let attempt = |n| {
                let many = BareJid::new(&format!("eve{n}@evil.net")).unwrap();
                strangers.attempt(&many, at(from))
            };
            let heard: Vec<Notice> = (0..5_000).map(attempt).collect();
            let count = |notice| heard.iter().filter(|other| **other == notice).count();
            (count(Notice::One), count(Notice::Many))
        };
        assert_eq!(flood(&mut strangers, 3_601), (STRANGERS - 1, 1));
        assert_eq!(
            flood(&mut strangers, 7_300),
            (STRANGERS, 1),
            "an hour later"
        );
        assert!(strangers.told.len() <= STRANGERS);
    }
}
