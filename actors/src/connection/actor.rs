//! The actor: one session a life, and what others ask of it.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use futures_util::stream::poll_fn;
use tokio::sync::{Notify, mpsc};
use tokio_xmpp::Stanza;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::ping::Ping;
use xmpp_parsers::presence::{Presence, Type};
use xmpp_parsers::roster::Roster;

use super::asked::ANSWER_WITHIN;
use super::asking::Asked;
use super::doubt::Doubts;
use super::login::{Login, system_resolver};
use super::outbox::{Outbox, WINDOW};
use super::session::{self, End, Mark, Order, SessionEvent, SessionHandle};
use super::xep::muc::Rooms;
use super::{ConnectionSpec, stanzas};
use crate::alerts::{HealthSummary, Link};
use crate::journal::{AskSummary, LinkChanged};
use crate::supervised;
use crate::supervision::{Child, Life, aside, panics, tell_recipient};

/// Stanzas that wait for the session.
const WAITING: usize = 256;
/// How long what is on its way may take to be acknowledged when the program ends.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often a room that did not let us in is asked again.
const ROOMS_AGAIN: Duration = Duration::from_secs(120);

/// A login, for the log.
pub(super) struct Connected {
    pub(super) jid: Jid,
    pub(super) peer: String,
    pub(super) mechanism: &'static str,
}

/// The XMPP link.
pub struct Connection {
    pub(super) spec: Option<ConnectionSpec>,
    pub(super) life: Life,
    session: Option<SessionHandle>,
    pub(super) link: Link,
    pub(super) outbox: Outbox,
    pub(super) rooms: Rooms,
    pub(super) asked: HashMap<String, Asked>,
    pub(super) doubts: Doubts,
    /// Persons who were sent an alert in this life.
    pub(super) told: HashSet<BareJid>,
    shown: Option<HealthSummary>,
    /// What is to be logged of the login, once it is done.
    pub(super) news: Option<Connected>,
    pub(super) closing: bool,
    /// Our full address.
    pub(super) full: Option<Jid>,
    /// Other sessions of our account that were asked who they are.
    pub(super) rivals: HashSet<Jid>,
    /// Why the program ends: another one keeps the account.
    pub(super) yielded: Option<String>,
}

impl Connection {
    fn start_session(&mut self, spec: &ConnectionSpec, ctx: &mut Context<Self>) {
        let login = Login {
            account: spec.account.clone(),
            tls: spec.tls.clone(),
            resolver: system_resolver(),
            memory: spec.memory.clone(),
            register: None,
        };
        let (orders, waiting) = mpsc::channel(WAITING);
        let (events, mut heard) = mpsc::channel(WAITING);
        let close = Rc::new(Notify::new());
        let run = session::run(login, waiting, Rc::clone(&close), events);
        let task = aside(run).into_actor(self);
        ctx.spawn(task.map(|ended, connection, ctx| {
            if let Err(error) = ended
                && let Ok(panic) = error.try_into_panic()
            {
                let life = connection.life.clone();
                life.panicked(ctx, panics::caught(&*panic));
            }
        }));
        ctx.add_stream(poll_fn(move |cx| heard.poll_recv(cx)));
        self.session = Some(SessionHandle { orders, close });
    }

    /// Hands a stanza to the session. Where none flows it is dropped: what matters is in the
    /// journal. For alerts there is always room: others leave it.
    pub(super) fn send(&self, stanza: impl Into<Stanza>, mark: Option<Mark>) {
        let Some(session) = &self.session else {
            return;
        };
        if mark.is_none() && session.orders.capacity() <= WINDOW {
            return tracing::debug!("stanza dropped, too many wait");
        }
        let stanza = Box::new(stanza.into());
        if let Err(error) = session.orders.try_send(Order { stanza, mark }) {
            tracing::debug!(%error, "stanza dropped");
        }
    }

    pub(super) fn link_is(&mut self, link: Link) {
        self.link = link;
        if let Some(spec) = &self.spec {
            tell_recipient(&spec.link, LinkChanged(link));
        }
    }

    /// After a login: what a fresh session needs.
    pub(super) fn bound(&mut self, ctx: &mut Context<Self>) {
        self.outbox = Outbox::default();
        self.doubts = Doubts::default();
        self.rooms = Rooms::default();
        self.rivals.clear();
        self.shown = None;
        let roster = Roster {
            ver: None,
            items: Vec::new(),
        };
        let roster = self.ask_server(roster.into(), false).into_actor(self);
        ctx.spawn(roster.map(|answer, connection, _| connection.roster_came(answer)));
        self.show_current_health(ctx);
        ctx.run_interval(ROOMS_AGAIN, |connection, ctx| {
            connection.rooms.forget_refusals();
            let after = connection.outbox.rewind();
            connection.pump(after, ctx);
        });
        self.have_alerts_archived(ctx);
        self.open_outbox(false, ctx);
    }

