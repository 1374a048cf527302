//! From one database to another, row by row: into memory while the file cannot be written, back
//! when it can, and out of a broken file what can still be read.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// A table, and how much of it is taken into memory: history may be long.
struct Table {
    name: &'static str,
    newest: Option<u32>,
    /// Rows that are gone in memory are gone in the file too.
    replaced: bool,
}

const fn all_of(name: &'static str) -> Table {
    Table {
        name,
        newest: None,
        replaced: true,
    }
}

const fn newest_of(name: &'static str) -> Table {
    Table {
        name,
        newest: Some(1_000),
        replaced: false,
    }
}

/// Tables whose rows have numbers that rise for ever.
const COUNTED: [&str; 3] = ["outbox", "change", "audit"];

/// In the order of their worth: states and what waits come first.
const TABLES: &[Table] = &[
    all_of("record"),
    all_of("outbox"),
    all_of("note"),
    newest_of("change"),
    newest_of("audit"),
    newest_of("delivery"),
    newest_of("run"),
    Table {
        name: "told",
        newest: None,
        replaced: false,
    },
];

/// Copies what the program needs. Says whether all of it could be read.
pub(super) fn copy(from: &Connection, to: &mut Connection) -> rusqlite::Result<bool> {
    let change = to.transaction()?;
    let mut whole = true;
    for table in TABLES {
        let order = match table.newest {
            Some(rows) => format!("ORDER BY 1 DESC LIMIT {rows}"),
            None => String::new(),
        };
        whole &= copy_rows(from, &change, table.name, &order).is_ok();
    }
    whole &= go_on_counting(from, &change).is_ok();
    change.commit()?;
    Ok(whole)
}

/// Brings the file up to what memory holds, in one transaction. `whole`: memory began with all that
/// the file held.
pub(super) fn bring_back(
    memory: &Connection,
    file: &mut Connection,
    whole: bool,
) -> rusqlite::Result<()> {
    let change = file.transaction()?;
    for table in TABLES {
        if whole && table.replaced {
            change.execute(&format!("DELETE FROM {}", table.name), [])?;
        }
        copy_rows(memory, &change, table.name, "")?;
    }
    go_on_counting(memory, &change)?;
    change.commit()
}

fn copy_rows(from: &Connection, to: &Connection, table: &str, order: &str) -> rusqlite::Result<()> {
    let mut select = from.prepare(&format!("SELECT * FROM {table} {order}"))?;
    let columns = select.column_names().collect::<Vec<_>>().join(", ");
    let count = select.column_count();
    let places = vec!["?"; count].join(", ");
    let mut insert = to.prepare(&format!(
        "INSERT OR REPLACE INTO {table} ({columns}) VALUES ({places})"
    ))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..count)
            .map(|at| row.get::<_, Value>(at))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        insert.execute(params_from_iter(values))?;
    }
    Ok(())
}

/// Numbers that were given are never given again, whatever became of their rows: the link knows by
/// them how far it has read.
fn go_on_counting(from: &Connection, to: &Connection) -> rusqlite::Result<()> {
    for table in COUNTED {
        let given = given(from, table)?.max(given(to, table)?);
        count_from(to, table, given)?;
    }
    Ok(())
}

fn given(db: &Connection, table: &str) -> rusqlite::Result<i64> {
    let mut query = db.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?;
    let given = query.query_map([table], |row| row.get(0))?.next();
    given.unwrap_or(Ok(0))
}

fn count_from(db: &Connection, table: &str, number: i64) -> rusqlite::Result<()> {
    db.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [table])?;
    let new = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
    db.execute(new, rusqlite::params![table, number]).map(drop)
}

/// Numbers from here on are higher than any that an earlier file gave: what is on its way is known
/// by them.
pub(super) fn skip_numbers(db: &Connection, above: i64) -> rusqlite::Result<()> {
    COUNTED
        .iter()
        .try_for_each(|table| count_from(db, table, above))
}
