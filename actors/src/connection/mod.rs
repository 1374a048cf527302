//! The XMPP link.
//!
//! The [`Connection`] actor runs a [`session`] in a task that may be thrown away, and holds nothing
//! that must not be lost: alerts stay in the journal until the server has acknowledged them. A
//! newcomer's trap: an acknowledgement (XEP-0198) means that the server has it, and only its
//! absence after the end of a session means 'send again'.

use std::net::IpAddr;

use actix::prelude::*;
use hostmessenger_config::{Access, Account, Language};
use xmpp_parsers::jid::{BareJid, Jid};

use crate::alerts::HealthSummary;
use crate::authorizer::MessageReceived;
use crate::journal::{
    AskOutbox, AskSummary, BeginDelivery, ItemDelivered, LinkChanged, OpenOutbox, Receipt,
};
use crate::tls::TlsStore;

mod actor;
mod asked;
mod asking;
#[cfg(feature = "benching")]
pub mod benching;
mod doubt;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod holder;
mod incoming;
mod login;
mod outbox;
mod receive;
mod rivals;
mod sending;
mod session;
mod stanzas;
mod xep;

pub use actor::Connection;
pub(crate) use incoming::as_receivers;
pub(crate) use login::{Heard, LOGIN_DEADLINE, LoggedIn, Login, Registration, system_resolver};
pub use login::{LoginError, LoginMemory};
pub(crate) use xep::refusal_of;

/// What the link is made from.
#[derive(Clone)]
pub struct ConnectionSpec {
    /// Whose account.
    pub account: Account,
    /// Whose presence is shared.
    pub access: Access,
    /// Who else gets alerts, by address.
    pub others: Vec<BareJid>,
    /// Language of the presence.
    pub lang: Language,
    /// Whom to trust.
    pub tls: TlsStore,
    /// What earlier logins have shown.
    pub memory: LoginMemory,
    /// Hears whether the owner can be reached.
    pub link: Recipient<LinkChanged>,
    /// Keeps what is to be sent until it has arrived.
    pub ledger: Ledger,
    /// Knows how the targets stand.
    pub summary: Recipient<AskSummary>,
    /// Judges messages.
    pub received: Recipient<MessageReceived>,
}

/// The journal, as the link needs it.
#[derive(Clone)]
pub struct Ledger {
    /// Makes ready what waits, and knows what the server may have already.
    pub open: Recipient<OpenOutbox>,
    /// Has what is to be sent.
    pub waiting: Recipient<AskOutbox>,
    /// Notes what is about to be sent.
    pub begin: Recipient<BeginDelivery>,
    /// Hears what the server has.
    pub delivered: Recipient<ItemDelivered>,
    /// Hears what has arrived and was read.
    pub receipt: Recipient<Receipt>,
}

/// Sends an answer to whom asked, in the same thread, as type `chat`. Lost where the link is gone:
/// who asked sees that, and asks again.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct SendAnswer {
    /// The full address that asked.
    pub to: Jid,
    /// Its thread.
    pub thread: Option<String>,
    /// The text.
    pub body: String,
}

/// There is something new in the journal's outbox.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct OutboxGrew;

/// The targets' health changed; shown as presence.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct ShowHealth(pub HealthSummary);

/// Asks whether the link is alive, by a ping (XEP-0199) with a deadline of a few seconds.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "bool")]
pub struct VerifyLink;

/// Asks the server for our external address (XEP-0279).
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Result<IpAddr, String>")]
pub struct AskExternalIp;

/// An id for a stanza that nobody can guess.
pub(crate) fn new_id() -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(20)
        .collect()
}
