//! One session: the stanza stream, what becomes of a lost link, and what was acknowledged.
//!
//! ```text
//! logging in ──▶ bound ──▶ suspended ──▶ bound (resumed, XEP-0198)
//!      │           │           │
//!      └───────────┴───────────┴──▶ ended: why, and how long to stay away
//! ```
//!
//! It runs in a task that may be thrown away; the actor hears of it by events. A trap: the stanza
//! stream's worker panics where its connector drops the slot for a new connection. Slots therefore
//! come here, and one that is left over is filled with a stream that ends at once.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use tokio_xmpp::Stanza;
use xmpp_parsers::jid::Jid;

use super::login::{LOGIN_DEADLINE, Login, LoginError, Remedy};

mod delivery;
mod farewell;
mod phase;
mod stream;

use stream::Session;

/// What the session tells.
#[derive(Debug)]
pub enum SessionEvent {
    /// Logged in, with nothing left of an earlier session.
    Bound {
        /// Our full address.
        jid: Jid,
        /// The server's address.
        peer: String,
        /// The SASL mechanism used.
        mechanism: &'static str,
    },
    /// The link is gone; the session may come back.
    Suspended(String),
    /// It came back, and nothing was lost.
    Resumed,
    /// A stanza was received.
    Stanza(Box<Stanza>),
    /// The server has acknowledged what was sent under this mark.
    Acknowledged(Mark),
    /// It is over.
    Ended(End),
}

/// What a stanza is remembered by: number of the outbox item, and which of its receivers.
pub(super) type Mark = (i64, usize);

/// Why a session is over.
#[derive(Debug)]
pub enum End {
    /// As asked.
    Closed,
    /// Another one may do better.
    Lost(String),
    /// Another one may, but not before this.
    LostFor(String, Duration),
    /// Only a person can mend it.
    Hopeless(String),
}

impl From<LoginError> for End {
    fn from(error: LoginError) -> Self {
        let why = error.to_string();
        match error.remedy() {
            Remedy::Retry => Self::Lost(why),
            Remedy::RetryAfter(delay) => Self::LostFor(why, delay),
            Remedy::GiveUp => Self::Hopeless(why),
        }
    }
}

/// Something to be sent.
#[derive(Debug)]
pub(super) struct Order {
    /// What.
    pub stanza: Box<Stanza>,
    /// Where its acknowledgement is wanted.
    pub mark: Option<Mark>,
}

/// What ties the actor to its session.
pub(super) struct SessionHandle {
    /// Takes what is to be sent.
    pub orders: mpsc::Sender<Order>,
    /// Asks for the end.
    pub close: Rc<Notify>,
}

/// Runs a session to its end, and says why it ended as the last event.
pub(super) async fn run(
    login: Login,
    orders: mpsc::Receiver<Order>,
    close: Rc<Notify>,
    events: mpsc::Sender<SessionEvent>,
) {
    let end = tokio::select! {
        end = live(login, orders, &close, &events) => end,
        () = events.closed() => return,
    };
    // Where nobody listens any more, nobody misses it.
    let _gone = events.send(SessionEvent::Ended(end)).await;
}

async fn live(
    login: Login,
    orders: mpsc::Receiver<Order>,
    close: &Notify,
    events: &mpsc::Sender<SessionEvent>,
) -> End {
    let due = Instant::now() + LOGIN_DEADLINE;
    let logged_in = tokio::select! {
        logged_in = login.run(LOGIN_DEADLINE) => logged_in,
        () = close.notified() => return End::Closed,
    };
    match logged_in {
        Ok(logged_in) => {
            Session::new(login, logged_in, due, events.clone())
                .run(orders, close)
                .await
        }
        Err(error) => error.into(),
    }
}
