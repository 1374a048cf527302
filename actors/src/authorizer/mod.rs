//! Who may command, and the dispatch of what is allowed.

use actix::prelude::*;
use xmpp_parsers::jid::Jid;

/// Type of a message stanza (RFC 6121, 5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// `chat`
    Chat,
    /// `normal`, or none
    Normal,
    /// `groupchat`
    Groupchat,
    /// `headline`
    Headline,
    /// `error`
    Error,
}

/// A message came in over XMPP. The authorizer decides whether it is a command.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct MessageReceived {
    /// The sender as the server stamped it; `None`: the server itself or our own account.
    pub from: Option<Jid>,
    /// Its type.
    pub kind: MessageKind,
    /// Its text, if any, at most 10,000 bytes kept.
    pub body: Option<String>,
    /// Its thread.
    pub thread: Option<String>,
    /// Whether it was delayed (XEP-0203).
    pub delayed: bool,
    /// Whether it is a carbon copy (XEP-0280).
    pub carbon: bool,
}

/// A line was typed on the console. Answered with the text to show.
#[derive(Message, Debug, Clone)]
#[rtype(result = "String")]
pub struct ConsoleLine(pub String);
