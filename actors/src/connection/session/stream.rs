//! The stanza stream and its fate.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{FutureExt, LocalBoxFuture};
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;
use tokio_xmpp::stanzastream::{Connection as Stream, Event, StanzaStream, StreamEvent};

use super::farewell::farewell;
use super::phase::{Phase, Suspended, attempt, jittered, sleep_until};
use super::{End, Mark, Order, SessionEvent};
use crate::connection::login::{Heard, LOGIN_DEADLINE, LoggedIn, Login, LoginError, Remedy};

/// How long a lost session is tried to be resumed; servers keep one for about this long.
const RESUME_FOR: Duration = Duration::from_secs(300);
/// A link that is lost sooner than this after it came, and again, is not resumed any more: whatever
/// ends it may come of what is resumed.
const TOO_YOUNG: Duration = Duration::from_secs(3);
const MOST_YOUNG: u32 = 3;
/// The pause before the first attempt to resume.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause between two attempts to resume.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long a stream may take to close.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// Stanzas that wait in each direction.
const DEPTH: usize = 64;
/// So many are handed to the stream before the wire has taken them. With fewer than [`DEPTH`] (and
/// the pings behind them) handing one over never waits: a link that stalls would otherwise hold up
/// the news that it is dead.
const UNSENT: usize = DEPTH / 4;

pub(super) struct Session {
    login: Login,
    pub(super) stream: StanzaStream,
    slots: mpsc::UnboundedReceiver<oneshot::Sender<Stream>>,
    /// Where the stream waits for a new connection.
    slot: Option<oneshot::Sender<Stream>>,
    heard: Heard,
    peer: String,
    mechanism: &'static str,
    /// Whether the server acknowledges (XEP-0198); where not, the answer to a ping shows that all
    /// before it arrived.
    pub(super) acknowledges: bool,
    pub(super) waiting: FuturesUnordered<LocalBoxFuture<'static, (Mark, bool)>>,
    pub(super) unproven: Vec<(String, Mark)>,
    pub(super) unsent: FuturesUnordered<LocalBoxFuture<'static, ()>>,
    phase: Phase,
    /// Why the link was lost last.
    lost: String,
    /// How many times in a row it was lost soon after it came.
    young: u32,
    events: mpsc::Sender<SessionEvent>,
}

impl Session {
    /// Makes a session of a stream that is logged in, until `due`.
    pub(super) fn new(
        login: Login,
        logged_in: LoggedIn,
        due: Instant,
        events: mpsc::Sender<SessionEvent>,
    ) -> Self {
        let (to_slots, slots) = mpsc::unbounded_channel();
        let mut first = Some(logged_in.stream);
        let connector = move |_location, slot: oneshot::Sender<Stream>| match first.take() {
            // A worker that is gone by now needs no stream.
            Some(stream) => drop(slot.send(stream)),
            None => drop(to_slots.send(slot)),
        };
        Self {
            login,
            stream: StanzaStream::new(Box::new(connector), DEPTH),
            slots,
            slot: None,
            heard: logged_in.heard,
            peer: logged_in.peer,
            mechanism: logged_in.mechanism,
            acknowledges: false,
            waiting: FuturesUnordered::new(),
            unproven: Vec::new(),
            unsent: FuturesUnordered::new(),
            phase: Phase::Negotiating {
                due,
                resuming: false,
            },
            lost: String::new(),
            young: 0,
            events,
        }
    }

