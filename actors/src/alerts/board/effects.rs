//! What an event amounts to.

use std::collections::BTreeSet;
use std::time::Duration;

use hostmessenger_config::AlertTo;
use jiff::Timestamp;

use crate::alerts::Change;
use crate::alerts::line::Line;

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Who gets it.
    pub to: Vec<AlertTo>,
    /// When what it tells happened.
    pub at: Timestamp,
    /// A line a change.
    pub lines: Vec<Line>,
}

/// What an event amounts to. The caller carries it out, in one transaction where it is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// The delay until the next check of the target that was checked.
    pub next_check: Option<Duration>,
    /// Changes of state, for log and history.
    pub changes: Vec<Change>,
    /// What is to be sent.
    pub messages: Vec<Outgoing>,
    /// Targets whose record is to be stored.
    pub save: BTreeSet<String>,
    /// Targets that are no more.
    pub forget: Vec<String>,
    /// Targets that are to be checked now.
    pub recheck: BTreeSet<String>,
    /// Whether the link is to be verified; [`super::Board::link_verified`] takes the answer.
    pub verify_link: bool,
}

impl Effects {
    pub(super) fn absorb(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.messages.extend(other.messages);
        self.save.extend(other.save);
        self.forget.extend(other.forget);
        self.recheck.extend(other.recheck);
        self.verify_link |= other.verify_link;
    }
}
