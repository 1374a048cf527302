//! History in SQLite: changes, the share of time up, and what is forgotten. Only the store's thread
//! calls this.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::db::timestamp;
use super::shares::{Run, Step, up_share};
use super::trail;
use super::{Heard, History};
use crate::alerts::{Change, State};

/// Deletes what is older than `keep`.
pub(super) fn prune(db: &Connection, keep: Duration, now: Timestamp) -> rusqlite::Result<()> {
    let before = now
        .saturating_sub(keep)
        .unwrap_or(Timestamp::MIN)
        .as_millisecond();
    db.execute("DELETE FROM change WHERE at < ?1", [before])?;
    db.execute("DELETE FROM run WHERE alive < ?1", [before])?;
    db.execute("DELETE FROM delivery WHERE at < ?1", [before])?;
    trail::prune(db, keep, now)?;
    db.execute(
        "DELETE FROM told WHERE change NOT IN (SELECT n FROM change)",
        [],
    )?;
    // What was said is wanted only until it is read; when it was read stays.
    let week_ago = now
        .saturating_sub(Duration::from_secs(7 * 86_400))
        .unwrap_or(Timestamp::MIN)
        .as_millisecond();
    db.execute(
        "UPDATE delivery SET content = '' WHERE at < ?1 AND content <> ''",
        [week_ago],
    )?;
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
    let mut query = db.prepare_cached(
        "SELECT target, json, \
         (SELECT min(arrived) FROM told JOIN delivery ON id = item WHERE told.change = n), \
         (SELECT min(read) FROM told JOIN delivery ON id = item WHERE told.change = n) \
         FROM change ORDER BY n DESC",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if history.changes.len() == limit {
            break;
        }
        let target: String = row.get(0)?;
        if targets.iter().any(|(name, _)| *name == target)
            && let Ok(change) = serde_json::from_str(&row.get::<_, String>(1)?)
        {
            let heard = Heard {
                arrived: row.get::<_, Option<i64>>(2)?.map(timestamp),
                read: row.get::<_, Option<i64>>(3)?.map(timestamp),
            };
            history.changes.push((change, heard));
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
    let mut query = db.prepare_cached("SELECT started, alive FROM run ORDER BY started")?;
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
