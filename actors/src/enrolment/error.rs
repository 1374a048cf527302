//! Why something of an enrolment could not be done, in words for people and for programs.

use std::time::Duration;

use xmpp_parsers::jid::BareJid;
use xmpp_parsers::stanza_error::{DefinedCondition, StanzaError};

use super::form::FormError;
use crate::connection::LoginError;
use crate::text::clean;

/// Why no session came about.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No login: network, TLS, password.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The login worked, but the server gave no address to it.
    #[error("no session: {why}")]
    NoSession {
        /// What it said instead.
        why: String,
    },
}

impl OpenError {
    /// Whether the server knows no such account with this password.
    pub fn is_wrong_password(&self) -> bool {
        use xmpp_parsers::sasl::DefinedCondition::{
            AccountDisabled, CredentialsExpired, NotAuthorized,
        };
        matches!(
            self,
            Self::Login(LoginError::Refused {
                condition: NotAuthorized | AccountDisabled | CredentialsExpired
            })
        )
    }
}

/// Why a request was not answered as wished.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The server said no.
    #[error("{}", said(.condition, .text))]
    Refused {
        /// In terms of RFC 6120, 8.3.3.
        condition: &'static str,
        /// What it says for people, cleaned.
        text: String,
    },
    /// It said nothing.
    #[error("no answer within {}s", .after.as_secs())]
    TimedOut {
        /// The deadline.
        after: Duration,
    },
    /// The link is gone.
    #[error("the link to the server is gone: {why}")]
    Link {
        /// What was heard last.
        why: String,
    },
    /// It answered what cannot be understood.
    #[error("the server's answer cannot be understood: {why}")]
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
}

/// Why a command of an administrator's was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The server knows us as no administrator. Nothing was changed.
    #[error(
        "{who} is no administrator of {domain}: the server refuses the command “{command}” to it"
    )]
    NotAdministrator {
        /// Who asked.
        who: BareJid,
        /// Which server.
        domain: String,
        /// The command's name in XEP-0133.
        command: &'static str,
    },
    /// There is such an account already; it is as it was.
    #[error("{jid} exists already; nothing was changed")]
    Exists {
        /// Which.
        jid: BareJid,
    },
    /// There is no such account.
    #[error("there is no account {jid}")]
    NoSuchAccount {
        /// Which.
        jid: BareJid,
    },
    /// The server offers no such command, or not to us. Nothing was changed.
    #[error("{domain} offers no command “{command}”{}; by hand, on the server: {by_hand}", whose(.who, *.administrator))]
    NoCommand {
        /// Who asked.
        who: BareJid,
        /// Which server.
        domain: String,
        /// The command's name in XEP-0133.
        command: &'static str,
        /// Whether the server shows us other commands of an administrator's, so that we are one.
        /// Otherwise it may have the command and hide it from who is none.
        administrator: bool,
        /// What to type on the server.
        by_hand: String,
    },
    /// The server refused it, for another reason.
    #[error("the server refused the command “{command}”: {why}")]
    Refused {
        /// The command's name in XEP-0133.
        command: &'static str,
        /// What it said, cleaned.
        why: String,
    },
    /// The account would be at another server.
    #[error("{jid} is not at {domain}, whose administrator is asked")]
    NotThisDomain {
        /// The account.
        jid: BareJid,
        /// Our server.
        domain: String,
    },
    /// The account is the one that we are logged in with.
    #[error("{jid} is the account that asks for it")]
    Own {
        /// Which.
        jid: BareJid,
    },
    /// The address has no local part.
    #[error("{jid} names no account")]
    NoAccount {
        /// Which.
        jid: BareJid,
    },
    /// The server's form cannot be filled in. Nothing was changed.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The server asks on and on.
    #[error("the server did not end the command “{command}” after {steps} steps")]
    Endless {
        /// The command's name in XEP-0133.
        command: &'static str,
        /// How many.
        steps: usize,
    },
    /// In-band registration, the second way to an account, failed.
    #[error(
        "the server has no command “Add User”, and registration failed: {why}; by hand, on the server: {by_hand}"
    )]
    Registration {
        /// Why.
        why: String,
        /// What to type on the server.
        by_hand: String,
        /// Whether the account may have been made.
        sent: bool,
    },
    /// No answer, or none that can be understood. Where `sent`, all that the command needs was
    /// sent, and the server may have carried it out.
    #[error("{why}{}", if *.sent { "; the server may have carried out the command all the same" } else { "" })]
    Unanswered {
        /// What became of the request.
        why: RequestError,
        /// Whether the command may have been carried out.
        sent: bool,
    },
}

impl CommandError {
    /// Whether the server may have done it all the same. For a new account a login with the new
    /// password tells: if it works, the account is the new one.
    pub fn is_uncertain(&self) -> bool {
        matches!(
            self,
            Self::Unanswered { sent: true, .. }
                | Self::Registration { sent: true, .. }
                | Self::Endless { .. }
        )
    }
}

impl RequestError {
    /// From an error that the server sent.
    pub(super) fn refused(error: &StanzaError) -> Self {
        let text = error.texts.values().next();
        Self::Refused {
            condition: name_of(&error.defined_condition),
            text: text.map(|text| clean(text, 300)).unwrap_or_default(),
        }
    }

    /// Whether the server said no, for one of these reasons.
    pub(super) fn is_one_of(&self, conditions: &[&str]) -> bool {
        matches!(self, Self::Refused { condition, .. } if conditions.contains(condition))
    }
}

fn said(condition: &str, text: &str) -> String {
    match text {
        "" => format!("the server says {condition}"),
        text => format!("the server says {condition}: {text}"),
    }
}

fn whose(who: &BareJid, administrator: bool) -> String {
    if administrator {
        return String::new();
    }
    format!(" to {who}: either it has none, or {who} is no administrator there")
}

fn name_of(condition: &DefinedCondition) -> &'static str {
    match condition {
        DefinedCondition::BadRequest => "bad-request",
        DefinedCondition::Conflict => "conflict",
        DefinedCondition::FeatureNotImplemented => "feature-not-implemented",
        DefinedCondition::Forbidden => "forbidden",
        DefinedCondition::InternalServerError => "internal-server-error",
        DefinedCondition::ItemNotFound => "item-not-found",
        DefinedCondition::JidMalformed => "jid-malformed",
        DefinedCondition::NotAcceptable => "not-acceptable",
        DefinedCondition::NotAllowed => "not-allowed",
        DefinedCondition::NotAuthorized => "not-authorized",
        DefinedCondition::PolicyViolation => "policy-violation",
        DefinedCondition::RegistrationRequired => "registration-required",
        DefinedCondition::ResourceConstraint => "resource-constraint",
        DefinedCondition::ServiceUnavailable => "service-unavailable",
        DefinedCondition::UnexpectedRequest => "unexpected-request",
        _ => "that it cannot",
    }
}
