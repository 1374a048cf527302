//! A handover that is on its way: kept across restarts, and changed together with what is said and
//! audited about it.

use actix::prelude::*;
use rusqlite::Connection;

use super::actor::Journal;
use super::db::{self, Batch, NewMessage};
use super::{AskOffer, NoteOffer};
use crate::alerts::digest::Content;
use crate::alerts::line::Line;
use crate::audit::Entry;
use crate::authorizer::handover::Offer;
use crate::wording::alerts as say;

/// The key of its note.
const KEY: &str = "handover";

/// What is noted, if anything that can be read.
fn noted(db: &Connection) -> rusqlite::Result<Option<Offer>> {
    let text = db
        .prepare_cached("SELECT value FROM note WHERE key = ?1")?
        .query_map([KEY], |row| row.get::<_, String>(0))?
        .next()
        .transpose()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Notes how it stands.
pub(super) fn note(db: &Connection, offer: Option<&Offer>) -> rusqlite::Result<()> {
    match offer {
        None => db.execute("DELETE FROM note WHERE key = ?1", [KEY]),
        Some(offer) => db.execute(
            "INSERT OR REPLACE INTO note (key, value) VALUES (?1, ?2)",
            [KEY, db::to_json(offer)?.as_str()],
        ),
    }
    .map(drop)
}

impl Handler<AskOffer> for Journal {
    type Result = ResponseFuture<Result<Option<Offer>, String>>;

    fn handle(&mut self, _: AskOffer, _: &mut Context<Self>) -> Self::Result {
        let offer = self.spec.store.ask(|db| noted(db));
        Box::pin(async { offer.await.map_err(|error| error.to_string()) })
    }
}

impl Handler<NoteOffer> for Journal {
    type Result = ResponseActFuture<Self, Result<(), String>>;

    fn handle(&mut self, what: NoteOffer, _: &mut Context<Self>) -> Self::Result {
        let (now, lang) = (self.spec.clock.now().wall, self.spec.lang);
        let message = |(to, text): (_, String)| {
            let content = Content::of(vec![Line::notice(text, now)]);
            NewMessage {
                to,
                body: say::body(lang, &content),
                content,
                at: now,
            }
        };
        let entry = |audited| Entry::new(now, audited);
        let batch = Batch {
            messages: what.say.into_iter().map(message).collect(),
            audit: what.audited.into_iter().map(entry).collect(),
            offer: Some(what.offer.into()),
            ..Batch::default()
        };
        let written = self.spec.store.commit(batch).into_actor(self);
        Box::pin(written.map(|written, journal, ctx| {
            journal.tell_troubles(ctx);
            journal.outbox_grew(ctx);
            written.map_err(|error| error.to_string())
        }))
    }
}
