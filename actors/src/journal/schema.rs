//! Tables of the journal, and how older ones become today's.

use rusqlite::Connection;

/// Each step brings the file from its index to the next number of `user_version`. Steps are only
/// ever added.
const STEPS: &[&str] = &[
    "
    CREATE TABLE record (target TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        receiver TEXT NOT NULL,
        body TEXT NOT NULL,
        at INTEGER NOT NULL
    );
    CREATE TABLE change (
        n INTEGER PRIMARY KEY,
        target TEXT NOT NULL,
        at INTEGER NOT NULL,
        json TEXT NOT NULL
    );
    CREATE INDEX change_by_target ON change (target, at);
    CREATE INDEX change_by_time ON change (at);
    CREATE TABLE run (n INTEGER PRIMARY KEY, started INTEGER NOT NULL, alive INTEGER NOT NULL);
",
    // Lines in parts; when an item was first handed to the server (what an older version left may
    // have been); what was delivered and read; numbers that are never used twice.
    "
    ALTER TABLE outbox ADD COLUMN content TEXT NOT NULL DEFAULT '';
    ALTER TABLE outbox ADD COLUMN tried INTEGER;
    UPDATE outbox SET tried = at;
    CREATE TABLE delivery (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        receiver TEXT NOT NULL,
        at INTEGER NOT NULL,
        content TEXT NOT NULL,
        arrived INTEGER,
        read INTEGER
    );
    CREATE INDEX delivery_by_time ON delivery (at);
    CREATE TABLE steps (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        target TEXT NOT NULL,
        at INTEGER NOT NULL,
        json TEXT NOT NULL
    );
    INSERT INTO steps SELECT n, target, at, json FROM change;
    DROP TABLE change;
    ALTER TABLE steps RENAME TO change;
    CREATE INDEX change_by_target ON change (target, at);
    CREATE INDEX change_by_time ON change (at);
    CREATE TABLE told (change INTEGER NOT NULL, item TEXT NOT NULL, PRIMARY KEY (item, change)) WITHOUT ROWID;
    CREATE INDEX told_by_change ON told (change);
    CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (started INTEGER PRIMARY KEY, alive INTEGER NOT NULL);
    INSERT OR IGNORE INTO runs SELECT started, alive FROM run;
    DROP TABLE run;
    ALTER TABLE runs RENAME TO run;
",
    // Who did what, or tried to.
    "
    CREATE TABLE audit (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        by TEXT NOT NULL,
        json TEXT NOT NULL
    );
    CREATE INDEX audit_by_time ON audit (at);
",
];

/// From this format on there is an audit trail.
pub(super) const WITH_TRAIL: u32 = 3;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A later version of the program wrote it.
    #[error("written by a newer version (format {found}, this one knows {known})")]
    Newer {
        /// Its format.
        found: u32,
        /// The last that is known here.
        known: u32,
    },
    /// SQLite says no.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// The format of a file, where it is known here.
pub(super) fn check_version(db: &Connection) -> Result<u32, SchemaError> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(SchemaError::Newer { found, known });
    }
    Ok(found)
}

/// Makes the tables, or brings them up to date.
pub(super) fn migrate(db: &mut Connection) -> Result<(), SchemaError> {
    let found = check_version(db)?;
    let known = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
    for (number, step) in (1..=known).zip(STEPS).skip(found as usize) {
        let change = db.transaction()?;
        change.execute_batch(step)?;
        change.pragma_update(None, "user_version", number)?;
        change.commit()?;
    }
    Ok(())
}