    pub(super) fn show_current_health(&mut self, ctx: &mut Context<Self>) {
        let Some(spec) = &self.spec else {
            return;
        };
        let summary = spec.summary.send(AskSummary).into_actor(self);
        ctx.spawn(summary.map(|summary, connection, ctx| {
            connection.show_health(summary.unwrap_or_default());
            connection.announce_soon(ctx);
        }));
    }

    /// Logs the login once the server has taken our presence: only then does a message to our bare
    /// address reach us, and who reads the log may send one.
    fn announce_soon(&mut self, ctx: &mut Context<Self>) {
        if self.news.is_none() {
            return;
        }
        let pong = tokio::time::timeout(ANSWER_WITHIN, self.ask_server(Ping.into(), true));
        ctx.spawn(pong.into_actor(self).map(|_, connection, _| {
            if let Some(news) = connection.news.take() {
                let Connected {
                    jid,
                    peer,
                    mechanism,
                } = news;
                tracing::info!(%jid, peer, mechanism, resumed = false, "connected");
            }
        }));
    }

    pub(super) fn show_health(&mut self, health: HealthSummary) {
        let Some(spec) = &self.spec else {
            return;
        };
        if self.link == Link::Up && self.shown.as_ref() != Some(&health) {
            self.send(stanzas::health(spec.lang, &health), None);
            self.shown = Some(health);
        }
    }

    pub(super) fn ended(&mut self, end: End, ctx: &mut Context<Self>) {
        self.session = None;
        if self.give_way(ctx) {
            return;
        }
        let life = self.life.clone();
        if self.closing {
            return ctx.stop();
        }
        if self.link == Link::Up && self.news.is_none() {
            disconnected(match &end {
                End::Closed => "closed",
                End::Lost(why) | End::LostFor(why, _) | End::Hopeless(why) => why,
            });
        }
        self.link_is(Link::Down);
        match end {
            End::Closed => life.fail(ctx, "link lost: closed"),
            End::Lost(why) => life.fail(ctx, format!("link lost: {why}")),
            End::LostFor(why, delay) => {
                life.fail_after_at_least(ctx, format!("link lost: {why}"), delay);
            }
            End::Hopeless(why) => {
                let jid = self.spec.as_ref().map(|spec| spec.account.jid.to_string());
                let jid = jid.unwrap_or_default();
                life.fatal(ctx, format!("cannot log in as {jid}: {why}"));
            }
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(session) = &self.session {
            self.send(Presence::new(Type::Unavailable), None);
            session.close.notify_one();
        }
    }
}

/// The link is gone: a line that scripts rely on.
pub(super) fn disconnected(reason: &str) {
    tracing::warn!(reason, "disconnected");
}

impl Child for Connection {
    type Spec = Option<ConnectionSpec>;

    fn new(spec: Option<ConnectionSpec>, life: Life) -> Self {
        let link = match spec {
            Some(_) => Link::Down,
            None => Link::None,
        };
        Self {
            spec,
            life,
            session: None,
            link,
            outbox: Outbox::default(),
            rooms: Rooms::default(),
            asked: HashMap::new(),
            doubts: Doubts::default(),
            told: HashSet::new(),
            shown: None,
            news: None,
            closing: false,
            full: None,
            rivals: HashSet::new(),
            yielded: None,
        }
    }

    fn origin(&self) -> (Option<ConnectionSpec>, Life) {
        (self.spec.clone(), self.life.clone())
    }

    fn begin(&mut self, ctx: &mut Context<Self>) {
        if let Some(spec) = self.spec.clone() {
            self.start_session(&spec, ctx);
        }
    }

    /// Lets what is on its way arrive, says goodbye, and stops when the stream is closed.
    fn wind_down(&mut self, ctx: &mut Context<Self>) {
        if self.session.is_none() {
            return ctx.stop();
        }
        self.closing = true;
        if self.link != Link::Up || self.outbox.is_idle() {
            return self.close();
        }
        ctx.run_later(LAST_WORDS, |connection, _| connection.close());
    }
}

supervised!(Connection);

impl StreamHandler<SessionEvent> for Connection {
    fn handle(&mut self, event: SessionEvent, ctx: &mut Context<Self>) {
        self.session_event(event, ctx);
    }

    fn finished(&mut self, ctx: &mut Context<Self>) {
        if self.give_way(ctx) {
            return;
        }
        if self.session.take().is_some() {
            let life = self.life.clone();
            life.fail(ctx, "link lost: the session ended without a word");
        }
    }
}
