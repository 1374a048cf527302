//! What was handed to the server and never acknowledged: it is looked for in the archive (XEP-0313)
//! before it is sent again. A server without an archive gets it a second time, which is the only
//! way to twice (contract, section 5).

use std::collections::HashSet;
use std::time::Duration;

use actix::prelude::*;
use jiff::Timestamp;
use tokio::time::timeout;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::Message;

use super::actor::Connection;
use super::asking::Question;
use super::outbox::{Receiver, dispatches, receivers};
use super::xep::archive::{self, Next, Search};
use crate::journal::{OpenOutbox, OutboxItem};

/// How long a page of the archive may take. A large archive on a slow disk needs its time, and what
/// waits here was sent once already.
const PAGE_WITHIN: Duration = Duration::from_secs(30);

/// What is looked for, or will be.
#[derive(Default)]
pub(super) struct Doubts {
    running: Option<Search>,
    /// For rooms that were not entered yet, or while another search runs.
    waiting: Vec<Search>,
}

impl Doubts {
    /// Whether something may be in this room's archive.
    pub(super) fn about(&self, room: &BareJid) -> bool {
        let is = |search: &&Search| search.room.as_ref() == Some(room);
        self.running.as_ref().into_iter().any(|search| is(&search))
            || self.waiting.iter().any(|search| is(&search))
    }
}

impl Connection {
    /// Sending begins: what never went out is made short, what may have arrived is looked for. In a
    /// session that was resumed XEP-0198 has told what arrived.
    pub(super) fn open_outbox(&mut self, resumed: bool, ctx: &mut Context<Self>) {
        self.outbox.shut();
        let Some(spec) = &self.spec else {
            return;
        };
        let opened = spec.ledger.open.send(OpenOutbox).into_actor(self);
        ctx.spawn(opened.map(move |doubtful, connection, ctx| {
            let doubtful = doubtful.unwrap_or_default();
            if !resumed {
                connection.look_for(&doubtful);
            }
            connection.search_on(ctx);
        }));
    }

    fn look_for(&mut self, doubtful: &[OutboxItem]) {
        let Some(spec) = &self.spec else {
            return;
        };
        let mut own = HashSet::new();
        let mut rooms: Vec<(BareJid, HashSet<String>)> = Vec::new();
        for item in doubtful {
            let to = receivers(&item.to, &spec.access, |_| true).unwrap_or_default();
            for dispatch in dispatches(item, to) {
                match dispatch.to {
                    Receiver::Person(_) => drop(own.insert(dispatch.id)),
                    Receiver::Room(room) => {
                        match rooms.iter_mut().find(|(other, _)| *other == room) {
                            Some((_, ids)) => drop(ids.insert(dispatch.id)),
                            None => rooms.push((room, HashSet::from([dispatch.id]))),
                        }
                    }
                }
            }
        }
        let sent = doubtful.iter().filter_map(|item| item.tried).min();
        let sent = sent.unwrap_or_else(Timestamp::now);
        self.doubts = Doubts::default();
        if !own.is_empty() {
            self.doubts.waiting.push(Search::new(None, own, sent));
        }
        let of_rooms = rooms.into_iter();
        self.doubts
            .waiting
            .extend(of_rooms.map(|(room, ids)| Search::new(Some(room), ids, sent)));
    }

    /// Starts the next search that can be made now; sending begins when our own archive is done.
    pub(super) fn search_on(&mut self, ctx: &mut Context<Self>) {
        if self.doubts.running.is_some() {
            return;
        }
        let rooms = &self.rooms;
        let possible = |search: &Search| match &search.room {
            None => true,
            Some(room) => rooms.entered(room),
        };
        if let Some(next) = self.doubts.waiting.iter().position(possible) {
            let search = self.doubts.waiting.remove(next);
            self.doubts.running = Some(search);
            return self.ask_page(ctx);
        }
        let after = self.outbox.open();
        self.pump(after, ctx);
    }

    fn ask_page(&mut self, ctx: &mut Context<Self>) {
        let Some(search) = &self.doubts.running else {
            return;
        };
        let to = search.room.clone().map(Jid::from);
        let question = Question::Set(search.question());
        let answer = timeout(PAGE_WITHIN, self.ask(question, to)).into_actor(self);
        ctx.spawn(answer.map(|answer, connection, ctx| {
            let Some(mut search) = connection.doubts.running.take() else {
                return;
            };
            let next = match answer {
                Ok(Ok(Ok(fin))) => search.page_ended(fin.as_ref()),
                Ok(Ok(Err(error))) => {
                    tracing::debug!(error, "no archive to look into");
                    Next::Done
                }
                Ok(Err(_)) | Err(_) => {
                    tracing::warn!("the archive does not answer; what it may hold is sent again");
                    Next::Done
                }
            };
            if next == Next::Ask {
                connection.doubts.running = Some(search);
                return connection.ask_page(ctx);
            }
            let wanted = search.wanted();
            let found = search.found();
            tracing::info!(
                wanted,
                found = found.len(),
                "archive asked for what was not acknowledged"
            );
            connection.outbox.learn(found);
            connection.search_on(ctx);
        }));
    }

    /// Takes a result of a search. False where the message is none, or not from the archive that was
    /// asked: then it is judged like any other, whatever is wrapped in it.
    pub(super) fn archived(&mut self, message: &Message) -> bool {
        match (&mut self.doubts.running, &self.spec) {
            (Some(search), Some(spec)) => search.result(message, &spec.account.jid),
            _ => false,
        }
    }

    /// A server that archives nothing unless told to could not be asked later.
    pub(super) fn have_alerts_archived(&mut self, ctx: &mut Context<Self>) {
        let Some(spec) = &self.spec else {
            return;
        };
        let known = spec.access.owner.iter().chain(&spec.access.support);
        let receivers: Vec<BareJid> = known.chain(&spec.others).cloned().collect();
        let prefs = self.ask(Question::Get(archive::preferences()), None);
        ctx.spawn(prefs.into_actor(self).map(move |answer, connection, _| {
            let set = match answer {
                Ok(Ok(Some(prefs))) => archive::to_be_archived(&prefs, &receivers),
                _ => None,
            };
            if let Some(set) = set {
                tracing::info!("archive asked to keep the alerts");
                drop(connection.ask(Question::Set(set), None));
            }
        }));
    }
}
