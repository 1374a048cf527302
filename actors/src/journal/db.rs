//! What the journal writes together, and what it reads when it begins. Only the store's thread calls
//! this.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::{offer, outbox, trail};
use crate::alerts::digest::Content;
use crate::alerts::line::{Line, Word};
use crate::alerts::record::TargetRecord;
use crate::alerts::{Change, State};
use crate::audit::Entry;
use crate::authorizer::handover::Offer;
use hostmessenger_config::AlertTo;

/// What is written together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Records of targets, by name.
    pub records: Vec<(String, TargetRecord)>,
    /// Targets that are no more.
    pub forget: Vec<String>,
    /// Changes of state.
    pub changes: Vec<Change>,
    /// Messages for the outbox.
    pub messages: Vec<NewMessage>,
    /// Whether this host is cut off, where that is new.
    pub cut: Option<Cut>,
    /// Entries of the audit trail.
    pub audit: Vec<Entry>,
    /// How a handover stands, where that is new.
    pub offer: Option<NotedOffer>,
}

/// How a handover stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotedOffer {
    /// This is offered.
    Stands(Offer),
    /// Nothing is.
    Gone,
}

impl From<Option<Offer>> for NotedOffer {
    fn from(offer: Option<Offer>) -> Self {
        offer.map_or(Self::Gone, Self::Stands)
    }
}

/// Whether this host is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Since then.
    Since(Timestamp),
    /// It is not.
    Over,
}

impl From<Option<Timestamp>> for Cut {
    fn from(since: Option<Timestamp>) -> Self {
        since.map_or(Self::Over, Self::Since)
    }
}

impl Batch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.forget.is_empty()
            && self.changes.is_empty()
            && self.messages.is_empty()
            && self.cut.is_none()
            && self.audit.is_empty()
            && self.offer.is_none()
    }
}

/// A message for one receiver.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Who gets it.
    pub to: AlertTo,
    /// The text.
    pub body: String,
    /// The same in its parts.
    pub content: Content,
    /// When what it tells happened.
    pub at: Timestamp,
}

/// What is remembered from earlier runs.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// Records of targets, by name.
    pub records: HashMap<String, TargetRecord>,
    /// Since when this host is cut off.
    pub cut_since: Option<Timestamp>,
}

const CUT_SINCE: &str = "cut-since";

/// All that is remembered.
pub(super) fn remembered(db: &Connection) -> rusqlite::Result<Remembered> {
    let mut query = db.prepare_cached("SELECT target, json FROM record")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut remembered = Remembered::default();
    for row in rows {
        let (target, json) = row?;
        match serde_json::from_str(&json) {
            Ok(record) => drop(remembered.records.insert(target, record)),
            // One that cannot be read costs its memory, not the program.
            Err(error) => tracing::error!(target, %error, "stored state not readable"),
        }
    }
    let cut = db
        .prepare_cached("SELECT value FROM note WHERE key = ?1")?
        .query_map([CUT_SINCE], |row| row.get::<_, String>(0))?
        .next()
        .transpose()?;
    remembered.cut_since = cut.and_then(|text| text.parse().ok());
    Ok(remembered)
}

/// Names of targets that were not up when the last run ended: they are looked at first.
pub(super) fn in_trouble(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query =
        db.prepare("SELECT target FROM record WHERE json_extract(json, '$.state') <> ?1")?;
    query
        .query_map([State::Up.as_str()], |row| row.get(0))?
        .collect()
}

/// Writes batches in one transaction, one after the other.
pub(super) fn commit(db: &mut Connection, batches: &[Batch]) -> rusqlite::Result<()> {
    let change = db.transaction()?;
    for batch in batches {
        add(&change, batch)?;
    }
    change.commit()
}

fn add(change: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    for (target, record) in &batch.records {
        change
            .prepare_cached("INSERT OR REPLACE INTO record (target, json) VALUES (?1, ?2)")?
            .execute(params![target, to_json(record)?])?;
    }
    for target in &batch.forget {
        change
            .prepare_cached("DELETE FROM record WHERE target = ?1")?
            .execute([target])?;
    }
    for row in &batch.changes {
        change
            .prepare_cached("INSERT INTO change (target, at, json) VALUES (?1, ?2, ?3)")?
            .execute(params![row.target, row.at.as_millisecond(), to_json(row)?])?;
    }
    for message in &batch.messages {
        let id = outbox::add(change, message)?;
        for line in &message.content.lines {
            ties(change, line, &id)?;
        }
    }
    for entry in &batch.audit {
        trail::add(change, entry)?;
    }
    match &batch.offer {
        None => {}
        Some(NotedOffer::Gone) => offer::note(change, None)?,
        Some(NotedOffer::Stands(stands)) => offer::note(change, Some(stands))?,
    }
    match batch.cut {
        None => 0,
        Some(Cut::Over) => change.execute("DELETE FROM note WHERE key = ?1", [CUT_SINCE])?,
        Some(Cut::Since(since)) => change.execute(
            "INSERT OR REPLACE INTO note (key, value) VALUES (?1, ?2)",
            params![CUT_SINCE, since.to_string()],
        )?,
    };
    Ok(())
}

/// HISTORY shows by the change when the alert about it was read: the last change of a target is
/// what a line tells.
fn ties(change: &Transaction<'_>, line: &Line, item: &str) -> rusqlite::Result<()> {
    if matches!(line.word, Word::Down | Word::Warning | Word::Up) {
        change
            .prepare_cached(
                "INSERT OR IGNORE INTO told (change, item) \
                 SELECT n, ?2 FROM change WHERE target = ?1 ORDER BY n DESC LIMIT 1",
            )?
            .execute(params![line.target, item])?;
    }
    Ok(())
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A run begins, or goes on to be alive. It is known by its beginning.
pub(super) fn alive(db: &Connection, started: Timestamp, now: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO run (started, alive) VALUES (?1, ?2)")?
        .execute(params![started.as_millisecond(), now.as_millisecond()])
        .map(drop)
}
