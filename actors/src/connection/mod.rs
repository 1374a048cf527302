//! The XMPP link.

use std::net::IpAddr;

use actix::prelude::*;
use xmpp_parsers::jid::Jid;

use crate::alerts::HealthSummary;

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
