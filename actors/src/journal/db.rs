//! What the journal asks of SQLite. Only the store's thread calls this.

use std::collections::HashMap;
use std::time::Duration;

use hostmessenger_config::AlertTo;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use xmpp_parsers::jid::BareJid;

use super::shares::{Run, Step, up_share};
use super::{History, OutboxItem};
use crate::alerts::record::TargetRecord;
use crate::alerts::{Change, State};

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
}

/// A message for one receiver.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Who gets it.
    pub to: AlertTo,
    /// The text.
    pub body: String,
    /// When what it tells happened.
    pub at: Timestamp,
}

/// All records.
pub(super) fn records(db: &Connection) -> rusqlite::Result<HashMap<String, TargetRecord>> {
    let mut query = db.prepare_cached("SELECT target, json FROM record")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut records = HashMap::new();
    for row in rows {
        let (target, json) = row?;
        match serde_json::from_str(&json) {
            Ok(record) => drop(records.insert(target, record)),
            // One that cannot be read costs its memory, not the program.
            Err(error) => tracing::error!(target, %error, "stored state not readable"),
        }
    }
    Ok(records)
}

/// Writes a batch in one transaction.
pub(super) fn commit(db: &mut Connection, batch: &Batch) -> rusqlite::Result<()> {
    let change = db.transaction()?;
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
        let id = format!("{:032x}", fastrand::u128(..));
        change
            .prepare_cached("INSERT INTO outbox (id, receiver, body, at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                id,
                receiver_to_text(&message.to),
                message.body,
                message.at.as_millisecond()
            ])?;
    }
    change.commit()
}

fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// What waits with a higher number, in order.
pub(super) fn outbox(db: &Connection, after: i64, limit: u32) -> rusqlite::Result<Vec<OutboxItem>> {
    let mut query = db.prepare_cached(
        "SELECT seq, id, receiver, body, at FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let rows = query.query_map(params![after, limit], |row| {
        let receiver: String = row.get(2)?;
        Ok(OutboxItem {
            seq: row.get(0)?,
            id: row.get(1)?,
            // A receiver that cannot be read: the owner hears of it rather than nobody.
            to: receiver_from_text(&receiver).unwrap_or(AlertTo::Owner),
            body: row.get(3)?,
            at: timestamp(row.get(4)?),
        })
    })?;
    rows.collect()
}

/// Deletes what was delivered.
pub(super) fn delivered(db: &Connection, seq: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM outbox WHERE seq = ?1")?
        .execute([seq])
        .map(drop)
}

/// A run begins. Returns its number.
pub(super) fn begin_run(db: &Connection, now: Timestamp) -> rusqlite::Result<i64> {
    let at = now.as_millisecond();
    db.execute("INSERT INTO run (started, alive) VALUES (?1, ?1)", [at])?;
    Ok(db.last_insert_rowid())
}

/// The run is still alive.
pub(super) fn alive(db: &Connection, run: i64, now: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE run SET alive = ?2 WHERE n = ?1")?
        .execute(params![run, now.as_millisecond()])
        .map(drop)
}

/// Deletes what is older than `keep`.
pub(super) fn prune(db: &Connection, keep: Duration, now: Timestamp) -> rusqlite::Result<()> {
    let before = now
        .saturating_sub(keep)
        .unwrap_or(Timestamp::MIN)
        .as_millisecond();
    db.execute("DELETE FROM change WHERE at < ?1", [before])?;
    db.execute("DELETE FROM run WHERE alive < ?1", [before])?;
    Ok(())
}

/// The last changes, newest first, and the shares of time up of the named targets.
pub(super) fn history(
    db: &Connection,
    targets: &[(String, State)],
    limit: usize,
    now: Timestamp,
) -> rusqlite::Result<History> {
    let runs = runs(db, now)?;
    let mut history = History {
        changes: Vec::new(),
        up: Vec::new(),
    };
    for (target, state) in targets {
        let (before, steps) = steps(db, target, *state, now)?;
        let shares = [1, 7, 30].map(|days| {
            let from = now
                .saturating_sub(Duration::from_secs(days * 86_400))
                .unwrap_or(Timestamp::MIN);
            up_share(before, &steps, &runs, from, now)
        });
        history.up.push((target.clone(), shares));
    }
    let mut query = db.prepare_cached("SELECT target, json FROM change ORDER BY n DESC")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if history.changes.len() == limit {
            break;
        }
        let target: String = row.get(0)?;
        if targets.iter().any(|(name, _)| *name == target)
            && let Ok(change) = serde_json::from_str(&row.get::<_, String>(1)?)
        {
            history.changes.push(change);
        }
    }
    Ok(history)
}

/// The state 30 days ago and the steps since then. Where no change is known the state of now has
/// held since it was entered, which the record knows; before that nothing is known.
fn steps(
    db: &Connection,
    target: &str,
    state: State,
    now: Timestamp,
) -> rusqlite::Result<(State, Vec<Step>)> {
    let from = now
        .saturating_sub(Duration::from_secs(30 * 86_400))
        .unwrap_or(Timestamp::MIN);
    let mut query =
        db.prepare_cached("SELECT at, json FROM change WHERE target = ?1 AND at >= ?2 ORDER BY n")?;
    let rows = query.query_map(params![target, from.as_millisecond()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut before = None;
    let mut steps = Vec::new();
    for row in rows {
        let (at, json) = row?;
        if let Ok(change) = serde_json::from_str::<Change>(&json) {
            before.get_or_insert(change.from);
            steps.push((timestamp(at), change.to));
        }
    }
    Ok((before.unwrap_or(state), steps))
}

fn runs(db: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Run>> {
    let mut query = db.prepare_cached("SELECT started, alive FROM run ORDER BY n")?;
    let rows = query.query_map([], |row| {
        Ok((timestamp(row.get(0)?), timestamp(row.get(1)?)))
    })?;
    let mut runs = rows.collect::<rusqlite::Result<Vec<Run>>>()?;
    // The one that asks is alive.
    if let Some(last) = runs.last_mut() {
        last.1 = last.1.max(now);
    }
    Ok(runs)
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn receiver_to_text(to: &AlertTo) -> String {
    match to {
        AlertTo::Owner => "owner".into(),
        AlertTo::Support => "support".into(),
        AlertTo::Jid(jid) => format!("jid {jid}"),
        // An address holds no space.
        AlertTo::Room { room, nick } => format!("room {room} {nick}"),
    }
}

fn receiver_from_text(text: &str) -> Option<AlertTo> {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "owner" => Some(AlertTo::Owner),
        "support" => Some(AlertTo::Support),
        "jid" => BareJid::new(rest).ok().map(AlertTo::Jid),
        "room" => {
            let (room, nick) = rest.split_once(' ')?;
            let room = BareJid::new(room).ok()?;
            Some(AlertTo::Room {
                room,
                nick: nick.to_owned(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_survive_being_stored() {
        let jid = || BareJid::new("ops@conference.example.org").unwrap();
        for to in [
            AlertTo::Owner,
            AlertTo::Support,
            AlertTo::Jid(jid()),
            AlertTo::Room {
                room: jid(),
                nick: "web 01".into(),
            },
        ] {
            assert_eq!(receiver_from_text(&receiver_to_text(&to)), Some(to));
        }
    }
}
