//! What the checks mean: states of targets, and what is told of them. Pure: no actor, no clock, no
//! I/O. The journal holds a [`board::Board`], so that a change of state and the alert about it are
//! written in one transaction and nothing falls between them.

use std::ops::Deref;
use std::sync::Arc;

use hostmessenger_config::{Judging, Scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::probe::verdict::Outcome;

pub mod board;
pub mod digest;
mod escalation;
pub mod health;
pub mod line;
pub mod record;
mod telling;
#[cfg(test)]
mod tests;
pub mod trouble;

/// State of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// Not checked yet.
    Pending,
    /// Works.
    Up,
    /// Works, but the owner should know.
    Warning,
    /// Does not work.
    Down,
    /// Cannot be judged now.
    Unknown,
}

impl State {
    /// `PENDING`, `UP`, `WARNING`, `DOWN`, `UNKNOWN`: fixed for scripts and the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Up => "UP",
            Self::Warning => "WARNING",
            Self::Down => "DOWN",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// What the board must know of a target; the part of its configuration that is not the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetPolicy {
    /// Its name.
    pub name: Arc<str>,
    /// How it is judged and who hears of it; its scope is known.
    pub judging: Arc<Judging>,
}

/// A policy is read like its judging; which is shared with others, so that nobody writes to it.
impl Deref for TargetPolicy {
    type Target = Judging;

    fn deref(&self) -> &Judging {
        &self.judging
    }
}

#[cfg(test)]
impl std::ops::DerefMut for TargetPolicy {
    fn deref_mut(&mut self) -> &mut Judging {
        Arc::make_mut(&mut self.judging)
    }
}

impl TargetPolicy {
    /// Whether it is reached over the network.
    pub fn is_remote(&self) -> bool {
        self.scope == Some(Scope::Remote)
    }
}

/// Whether the owner can be reached over XMPP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// There is no account: the console is the chat, and nothing can be told from the link.
    None,
    /// Connected.
    Up,
    /// Not connected.
    Down,
}

/// A line of STATUS.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetStatus {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// The last check, if there was one.
    pub last: Option<Outcome>,
    /// Failures in a row, while the verdict is still open.
    pub failures: u32,
    /// Whether it changes too often to be told.
    pub flapping: bool,
    /// Muted until then, and why.
    pub muted: Option<Mute>,
    /// The dependency that is down, if one is.
    pub shadowed_by: Option<String>,
}

/// A mute of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// When it ends.
    pub until: Timestamp,
    /// When it began.
    #[serde(default)]
    pub begun: Timestamp,
    /// Why, in the words of who muted it.
    pub reason: Option<String>,
}

/// A change of state, for log and history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The target.
    pub target: String,
    /// State before.
    pub from: State,
    /// State after.
    pub to: State,
    /// The outcome that brought it, if one did.
    pub outcome: Option<Outcome>,
    /// When.
    pub at: Timestamp,
}

/// All targets at a glance, for the presence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HealthSummary {
    /// How many targets there are.
    pub total: usize,
    /// Names of those that are DOWN, in the order of the configuration.
    pub down: Vec<String>,
    /// Names of those with a WARNING.
    pub warning: Vec<String>,
    /// How many are still PENDING or UNKNOWN.
    pub unjudged: usize,
}
