//! What must not be lost: states, mutes, history and the outbox, in SQLite on disk.
//!
//! The actor decides on the arbiter's thread with the pure [`crate::alerts::board`]; a thread of
//! its own writes, so that a slow disk delays no one. It does no other I/O.

use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::AlertTo;
use jiff::Timestamp;

use crate::alerts::{Change, HealthSummary, Link, TargetPolicy, TargetStatus};
use crate::probe::verdict::Outcome;

mod actor;
mod asked;
mod db;
mod listeners;
mod schema;
mod shares;
pub mod store;
#[cfg(test)]
mod tests;

pub use actor::{Journal, JournalSpec};
pub use listeners::Listeners;

/// A check was made. Answered with the delay until the next one.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Duration")]
pub struct TargetChecked {
    /// Name of the target.
    pub target: String,
    /// What was found.
    pub outcome: Outcome,
}

/// The targets that there are from now on; those that stay keep their state.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct WatchTargets(pub Vec<TargetPolicy>);

/// The XMPP link came or went.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct LinkChanged(pub Link);

/// Queues a text for the owner (or others), to be delivered like an alert.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct Notify {
    /// Who gets it.
    pub to: Vec<AlertTo>,
    /// What is said.
    pub text: String,
}

/// A message that waits for the server's acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// Rising number; the order of sending.
    pub seq: i64,
    /// Stanza and origin id (XEP-0359), the same at every attempt.
    pub id: String,
    /// Who gets it.
    pub to: AlertTo,
    /// The text.
    pub body: String,
    /// When what it tells happened.
    pub at: Timestamp,
}

/// Asks for what waits in the outbox with a higher number than this, in order, at most 100 items.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Vec<OutboxItem>")]
pub struct AskOutbox {
    /// 0 for all.
    pub after: i64,
}

/// The server has acknowledged this item for each of its receivers.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct ItemDelivered {
    /// Its number.
    pub seq: i64,
}

/// Asks for the states of all targets, in the order of the configuration.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Vec<TargetStatus>")]
pub struct AskStatus;

/// Asks for all targets at a glance.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "HealthSummary")]
pub struct AskSummary;

/// What HISTORY shows.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The last changes, newest first.
    pub changes: Vec<Change>,
    /// For each target asked about: its name and the share of time up, in percent, over 24 h, 7 d
    /// and 30 d; `None` where nothing is known of that time.
    pub up: Vec<(String, [Option<f64>; 3])>,
}

/// Asks for the history of one target or all.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Result<History, String>")]
pub struct AskHistory {
    /// A target's name as configured; `None`: all.
    pub target: Option<String>,
    /// At most so many changes.
    pub limit: usize,
}

/// Mutes one target or all. Answered with the names.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Vec<String>")]
pub struct MuteTarget {
    /// A target's name as configured; `None`: all.
    pub target: Option<String>,
    /// For how long.
    pub for_: Duration,
    /// Why.
    pub reason: Option<String>,
}

/// Ends mutes. Answered with the names of those that were muted.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Vec<String>")]
pub struct UnmuteTarget {
    /// A target's name as configured; `None`: all.
    pub target: Option<String>,
}
