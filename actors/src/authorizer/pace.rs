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
/// Strangers remembered; who fills this up cannot make us forget the rest of the world's manners,
/// only that further strangers are told of together, in the log.
const STRANGERS: usize = 1_000;

/// Remembers of which strangers the owner was told.
#[derive(Debug, Default)]
pub struct Strangers {
    told: HashMap<BareJid, Duration>,
}

impl Strangers {
    /// A stranger tried something at `now`. Says whether the owner is to be told.
    pub fn attempt(&mut self, who: &BareJid, now: Duration) -> bool {
        self.told
            .retain(|_, &mut at| now.saturating_sub(at) < STRANGER_WINDOW);
        if self.told.contains_key(who) || self.told.len() >= STRANGERS {
            return false;
        }
        self.told.insert(who.clone(), now);
        true
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
        assert!(strangers.attempt(&who, Duration::ZERO));
        assert!(!strangers.attempt(&who, Duration::from_secs(3_599)));
        assert!(strangers.attempt(&who, Duration::from_secs(3_600)));
        for n in 0..5_000 {
            let many = BareJid::new(&format!("eve{n}@evil.net")).unwrap();
            strangers.attempt(&many, Duration::from_secs(3_601));
        }
        assert!(strangers.told.len() <= STRANGERS);
    }
}
