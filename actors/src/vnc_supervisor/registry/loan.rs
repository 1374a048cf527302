//! What was there is noted, ours is set, and at the end what was there is put back.
//!
//! A newcomer's trap: the note has to be on disk before the first value is set. Then it does not matter
//! where all of this is interrupted: only what is ours is taken away again, so that putting back can be
//! done twice, and what somebody else has set meanwhile stays.

use std::io;

use serde::{Deserialize, Serialize};

use super::{Registry, Setting, Value};

/// What was lent, and what was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::vnc_supervisor) struct Loan {
    values: Vec<Lent>,
    /// Keys that were not there, the deepest first.
    keys: Vec<Made>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lent {
    key: String,
    name: String,
    before: Option<Value>,
    ours: Option<Value>,
}

/// A key that was not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    key: String,
    /// Settings of ours were in it, so that all that is in it came of them.
    whole: bool,
}

impl Loan {
    /// What would have to be put back once these are set. Nothing is changed.
    pub(in crate::vnc_supervisor) fn plan(
        registry: &impl Registry,
        settings: &[Setting],
    ) -> io::Result<Self> {
        let mut loan = Self::default();
        for setting in settings {
            loan.values.push(Lent {
                key: setting.key.to_owned(),
                name: setting.name.to_owned(),
                before: registry.get(setting.key, setting.name)?,
                ours: setting.value.clone(),
            });
            if setting.value.is_some() {
                loan.note_keys(registry, setting.key)?;
            }
        }
        let depth = |made: &Made| std::cmp::Reverse(made.key.matches('\\').count());
        loan.keys.sort_by_key(depth);
        Ok(loan)
    }

    fn note_keys(&mut self, registry: &impl Registry, key: &str) -> io::Result<()> {
        let mut above = Some(key);
        while let Some(one) = above {
            if self.keys.iter().any(|made| made.key == one) || registry.has_key(one)? {
                break;
            }
            self.keys.push(Made {
                key: one.to_owned(),
                whole: one == key,
            });
            above = one.rsplit_once('\\').map(|(above, _)| above);
        }
        Ok(())
    }

    /// Whether nothing was lent.
    pub(in crate::vnc_supervisor) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether it touches nothing but values of these keys, and them; keys above them only where they are empty.
    pub(in crate::vnc_supervisor) fn is_of(&self, keys: &[&str]) -> bool {
        let is_one = |key: &str| keys.iter().any(|one| one.eq_ignore_ascii_case(key));
        let is_above = |key: &str| {
            let above = format!("{key}\\").to_ascii_lowercase();
            let mut keys = keys.iter();
            keys.any(|one| one.to_ascii_lowercase().starts_with(&above))
        };
        self.values.iter().all(|lent| is_one(&lent.key))
            && self
                .keys
                .iter()
                .all(|made| is_one(&made.key) || !made.whole && is_above(&made.key))
    }

    /// Sets all that is ours.
    pub(in crate::vnc_supervisor) fn take(&self, registry: &mut impl Registry) -> io::Result<()> {
        for lent in &self.values {
            lent.becomes(registry, lent.ours.as_ref())?;
        }
        Ok(())
    }

    /// Puts back what was there. All of it is tried; the first failure is told.
    pub(in crate::vnc_supervisor) fn put_back(
        &self,
        registry: &mut impl Registry,
    ) -> io::Result<()> {
        let mut result = Ok(());
        for lent in &self.values {
            result = result.and(lent.put_back(registry));
        }
        for made in &self.keys {
            result = result.and(made.go(registry));
        }
        result
    }
}

impl Lent {
    fn becomes(&self, registry: &mut impl Registry, value: Option<&Value>) -> io::Result<()> {
        match value {
            Some(value) => registry.set(&self.key, &self.name, value),
            None => registry.remove(&self.key, &self.name),
        }
    }

    fn put_back(&self, registry: &mut impl Registry) -> io::Result<()> {
        if registry.get(&self.key, &self.name)? != self.ours {
            return Ok(());
        }
        self.becomes(registry, self.before.as_ref())
    }
}

impl Made {
    fn go(&self, registry: &mut impl Registry) -> io::Result<()> {
        if self.whole || registry.is_empty(&self.key)? {
            registry.remove_key(&self.key)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