    /// Runs to the end.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>, close: &Notify) -> End {
        let end = loop {
            let bound = matches!(self.phase, Phase::Bound { .. });
            let due = self.phase.due();
            let takes = bound && self.unsent.len() < UNSENT;
            let step = tokio::select! {
                event = self.stream.next() => self.stream_event(event).await,
                order = orders.recv(), if takes => match order {
                    Some(order) => self.send(order).await,
                    None => Err(End::Closed),
                },
                Some(()) = self.unsent.next() => Ok(()),
                Some((mark, arrived)) = self.waiting.next() => self.settled(mark, arrived).await,
                Some(slot) = self.slots.recv() => {
                    self.slot = Some(slot);
                    Ok(())
                }
                result = attempt(&mut self.phase) => self.attempted(result),
                () = sleep_until(due) => Err(self.too_late()),
                () = close.notified() => Err(End::Closed),
            };
            if let Err(end) = step {
                break end;
            }
        };
        self.last_news().await;
        self.finish(matches!(end, End::Closed)).await;
        end
    }

    pub(super) async fn tell(&self, event: SessionEvent) -> Result<(), End> {
        self.events.send(event).await.map_err(|_| End::Closed)
    }

    async fn stream_event(&mut self, event: Option<Event>) -> Result<(), End> {
        match event {
            Some(Event::Stanza(stanza)) => self.stanza(stanza).await,
            Some(Event::Stream(StreamEvent::Reset {
                bound_jid,
                features,
            })) => {
                if !matches!(
                    self.phase,
                    Phase::Negotiating {
                        resuming: false,
                        ..
                    }
                ) {
                    return Err(self.not_resumed());
                }
                self.acknowledges = features.stream_management.is_some();
                self.phase = Phase::Bound {
                    since: Instant::now(),
                };
                self.tell(SessionEvent::Bound {
                    jid: bound_jid,
                    peer: self.peer.clone(),
                    mechanism: self.mechanism,
                })
                .await
            }
            Some(Event::Stream(StreamEvent::Resumed)) => {
                self.phase = Phase::Bound {
                    since: Instant::now(),
                };
                self.tell(SessionEvent::Resumed).await
            }
            Some(Event::Stream(StreamEvent::Suspended)) => self.suspended().await,
            None => Err(End::Lost("the stream ended".into())),
        }
    }

    async fn suspended(&mut self) -> Result<(), End> {
        if let Some(error) = self.heard.stream_error() {
            // The server meant it; it keeps nothing to be resumed.
            return Err(self.login.memory.ended(error).into());
        }
        let why = self.heard.why_it_ended();
        let now = Instant::now();
        match &self.phase {
            Phase::Bound { since } if self.acknowledges => {
                let young = now.saturating_duration_since(*since) < TOO_YOUNG;
                self.young = if young { self.young + 1 } else { 0 };
                if self.young > MOST_YOUNG {
                    return Err(End::Lost(why));
                }
            }
            Phase::Negotiating { resuming: true, .. } => return Err(self.not_resumed()),
            _ => return Err(End::Lost(why)),
        }
        self.lost.clone_from(&why);
        let pause = FIRST_PAUSE * 2u32.pow(self.young);
        self.phase = Phase::Suspended(Suspended {
            until: now + RESUME_FOR,
            pause,
            attempt: Some(self.attempt_after(jittered(pause))),
            missed: None,
        });
        self.tell(SessionEvent::Suspended(why)).await
    }

    fn attempt_after(
        &self,
        pause: Duration,
    ) -> LocalBoxFuture<'static, Result<LoggedIn, LoginError>> {
        let login = self.login.clone();
        async move {
            tokio::time::sleep(pause).await;
            login.run(LOGIN_DEADLINE).await
        }
        .boxed_local()
    }

    fn attempted(&mut self, result: Result<LoggedIn, LoginError>) -> Result<(), End> {
        let Phase::Suspended(suspended) = &mut self.phase else {
            return Ok(());
        };
        suspended.attempt = None;
        match result {
            Ok(logged_in) => {
                let Some(slot) = self.take_slot() else {
                    return Err(End::Lost("the stream ended".into()));
                };
                self.heard = logged_in.heard;
                self.peer = logged_in.peer;
                self.phase = Phase::Negotiating {
                    due: Instant::now() + LOGIN_DEADLINE,
                    resuming: true,
                };
                slot.send(logged_in.stream)
                    .map_err(|_| End::Lost("the stream ended".into()))
            }
            Err(error) if error.remedy() == Remedy::Retry => {
                let pause = (suspended.pause * 2).min(LONGEST_PAUSE);
                suspended.pause = pause;
                suspended.missed(&error.to_string());
                let next = self.attempt_after(jittered(pause));
                if let Phase::Suspended(suspended) = &mut self.phase {
                    suspended.attempt = Some(next);
                }
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn not_resumed(&self) -> End {
        let lost = &self.lost;
        End::Lost(format!("{lost}, and the session was not resumed"))
    }

    fn take_slot(&mut self) -> Option<oneshot::Sender<Stream>> {
        self.slot.take().or_else(|| self.slots.try_recv().ok())
    }

    fn too_late(&self) -> End {
        match &self.phase {
            Phase::Negotiating { .. } => {
                End::Lost(format!("no session within {}s", LOGIN_DEADLINE.as_secs()))
            }
            _ => self.not_resumed(),
        }
    }

    /// Closes the stream; politely where asked, and so that nothing of it is left.
    async fn finish(mut self, politely: bool) {
        let slot = self.take_slot();
        if politely && slot.is_none() {
            let closed = tokio::time::timeout(CLOSE_WITHIN, self.stream.close()).await;
            if closed.is_err() {
                tracing::debug!("stream not closed in time");
            }
            return;
        }
        drop(self.stream);
        let slot = slot.or_else(|| self.slots.try_recv().ok());
        if let (Some(slot), Some(farewell)) = (slot, farewell(&self.login).await) {
            // The worker may have noticed by itself.
            let _ended = slot.send(farewell);
        }
    }
}
