//! The journal's file on disk: opened, looked over, and set aside where it holds nonsense.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::schema::{self, SchemaError};

/// Opens or makes the file, whole and in today's form.
pub(super) fn open_file(path: &Path) -> Result<Connection, SchemaError> {
    // Made first, so that it is never readable by others, not even for a moment.
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Err(error) = options.open(path) {
        tracing::debug!(%error, "journal file not made");
    }
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // An alert that is not on disk is not safe from a power cut.
    db.pragma_update(None, "synchronous", "FULL")?;
    set_limits(&db)?;
    let check: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if check != "ok" {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
            Some(check),
        )
        .into());
    }
    schema::migrate(&mut db)?;
    Ok(db)
}

/// On a medium that cannot be written SQLite may not even keep its index of the log; then the file is
/// read as it stands.
pub(super) fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let encoded = percent_encoding::percent_encode(
        path.as_os_str().as_encoded_bytes(),
        percent_encoding::NON_ALPHANUMERIC,
    );
    let open = |how: &str| {
        let file = Connection::open_with_flags(format!("file:{encoded}{how}"), flags)?;
        file.query_row("SELECT count(*) FROM record", [], |_| Ok(()))?;
        Ok(file)
    };
    open("").or_else(|_: rusqlite::Error| open("?immutable=1"))
}

pub(super) fn open_memory() -> Result<Connection, SchemaError> {
    let mut db = Connection::open_in_memory()?;
    set_limits(&db)?;
    schema::migrate(&mut db)?;
    Ok(db)
}

/// A quarter of a megabyte of cache is plenty for a few hundred rows.
fn set_limits(db: &Connection) -> Result<(), rusqlite::Error> {
    db.pragma_update(None, "cache_size", -256)?;
    db.busy_timeout(Duration::from_secs(5))
}

/// Renames a file that holds nonsense, with its log, which belongs to it.
pub(super) fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ").to_string();
    let named = |suffix: &str| path.with_extension(format!("db{suffix}"));
    let kept = named(&format!(".broken-{stamp}"));
    std::fs::rename(path, &kept)?;
    for log in ["-wal", "-shm"] {
        let to = named(&format!(".broken-{stamp}{log}"));
        match std::fs::rename(named(log), to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(kept)
}
