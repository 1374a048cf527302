//! The journal's file on disk: opened, looked over, and set aside where it holds nonsense.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hostmessenger_config::{create_private, is_on_share, replace_file};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::schema::{self, SchemaError};

/// Opens or makes the file, whole and in today's form.
pub(super) fn open_file(path: &Path) -> Result<Connection, SchemaError> {
    make_private(path);
    let mut db = Connection::open(path)?;
    // The index of a write-ahead log is shared memory, which a share does not have (sqlite.org/wal.html).
    let log = if is_on_share(path) { "TRUNCATE" } else { "WAL" };
    db.pragma_update(None, "journal_mode", log)?;
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

/// Made first, so that it is never readable by others, not even for a moment. Its log takes its mode from
/// it on Unix, and elsewhere what the folder says.
fn make_private(path: &Path) {
    let logs = match is_on_share(path) {
        _ if cfg!(not(windows)) => &[][..],
        true => &["-journal"],
        false => &["-wal", "-shm"],
    };
    let logs = logs
        .iter()
        .map(|log| path.with_extension(format!("db{log}")));
    for file in std::iter::once(path.to_owned()).chain(logs) {
        match create_private(&file) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                tracing::debug!(%error, file = %file.display(), "journal file not made");
            }
            _ => {}
        }
    }
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
pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ").to_string();
    let named = |suffix: &str| path.with_extension(format!("db{suffix}"));
    let kept = named(&format!(".broken-{stamp}"));
    replace_file(path, &kept)?;
    for log in ["-wal", "-shm"] {
        let to = named(&format!(".broken-{stamp}{log}"));
        match replace_file(&named(log), &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(kept)
}
