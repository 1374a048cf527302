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
    pub to: AlertTo,
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
    /// Tells somebody something; all that he is told by one event is one message.
    pub(in crate::alerts) fn tell(&mut self, to: &AlertTo, at: Timestamp, line: Line) {
        match self.messages.iter_mut().find(|message| message.to == *to) {
            Some(message) => message.lines.push(line),
            None => self.messages.push(Outgoing {
                to: to.clone(),
                at,
                lines: vec![line],
            }),
        }
    }

    /// The worst first in each message, else in the order of their telling. Once at the end: a line
    /// put into its place among thousands moves all behind it.
    pub(super) fn put_worst_first(&mut self) {
        for message in &mut self.messages {
            message.lines.sort_by_key(|line| line.word);
        }
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.changes.extend(other.changes);
        for message in other.messages {
            for line in message.lines {
                self.tell(&message.to, message.at, line);
            }
        }
        self.save.extend(other.save);
        self.forget.extend(other.forget);
        self.recheck.extend(other.recheck);
        self.verify_link |= other.verify_link;
    }
}
