//! The outbox in SQLite: what waits for the server, what it has, and what was read. Only the store's
//! thread calls this.

use hostmessenger_config::{AlertTo, Language};
use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};
use xmpp_parsers::jid::BareJid;

use super::db::{NewMessage, timestamp, to_json};
use super::{OutboxItem, Receipt};
use crate::alerts::digest::{self, Content};
use crate::alerts::line::Line;
use crate::wording::alerts as say;

/// More than this does not wait in pieces.
const MOST_WAITING: u32 = 200;

/// Puts a message behind all others. Returns its id: stanza and origin id (XEP-0359) at every
/// attempt, and nobody can guess it.
pub(super) fn add(change: &Transaction<'_>, message: &NewMessage) -> rusqlite::Result<String> {
    let id = format!("{:032x}", fastrand::u128(..));
    change
        .prepare_cached(
            "INSERT INTO outbox (id, receiver, body, at, content) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            id,
            receiver_to_text(&message.to),
            message.body,
            message.at.as_millisecond(),
            to_json(&message.content)?
        ])?;
    Ok(id)
}

/// What waits with a higher number, in order.
pub(super) fn waiting(
    db: &Connection,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<OutboxItem>> {
    let mut query = db.prepare_cached(
        "SELECT seq, id, receiver, body, at, tried FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let rows = query.query_map(params![after, limit], item)?;
    rows.collect()
}

/// What was handed to the server, which has not acknowledged it: it may have it.
pub(super) fn doubtful(db: &Connection, limit: u32) -> rusqlite::Result<Vec<OutboxItem>> {
    let mut query = db.prepare_cached(
        "SELECT seq, id, receiver, body, at, tried FROM outbox \
         WHERE tried IS NOT NULL ORDER BY seq LIMIT ?1",
    )?;
    let rows = query.query_map([limit], item)?;
    rows.collect()
}

fn item(row: &Row<'_>) -> rusqlite::Result<OutboxItem> {
    let receiver: String = row.get(2)?;
    Ok(OutboxItem {
        seq: row.get(0)?,
        id: row.get(1)?,
        // A receiver that cannot be read: the owner hears of it rather than nobody.
        to: receiver_from_text(&receiver).unwrap_or(AlertTo::Owner),
        body: row.get(3)?,
        at: timestamp(row.get(4)?),
        tried: row.get::<_, Option<i64>>(5)?.map(timestamp),
    })
}

/// These are about to be handed to the server: from now on nobody but the server knows for sure
/// whether it has them. Returns those that still wait.
pub(super) fn begin(
    db: &mut Connection,
    seqs: &[i64],
    now: Timestamp,
) -> rusqlite::Result<Vec<i64>> {
    let change = db.transaction()?;
    let mut there = Vec::with_capacity(seqs.len());
    for &seq in seqs {
        let known = change
            .prepare_cached("UPDATE outbox SET tried = coalesce(tried, ?2) WHERE seq = ?1")?
            .execute(params![seq, now.as_millisecond()])?;
        if known > 0 {
            there.push(seq);
        }
    }
    change.commit()?;
    Ok(there)
}

/// The server has it: it waits no more.
pub(super) fn delivered(db: &mut Connection, seq: i64) -> rusqlite::Result<()> {
    let change = db.transaction()?;
    keep_trace(&change, "seq = ?1", seq)?;
    change
        .prepare_cached("DELETE FROM outbox WHERE seq = ?1")?
        .execute([seq])?;
    change.commit()
}

fn keep_trace(
    change: &Transaction<'_>,
    which: &str,
    key: impl rusqlite::ToSql,
) -> rusqlite::Result<()> {
    let copy = format!(
        "INSERT OR IGNORE INTO delivery (seq, id, receiver, at, content) \
         SELECT seq, id, receiver, at, content FROM outbox WHERE {which}"
    );
    change.prepare_cached(&copy)?.execute([key]).map(drop)
}

/// Makes one message for each receiver of all that waits for him and was never handed to the
/// server.
pub(super) fn condense(db: &mut Connection, lang: Language) -> rusqlite::Result<()> {
    let change = db.transaction()?;
    let receivers: Vec<String> = change
        .prepare_cached(
            "SELECT receiver FROM outbox WHERE tried IS NULL GROUP BY receiver HAVING count(*) > 1",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for receiver in receivers {
        merge(&change, &receiver, lang)?;
    }
    change.commit()
}

fn merge(change: &Transaction<'_>, receiver: &str, lang: Language) -> rusqlite::Result<()> {
    let mut query = change.prepare_cached(
        "SELECT id, body, at, content FROM outbox WHERE tried IS NULL AND receiver = ?1 ORDER BY seq",
    )?;
    let rows = query.query_map([receiver], |row| {
        let (body, at, content): (String, i64, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let content = serde_json::from_str(&content)
            .unwrap_or_else(|_| Content::of(vec![Line::notice(body, timestamp(at))]));
        Ok((row.get::<_, String>(0)?, timestamp(at), content))
    })?;
    let old: Vec<(String, Timestamp, Content)> = rows.collect::<rusqlite::Result<_>>()?;
    // As old as the youngest of what it tells.
    let Some(at) = old.iter().map(|(_, at, _)| *at).max() else {
        return Ok(());
    };
    let content = digest::merge(old.iter().map(|(_, _, content)| content.clone()));
    let message = NewMessage {
        to: receiver_from_text(receiver).unwrap_or(AlertTo::Owner),
        body: say::body(lang, &content),
        content,
        at,
    };
    let new = add(change, &message)?;
    for (id, ..) in &old {
        change
            .prepare_cached("UPDATE OR IGNORE told SET item = ?2 WHERE item = ?1")?
            .execute([id, &new])?;
        change
            .prepare_cached("DELETE FROM told WHERE item = ?1")?
            .execute([id])?;
        change
            .prepare_cached("DELETE FROM outbox WHERE id = ?1")?
            .execute([id])?;
    }
    Ok(())
}

/// The same where so much waits that it would be a burden: nobody can be told for long.
pub(super) fn condense_many(db: &mut Connection, lang: Language) -> rusqlite::Result<()> {
    let untried: u32 = db
        .prepare_cached("SELECT count(*) FROM outbox WHERE tried IS NULL")?
        .query_row([], |row| row.get(0))?;
    if untried > MOST_WAITING {
        condense(db, lang)?;
    }
    Ok(())
}

/// Notes that an item arrived at a client, or was read there; with it all before it that the same
/// receiver got (XEP-0333, 5.3). `by`: what the sender may be called as a receiver. Returns the
/// lines that were read by this.
pub(super) fn receipt(
    db: &mut Connection,
    receipt: &Receipt,
    now: Timestamp,
) -> rusqlite::Result<Vec<Line>> {
    let by: Vec<String> = receipt.by.iter().map(receiver_to_text).collect();
    let change = db.transaction()?;
    let mut lines = Vec::new();
    for receiver in &by {
        let Some(seq) = last_meant(&change, receipt.id.as_deref(), receiver)? else {
            continue;
        };
        if receipt.read {
            lines.extend(read(&change, receiver, seq, now)?);
        } else {
            change
                .prepare_cached(
                    "UPDATE delivery SET arrived = ?2 WHERE seq = ?1 AND arrived IS NULL",
                )?
                .execute([seq, now.as_millisecond()])?;
        }
    }
    change.commit()?;
    Ok(lines)
}

/// The number of the item with this id, or of the last one, that this receiver got.
fn last_meant(
    change: &Transaction<'_>,
    id: Option<&str>,
    receiver: &str,
) -> rusqlite::Result<Option<i64>> {
    if let Some(id) = id {
        // Who has it may be faster than the server's acknowledgement.
        keep_trace(change, "id = ?1", id)?;
    }
    let mut query = change.prepare_cached(
        "SELECT seq FROM delivery WHERE receiver = ?1 AND (?2 IS NULL OR id = ?2) \
         ORDER BY seq DESC LIMIT 1",
    )?;
    let mut rows = query.query_map(params![receiver, id], |row| row.get(0))?;
    rows.next().transpose()
}

fn read(
    change: &Transaction<'_>,
    receiver: &str,
    up_to: i64,
    now: Timestamp,
) -> rusqlite::Result<Vec<Line>> {
    let mut query = change.prepare_cached(
        "UPDATE delivery SET read = ?3 WHERE receiver = ?1 AND seq <= ?2 AND read IS NULL \
         RETURNING content",
    )?;
    let rows = query.query_map(params![receiver, up_to, now.as_millisecond()], |row| {
        row.get::<_, String>(0)
    })?;
    let mut lines = Vec::new();
    for row in rows {
        let content: Content = serde_json::from_str(&row?).unwrap_or_default();
        lines.extend(content.lines);
    }
    Ok(lines)
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
