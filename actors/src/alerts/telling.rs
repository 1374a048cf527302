//! What is said: the difference between what was told of a target and how it is. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use hostmessenger_config::Language;
use jiff::Timestamp;

use super::State;
use super::board::{Board, Effects, Entry};
use super::line::{Line, Word};
use super::record::Told;
use crate::time::Now;
use crate::wording::alerts as say;

/// A line about a target, and to whom it goes.
struct Said {
    n: usize,
    /// Those who are asked next were told of this trouble, and hear how it goes on.
    escalated: bool,
    line: Line,
}

impl Entry {
    /// Whether state and telling differ, whatever may hold it back.
    pub(super) fn has_something_to_say(&self) -> bool {
        let record = &self.record;
        record.trouble.told_flapping != record.flips.flapping
            || match record.state {
                State::Pending | State::Unknown => false,
                State::Up => record.trouble.told != Told::Fine,
                State::Warning => !matches!(record.trouble.told, Told::Warning { .. }),
                State::Down => !matches!(record.trouble.told, Told::Down { .. }),
            }
    }

    /// When it is due to be said again that it is still down.
    pub(super) fn reminder_due(&self) -> Option<Timestamp> {
        let every = self.policy.remind_every?;
        match self.record.trouble.told {
            // Only where it is; one that waits for its verdict is not "still down".
            Told::Down { said, .. } if self.record.state == State::Down && self.may_speak() => {
                said.saturating_add(every).ok()
            }
            _ => None,
        }
    }

    /// A line about this target as it was checked last.
    pub(super) fn line(&self, lang: Language, word: Word, since: Timestamp, at: Timestamp) -> Line {
        Line {
            word,
            target: self.policy.name.to_string(),
            why: say::evidence(lang, self.record.last.as_ref()),
            since,
            at,
            until: None,
            escalated: false,
        }
    }

    pub(super) fn may_speak(&self) -> bool {
        self.record.mute.is_none() && !self.record.flips.flapping
    }

    /// Its last check points to a recovery that is not confirmed yet.
    fn is_recovering(&self) -> bool {
        self.record.state == State::Down && self.record.streaks.not_failed > 0
    }
}

impl Board {
    /// The dependency that is down; where several are, one that is not itself behind another.
    pub(super) fn shadow_of(&self, entry: &Entry) -> Option<String> {
        let down = |n: &usize| self.entries[*n].record.state == State::Down;
        let all: Vec<usize> = self.dependencies(entry).into_iter().filter(down).collect();
        let root = all
            .iter()
            .find(|&&n| !self.dependencies(&self.entries[n]).iter().any(down))
            .or(all.first())?;
        Some(self.entries[*root].policy.name.to_string())
    }

