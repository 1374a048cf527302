//! Which targets there are, and what is counted over all of them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hostmessenger_config::Scope;

use super::{Board, Effects, Entry};
use crate::alerts::TargetPolicy;
use crate::alerts::record::TargetRecord;
use crate::time::Now;

/// A target by its name, without a copy of that.
#[derive(Debug, Clone)]
pub(in crate::alerts) struct ByName(Arc<TargetPolicy>);

impl Borrow<str> for ByName {
    fn borrow(&self) -> &str {
        &self.0.name
    }
}

impl Hash for ByName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl PartialEq for ByName {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for ByName {}

impl Board {
    pub(super) fn reindex(&mut self) {
        self.index = self
            .entries
            .iter()
            .enumerate()
            .map(|(n, entry)| (ByName(Arc::clone(&entry.policy)), n))
            .collect();
        self.dependents.clear();
        for (n, entry) in self.entries.iter().enumerate() {
            for name in &entry.policy.depends_on {
                if let Some(&dependency) = self.index.get(name.as_str()) {
                    self.dependents.entry(dependency).or_default().push(n);
                }
            }
        }
        let remote = || {
            self.entries
                .iter()
                .filter(|entry| entry.policy.scope == Scope::Remote)
        };
        self.remote = remote().count();
        self.failing_remote = remote().filter(|entry| entry.record.is_failing()).count();
        self.note_all();
        self.moves += 1;
    }

    /// Other targets, policies, or ways to tell. Who stays keeps what is remembered.
    pub fn retarget(&mut self, policies: Vec<Arc<TargetPolicy>>, now: Now) -> Effects {
        let mut effects = Effects::default();
        let mut old: HashMap<String, Entry> = self
            .entries
            .drain(..)
            .map(|entry| (entry.policy.name.clone(), entry))
            .collect();
        self.entries = policies
            .into_iter()
            .map(|policy| match old.remove(&policy.name) {
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
