//! What nobody reads: an alert that is still true goes to those who are asked next. Pure.

use jiff::Timestamp;

use super::State;
use super::board::{Board, Effects, Entry};
use super::line::{Line, Word};
use super::record::Told;
use crate::time::Now;

impl Board {
    /// When those who are asked next are to be told of this target; `None`: never, as it is now.
    pub(super) fn escalation_due(&self, entry: &Entry) -> Option<Timestamp> {
        let after = self.alerts.escalation.as_ref()?.after;
        let record = &entry.record;
        let stands = matches!(
            (record.state, record.trouble.told),
            (State::Down, Told::Down { .. }) | (State::Warning, Told::Warning { .. })
        );
        if record.trouble.escalated
            || !stands
            || !entry.may_speak()
            || self.shadow_of(entry).is_some()
        {
            return None;
        }
        record.trouble.unread?.saturating_add(after).ok()
    }

    /// Tells those who are asked next, where that is due.
    pub(super) fn escalate(&mut self, places: &[usize], now: Now, effects: &mut Effects) {
        let Some(to) = self.alerts.escalation.as_ref().map(|next| next.to.clone()) else {
            return;
        };
        for &n in places {
            let entry = &self.entries[n];
            if self.escalation_due(entry).is_none_or(|due| due > now.wall) {
                continue;
            }
            let (word, since) = match entry.record.trouble.told {
                Told::Down { since, .. } => (Word::Down, since),
                Told::Warning { since } => (Word::Warning, since),
                Told::Fine => continue,
            };
            let told = entry.record.trouble.unread.unwrap_or(now.wall);
            let line = entry.line(self.lang, word, since, told);
            let line = Line {
                escalated: true,
                ..line
            };
            for receiver in &to {
                effects.tell(receiver, now.wall, line.clone());
            }
            let entry = &mut self.entries[n];
            entry.record.trouble.escalated = true;
            effects.save.insert(entry.policy.name.to_string());
        }
    }

    /// Somebody has read these lines (XEP-0333), or answered them: nobody else need be asked.
    pub fn was_read(&mut self, lines: &[Line]) -> Effects {
        let mut effects = Effects::default();
        for line in lines {
            let Some(n) = self.place(&line.target) else {
                continue;
            };
            let record = &mut self.entries[n].record;
            // A later alert of the same target is another one.
            let is_it = line.escalated || line.at == record.since;
            if is_it && record.trouble.unread.take().is_some() {
                effects.save.insert(line.target.clone());
            }
        }
        self.note(effects)
    }
}