    /// All that an entry depends on, directly or not.
    fn dependencies(&self, entry: &Entry) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> = entry.policy.depends_on.iter().map(String::as_str).collect();
        while let Some(name) = open.pop() {
            if let Some(n) = self.place(name)
                && found.insert(n)
            {
                open.extend(self.entries[n].policy.depends_on.iter().map(String::as_str));
            }
        }
        found
    }

    /// Whether a dependency may be about to go down too: it fails, or was not looked at since this
    /// target began to fail. Asks for a check where one is missing.
    fn dependencies_unclear(&self, n: usize, now: Now, effects: &mut Effects) -> bool {
        let entry = &self.entries[n];
        let Some(trouble) = entry.record.trouble.trouble_since else {
            return false;
        };
        // Bounded, should a dependency never be checked again.
        let age: Duration = now
            .wall
            .duration_since(entry.record.since)
            .try_into()
            .unwrap_or_default();
        if age > super::board::HOLD_LIMIT {
            return false;
        }
        let mut unclear = false;
        for dependency in self
            .dependencies(entry)
            .into_iter()
            .map(|n| &self.entries[n])
        {
            let last = dependency.record.last.as_ref();
            let unseen = last.is_none_or(|last| last.at < trouble);
            if unseen {
                effects.recheck.insert(dependency.policy.name.to_string());
            }
            unclear |= unseen || dependency.record.is_failing();
        }
        unclear
    }

    /// Whether this target is to be passed over for now, and whether that will end by itself.
    fn held(&self, n: usize, now: Now, effects: &mut Effects) -> Held {
        let entry = &self.entries[n];
        if entry.record.mute.is_some() || self.shadow_of(entry).is_some() {
            return Held::UntilTold;
        }
        if entry.fresh.as_ref().is_some_and(|fresh| now.mono < fresh.1) {
            return Held::Shortly;
        }
        let worse = entry.record.state == State::Down
            && !matches!(entry.record.trouble.told, Told::Down { .. });
        if worse && (entry.is_recovering() || self.dependencies_unclear(n, now, effects)) {
            return Held::Shortly;
        }
        if entry.record.flips.flapping && entry.record.trouble.told_flapping {
            return Held::UntilTold;
        }
        Held::No
    }

    /// Says what is to be said of the targets that the batch looks at.
    pub(super) fn flush(&mut self, now: Now, effects: &mut Effects) {
        let mut said = Vec::new();
        for n in std::mem::take(&mut self.dirty) {
            if n >= self.entries.len() || !self.entries[n].has_something_to_say() {
                continue;
            }
            match self.held(n, now, effects) {
                Held::UntilTold => {}
                Held::Shortly => {
                    self.dirty.insert(n);
                }
                Held::No => {
                    said.extend(self.say(n, now));
                    effects.save.insert(self.entries[n].policy.name.to_string());
                }
            }
        }
        self.send(said, now, effects);
    }

    /// The line about one target; from here on it counts as told.
    fn say(&mut self, n: usize, now: Now) -> Option<Said> {
        let lang = self.lang;
        let entry = &mut self.entries[n];
        let record = &mut entry.record;
        let was_flapping =
            std::mem::replace(&mut record.trouble.told_flapping, record.flips.flapping);
        // A check that was good meanwhile, and not often enough, does not make it younger.
        let since = record.trouble.trouble_since.unwrap_or(record.since);
        let since = since.min(record.since);
        let escalated = record.trouble.escalated;
        let (word, since) = match (record.state, record.trouble.told) {
            _ if record.flips.flapping => (Word::Flapping, now.wall),
            (State::Down, Told::Fine | Told::Warning { .. }) => {
                let said = now.wall;
                record.trouble.told = Told::Down { since, said };
                record.trouble.unread = Some(now.wall);
                (Word::Down, since)
            }
            (State::Warning, Told::Fine | Told::Down { .. }) => {
                record.trouble.told = Told::Warning { since };
                record.trouble.unread = Some(now.wall);
                (Word::Warning, since)
            }
            (State::Up, Told::Down { since, .. } | Told::Warning { since }) => {
                record.trouble.told = Told::Fine;
                record.trouble.unread = None;
                record.trouble.escalated = false;
                (Word::Up, since)
            }
            _ if was_flapping => (Word::Steady, now.wall),
            _ => return None,
        };
        let at = match word {
            Word::Flapping | Word::Steady => now.wall,
            _ => record.since,
        };
        let line = entry.line(lang, word, since, at);
        Some(Said { n, escalated, line })
    }

    /// Says again what is still down, where that is due.
    pub(super) fn remind(&mut self, places: &[usize], now: Now, effects: &mut Effects) {
        let lang = self.lang;
        let due = |entry: &Entry| entry.reminder_due().is_some_and(|at| at <= now.wall);
        let mut lines = Vec::new();
        for &n in places {
            if !due(&self.entries[n]) {
                continue;
            }
            let shadowed = self.shadow_of(&self.entries[n]).is_some();
            let entry = &mut self.entries[n];
            let Told::Down { since, said } = &mut entry.record.trouble.told else {
                continue;
            };
            *said = now.wall;
            let since = *since;
            if !shadowed {
                let line = entry.line(lang, Word::StillDown, since, now.wall);
                let escalated = entry.record.trouble.escalated;
                lines.push(Said { n, escalated, line });
            }
            effects.save.insert(entry.policy.name.to_string());
        }
        self.send(lines, now, effects);
    }

    /// One message for each receiver, the worst first, in the order of the configuration.
    fn send(&self, mut said: Vec<Said>, now: Now, effects: &mut Effects) {
        said.sort_by_key(|said| (said.line.word, said.n));
        for Said { n, escalated, line } in said {
            let to = &self.entries[n].policy.alert_to;
            let next = self.alerts.escalation.as_ref().filter(|_| escalated);
            let also = next.map_or(&[][..], |next| next.to.as_slice());
            let also = also.iter().filter(|also| !to.contains(also));
            for receiver in to.iter().chain(also) {
                effects.tell(receiver, now.wall, line.clone());
            }
        }
    }

    /// On return: for how long this host was cut off.
    pub(super) fn tell_cut(&self, since: Timestamp, now: Now, effects: &mut Effects) {
        let line = Line {
            word: Word::CutOff,
            since,
            ..Line::notice(String::new(), now.wall)
        };
        for receiver in &self.alerts.to {
            effects.tell(receiver, now.wall, line.clone());
        }
    }
}

/// Whether a target is passed over in this batch.
enum Held {
    /// It is not.
    No,
    /// Until a check that is under way; the batch looks again.
    Shortly,
    /// Until an event that will put it into a batch by itself: a mute's end, a dependency's return,
    /// calm.
    UntilTold,
}
