//! The audit trail in SQLite. Only the store's thread calls this, and who reads the file from
//! outside.
//!
//! A newcomer's trap: rows are found by their time and not their number: what other processes did
//! is written down later than it was done.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::db::{timestamp, to_json};
use super::file::open_read_only;
use super::schema::{SchemaError, check_version};
use crate::audit::{CLEARED, Deed, Entry, cleared, take};

/// So many are kept however old they are.
const FEWEST: u32 = 1_000;
/// There are never more than this.
const MOST: u32 = 100_000;
/// The limit is looked after each time that so many were added.
const EACH: u32 = 1_000;

/// Adds an entry.
pub(super) fn add(db: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO audit (at, by, json) VALUES (?1, ?2, ?3)")?
        .execute(params![
            entry.at.as_millisecond(),
            entry.by,
            to_json(&entry.deed)?
        ])?;
    if db.last_insert_rowid() % i64::from(EACH) == 0 {
        db.execute(
            "DELETE FROM audit WHERE n <= (SELECT n FROM audit ORDER BY n DESC LIMIT 1 OFFSET ?1)",
            [MOST - EACH],
        )?;
    }
    Ok(())
}

/// How this client was made, unless that is there already.
pub(super) fn add_enrolment(db: &mut Connection, entry: &Entry) -> rusqlite::Result<()> {
    let change = db.transaction()?;
    let there: bool = change.query_row(
        "SELECT EXISTS (SELECT 1 FROM audit WHERE json_extract(json, '$.deed') = 'enrolled')",
        [],
        |row| row.get(0),
    )?;
    if !there {
        add(&change, entry)?;
    }
    change.commit()
}

/// Deletes what is older than `keep`, but for the newest and for how this client was made.
pub(super) fn prune(db: &Connection, keep: Duration, now: Timestamp) -> rusqlite::Result<()> {
    let before = now.saturating_sub(keep).unwrap_or(Timestamp::MIN);
    db.execute(
        "DELETE FROM audit WHERE at < ?1 AND json_extract(json, '$.deed') <> 'enrolled' \
         AND n <= (SELECT n FROM audit ORDER BY n DESC LIMIT 1 OFFSET ?2)",
        params![before.as_millisecond(), FEWEST],
    )
    .map(drop)
}

/// The last entries since a moment, newest first. One that cannot be read is passed over.
pub(super) fn entries(
    db: &Connection,
    since: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let mut query = db.prepare_cached(
        "SELECT at, by, json FROM audit WHERE at >= ?1 ORDER BY at DESC, n DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = query.query(params![since.as_millisecond(), limit])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        if let Ok(deed) = serde_json::from_str::<Deed>(&row.get::<_, String>(2)?) {
            entries.push(Entry {
                at: timestamp(row.get(0)?),
                by: row.get(1)?,
                deed,
            });
        }
    }
    Ok(entries)
}

/// Takes over what other processes of ours have noted. Done twice it changes nothing more.
pub(super) fn take_over(db: &mut Connection, dir: &Path) -> rusqlite::Result<()> {
    // Two at most: one from before a crash, and the one that came after it.
    for _ in 0..2 {
        let taken = match take(dir) {
            Ok(Some(taken)) => taken,
            Ok(None) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "audit spool not taken over");
                return Ok(());
            }
        };
        let change = db.transaction()?;
        let last: Option<String> = change
            .query_row("SELECT value FROM note WHERE key = ?1", [CLEARED], |row| {
                row.get(0)
            })
            .ok();
        if last.as_ref() != Some(&taken.name) {
            for entry in &taken.entries {
                add(&change, entry)?;
            }
            change.execute(
                "INSERT OR REPLACE INTO note (key, value) VALUES (?1, ?2)",
                [CLEARED, taken.name.as_str()],
            )?;
        }
        change.commit()?;
        if let Err(error) = cleared(dir, &taken.name) {
            tracing::warn!(%error, "audit spool not deleted");
            return Ok(());
        }
    }
    Ok(())
}

/// The trail of a journal that another process may be writing, oldest first.
pub(crate) fn file_trail(
    path: &Path,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<Entry>, SchemaError> {
    let db = open_read_only(path)?;
    db.busy_timeout(Duration::from_secs(5))?;
    if check_version(&db)? < super::schema::WITH_TRAIL {
        return Ok(Vec::new());
    }
    let mut entries = entries(&db, since, limit)?;
    entries.reverse();
    Ok(entries)
}
