//! Which targets there are, and what is counted over all of them.

use std::collections::HashMap;

use super::index::Index;
use super::{Board, Effects, Entry};
use crate::alerts::TargetPolicy;
use crate::alerts::record::TargetRecord;
use crate::time::Now;

impl Board {
    /// Where a target stands.
    pub(in crate::alerts) fn place(&self, name: &str) -> Option<usize> {
        self.index.find(name, |n| &self.entries[n].policy.name)
    }

    pub(super) fn reindex(&mut self) {
        let entries = &self.entries;
        self.index = Index::new(entries.len(), |n| &entries[n].policy.name);
        self.dependents.clear();
        for (n, entry) in self.entries.iter().enumerate() {
            for name in &entry.policy.depends_on {
                if let Some(dependency) = self.place(name) {
                    self.dependents.entry(dependency).or_default().push(n);
                }
            }
        }
        let remote = || self.entries.iter().filter(|entry| entry.policy.is_remote());
        self.remote = remote().count();
        self.failing_remote = remote().filter(|entry| entry.record.is_failing()).count();
        self.note_all();
        self.moves += 1;
    }

    /// Other targets, policies, or ways to tell. Who stays keeps what is remembered.
    pub fn retarget(&mut self, policies: Vec<TargetPolicy>, now: Now) -> Effects {
        let mut effects = Effects::default();
        let mut old: HashMap<String, Entry> = self
            .entries
            .drain(..)
            .map(|entry| (entry.policy.name.to_string(), entry))
            .collect();
        self.entries = policies
            .into_iter()
            .map(|policy| match old.remove(&*policy.name) {
                Some(entry) => Entry { policy, ..entry },
                None => Entry {
                    record: TargetRecord::new(now.wall),
                    policy,
                    fresh: None,
                },
            })
            .collect();
        effects.forget = old.into_keys().collect();
        self.reindex();
        self.dirty = (0..self.entries.len())
            .filter(|&n| self.entries[n].has_something_to_say())
            .collect();
        if !self.dirty.is_empty() {
            self.flush_at
                .get_or_insert(now.mono + self.alerts.batch_window);
        }
        effects
    }
}
