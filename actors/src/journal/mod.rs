//! What must not be lost: states, mutes, history and the outbox, in SQLite on disk.
//!
//! The actor decides on the arbiter's thread with the pure [`crate::alerts::board`]; a thread of
//! its own writes, so that a slow disk delays no one. It does no other I/O.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::AlertTo;
use jiff::Timestamp;

use crate::alerts::{Change, HealthSummary, Link, TargetPolicy, TargetStatus};
use crate::audit::{Audited, Entry};
use crate::authorizer::handover::Offer;
use crate::probe::verdict::Outcome;

mod actor;
mod asked;
mod audited;
mod db;
mod file;
mod listeners;
mod lock;
mod offer;
mod outbox;
mod past;
mod salvage;
mod schema;
mod shares;
mod shelf;
pub mod store;
#[cfg(test)]
mod tests;
mod trail;
mod troubles;

pub use actor::{Journal, JournalSpec};
pub use listeners::Listeners;
pub use schema::SchemaError;
pub(crate) use trail::file_trail;

/// A check was made. Answered with the delay until the next one.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Duration")]
pub struct TargetChecked {
    /// Name of the target.
    pub target: Arc<str>,
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

/// What befell the journal's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be used in this run.
    NotUsable(String),
    /// It cannot be written now; memory serves until it can.
    NotWritable(String),
    /// It held nonsense and was set aside; a fresh one holds what could be read.
    Damaged {
        /// What was wrong.
        why: String,
        /// Where it is kept.
        kept: String,
    },
    /// It is written again.
    Over,
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
    /// When it was first handed to the server, if it was: then the server may have it.
    pub tried: Option<Timestamp>,
}

/// The link is there: what waits and was never sent becomes one message for each receiver. Answered
/// with what was sent and not acknowledged, of which the server may have some.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Vec<OutboxItem>")]
pub struct OpenOutbox;

/// These items are about to be handed to the server. Answered when that is on disk, with those that
/// still wait: others were merged into a message behind them.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Vec<i64>")]
pub struct BeginDelivery {
    /// Their numbers.
    pub seqs: Vec<i64>,
}

/// Somebody's client has an alert (XEP-0184), or the person has read it (XEP-0333).
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct Receipt {
    /// Which item; `None`: all that the sender got (he answers, so he has read them).
    pub id: Option<String>,
    /// Which receivers the sender may be.
    pub by: Vec<AlertTo>,
    /// Read, not only arrived.
    pub read: bool,
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

/// What is known of an alert that was delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// When the first client had it.
    pub arrived: Option<Timestamp>,
    /// When the first person had read it.
    pub read: Option<Timestamp>,
}

/// What HISTORY shows.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The last changes, newest first, and what became of the alert about each.
    pub changes: Vec<(Change, Heard)>,
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

/// Asks for the last entries of the audit trail, newest first.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Result<Vec<Entry>, String>")]
pub struct AskAudit {
    /// At most so many.
    pub limit: usize,
}

/// Asks for the handover that was noted last.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Result<Option<Offer>, String>")]
pub struct AskOffer;

/// Notes how a handover stands, with what is said and audited about it: all of it or nothing.
/// Answered when it is on disk, or in memory while that must do.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Result<(), String>")]
pub struct NoteOffer {
    /// What stands from now on.
    pub offer: Option<Offer>,
    /// What is said to whom.
    pub say: Vec<(AlertTo, String)>,
    /// What goes into the trail.
    pub audited: Vec<Audited>,
}

impl NoteOffer {
    /// Nothing is offered any more, and nothing is said.
    pub fn none() -> Self {
        Self {
            offer: None,
            say: Vec::new(),
            audited: Vec::new(),
        }
    }
}

/// How this client was made; goes into the audit trail unless it is there already.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct NoteEnrolment(pub Entry);

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
