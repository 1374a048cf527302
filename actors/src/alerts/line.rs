//! A line of an alert in its parts, so that lines that wait for the link can be merged and are put
//! into words as late as possible.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a line says; in the order of their weight in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// This host was cut off, and is back.
    CutOff,
    /// DOWN.
    Down,
    /// A reminder: still DOWN.
    StillDown,
    /// WARNING.
    Warning,
    /// It changes too often to be told.
    Flapping,
    /// It is steady again.
    Steady,
    /// UP.
    Up,
    /// A text about the program itself, not about a target.
    Notice,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it says.
    pub word: Word,
    /// Of which target; empty where it is about none.
    pub target: String,
    /// Reason and evidence, already in words; of a notice its text.
    pub why: String,
    /// When what it tells began: the trouble, the flapping, the cut.
    pub since: Timestamp,
    /// When the state was entered that it tells.
    pub at: Timestamp,
    /// Set where it is over and tells of the past: when it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Nobody read it in time; it goes to those who are asked next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escalated: bool,
}

impl Line {
    /// A text about the program itself.
    pub fn notice(text: String, at: Timestamp) -> Self {
        Self {
            word: Word::Notice,
            target: String::new(),
            why: text,
            since: at,
            at,
            until: None,
            escalated: false,
        }
    }

    /// The same, as something that is over.
    pub(super) fn ended(self, until: Timestamp) -> Self {
        // A clock that was set back must not make an end before the beginning.
        let until = Some(until.max(self.since));
        Self { until, ..self }
    }
}
