//! What others want to know of the targets.

use super::{Board, Entry};
use crate::alerts::record::TargetRecord;
use crate::alerts::{HealthSummary, State, TargetStatus};

impl Board {
    /// A number that differs where [`summary`](Self::summary) may.
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// All targets at a glance.
    pub fn summary(&self) -> HealthSummary {
        let of = |state: State| {
            let all = self.entries.iter();
            all.filter(move |entry| entry.record.state == state)
        };
        let names = |state| {
            of(state)
                .map(|entry| entry.policy.name.to_string())
                .collect()
        };
        HealthSummary {
            total: self.entries.len(),
            down: names(State::Down),
            warning: names(State::Warning),
            unjudged: of(State::Pending).count() + of(State::Unknown).count(),
        }
    }

    /// A line of STATUS for each target, in the order of the configuration.
    pub fn status(&self) -> Vec<TargetStatus> {
        let line = |entry: &Entry| TargetStatus {
            name: entry.policy.name.to_string(),
            state: entry.record.state,
            since: entry.record.since,
            last: entry.record.last.clone(),
            failures: entry.record.streaks.failed,
            flapping: entry.record.flips.flapping,
            muted: entry.record.mute.as_deref().cloned(),
            shadowed_by: self.shadow_of(entry),
        };
        self.entries.iter().map(line).collect()
    }

    /// All that is remembered, to be stored.
    pub fn records(&self) -> Vec<(String, TargetRecord)> {
        let both = |entry: &Entry| (entry.policy.name.to_string(), entry.record.clone());
        self.entries.iter().map(both).collect()
    }

    /// What is remembered of a target, to be stored.
    pub fn record(&self, name: &str) -> Option<&TargetRecord> {
        Some(&self.entries[self.place(name)?].record)
    }
}
