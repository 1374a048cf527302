//! Why no session came about, and what that means for the next attempt.

use std::time::Duration;

use xmpp_parsers::sasl::DefinedCondition as Refusal;
use xmpp_parsers::stream_error::{DefinedCondition, StreamError};

use crate::probe::net::NetError;
use crate::probe::verdict::Phase;
use crate::text::clean;

/// How long to stay away after a `conflict`: whoever took our resource would be thrown out again,
/// and throw us out in turn (RFC 6120, 4.9.3.3).
pub(crate) const AFTER_CONFLICT: Duration = Duration::from_secs(300);

/// The same where we come back under another resource, which throws nobody out: whoever took ours may
/// finish its login.
const AFTER_DISPLACED: Duration = Duration::from_secs(1);

/// How long to stay away from a server that says that we ask too much of it.
const UNWELCOME: Duration = Duration::from_secs(60);

/// Why the login failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The network, or TLS.
    #[error("{server}: {why}")]
    Network {
        /// Whom we asked.
        server: String,
        /// What it said.
        why: String,
    },
    /// The domain says that it offers no such service (RFC 2782: target `.`).
    #[error("{domain} offers no XMPP service to clients")]
    NoService {
        /// The domain of the account.
        domain: String,
    },
    /// `account.ca_file` and the like.
    #[error("{0}")]
    Tls(#[from] crate::tls::TlsSetupError),
    /// STARTTLS is required here (RFC 6120, 5.3.1), whatever the server says.
    #[error("the server offers no STARTTLS, and the password is not sent without it")]
    NoStartTls,
    /// `tls: none` is for loopback alone.
    #[error("{peer} is not this machine, and `tls: none` is allowed for this machine alone")]
    NotLoopback {
        /// Address and port.
        peer: String,
    },
    /// We have none of the offered mechanisms, or are not allowed to use them.
    #[error("no common way to log in: the server offers {offered}{}", if *.plain { "; PLAIN would send the password itself (account.allow_plain)" } else { "" })]
    NoMechanism {
        /// What is offered.
        offered: String,
        /// Whether PLAIN is, which is not allowed.
        plain: bool,
    },
    /// The server refused the login.
    #[error("{} ({})", refusal(.condition), name_of(.condition))]
    Refused {
        /// Why, in terms of RFC 6120, 6.5.
        condition: Refusal,
    },
    /// The server refused a login that was bound to the channel, without having said which kind of
    /// binding it means: the password may be right.
    #[error("the server refused the login ({})", name_of(.condition))]
    BoundInVain {
        /// Why, in terms of RFC 6120, 6.5.
        condition: Refusal,
    },
    /// The server did not prove that it knows the password (RFC 5802, 5: `v=`).
    #[error("the server did not prove that it knows the password: {why}")]
    NoProof {
        /// What was wrong.
        why: String,
    },
    /// A stream error (RFC 6120, 4.9.3).
    #[error("stream error {0}")]
    Stream(String),
    /// The server wants us at another host (RFC 6120, 4.9.3.19).
    #[error("the server sends us to {host}")]
    SeeOtherHost {
        /// Where to.
        host: String,
    },
    /// We did what the server does not allow, or ask too much of it (RFC 6120, 4.9.3.14 and .17).
    #[error("stream error {0}")]
    Unwelcome(String),
    /// The server refused a password that had worked before.
    #[error("{} ({}); it worked before, so it is tried again", refusal(.condition), name_of(.condition))]
    RefusedForNow {
        /// Why, in terms of RFC 6120, 6.5.
        condition: Refusal,
        /// When it is tried again.
        again_after: Duration,
    },
    /// The account was to be made (XEP-0077), and there is one.
    #[error("the account exists already")]
    AccountExists,
    /// The account was to be made (XEP-0077), and was not.
    #[error("the account could not be registered: {why}")]
    NotRegistered {
        /// Why.
        why: String,
    },
    /// Somebody took our resource. With another one we can ask who it is.
    #[error("conflict: another client uses this account with the same resource; asking who it is")]
    Displaced,
    /// Somebody else uses our resource.
    #[error("conflict: another client uses this account with the same resource")]
    Conflict,
    /// What was received is not XMPP.
    #[error("unexpected answer: {0}")]
    Protocol(String),
    /// The deadline over the whole login is past.
    #[error("no answer{} within {}s ({phase})", .peer.as_deref().map(|peer| format!(" from {peer}")).unwrap_or_default(), .after.as_secs())]
    TimedOut {
        /// The deadline.
        after: Duration,
        /// How far it came.
        phase: &'static str,
        /// Whom we talked to.
        peer: Option<String>,
    },
}

/// What an error means for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Try again with the usual back-off.
    Retry,
    /// Try again, but not before this.
    RetryAfter(Duration),
    /// Only a person can mend it.
    GiveUp,
}

impl LoginError {
    /// From a failed connection.
    pub fn network(server: &str, (_, reason): NetError) -> Self {
        Self::Network {
            server: clean(server, 255),
            why: reason.to_string(),
        }
    }

    /// From a stream error that the server sent.
    pub fn stream(error: &StreamError) -> Self {
        let said = || clean(&error.to_string(), 200);
        match &error.condition {
            DefinedCondition::Conflict => Self::Conflict,
            DefinedCondition::SeeOtherHost(host) => Self::SeeOtherHost {
                host: clean(host, 300),
            },
            DefinedCondition::PolicyViolation | DefinedCondition::ResourceConstraint => {
                Self::Unwelcome(said())
            }
            _ => Self::Stream(said()),
        }
    }

    /// The same where nobody has proved who he is yet: then no redirection is followed.
    #[must_use]
    pub fn unprotected(self) -> Self {
        match self {
            Self::SeeOtherHost { host } => Self::Stream(format!("see-other-host: {host}")),
            other => other,
        }
    }

    /// What it means for the next attempt.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Refused {
                condition:
                    Refusal::NotAuthorized
                    | Refusal::AccountDisabled
                    | Refusal::CredentialsExpired
                    | Refusal::InvalidAuthzid,
            }
            | Self::AccountExists
            | Self::NotRegistered { .. } => Remedy::GiveUp,
            Self::Conflict => Remedy::RetryAfter(AFTER_CONFLICT),
            Self::Displaced => Remedy::RetryAfter(AFTER_DISPLACED),
            Self::Unwelcome(_) => Remedy::RetryAfter(UNWELCOME),
            Self::RefusedForNow { again_after, .. } => Remedy::RetryAfter(*again_after),
            _ => Remedy::Retry,
        }
    }
}

/// How far a login came, for people.
pub(crate) fn phase_name(phase: Option<Phase>) -> &'static str {
    match phase {
        None | Some(Phase::Resolve) => "resolving the name",
        Some(Phase::Connect) => "connecting",
        Some(Phase::Tls) => "TLS handshake",
        Some(Phase::Greeting) => "greeting",
        Some(_) => "login",
    }
}

fn refusal(condition: &Refusal) -> &'static str {
    match condition {
        Refusal::NotAuthorized => "wrong user name or password",
        Refusal::AccountDisabled => "the account is disabled",
        Refusal::CredentialsExpired => "the password has expired",
        Refusal::TemporaryAuthFailure => "the server cannot check passwords at the moment",
        Refusal::EncryptionRequired => "the server wants encryption first",
        _ => "the server refused the login",
    }
}

fn name_of(condition: &Refusal) -> &'static str {
    match condition {
        Refusal::Aborted => "aborted",
        Refusal::AccountDisabled => "account-disabled",
        Refusal::CredentialsExpired => "credentials-expired",
        Refusal::EncryptionRequired => "encryption-required",
        Refusal::IncorrectEncoding => "incorrect-encoding",
        Refusal::InvalidAuthzid => "invalid-authzid",
        Refusal::InvalidMechanism => "invalid-mechanism",
        Refusal::MalformedRequest => "malformed-request",
        Refusal::MechanismTooWeak => "mechanism-too-weak",
        Refusal::NotAuthorized => "not-authorized",
        Refusal::TemporaryAuthFailure => "temporary-auth-failure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(condition: Refusal) -> LoginError {
        LoginError::Refused { condition }
    }

    #[test]
    fn only_what_a_person_must_mend_ends_the_program() {
        assert_eq!(refused(Refusal::NotAuthorized).remedy(), Remedy::GiveUp);
        assert_eq!(refused(Refusal::AccountDisabled).remedy(), Remedy::GiveUp);
        assert_eq!(
            refused(Refusal::TemporaryAuthFailure).remedy(),
            Remedy::Retry
        );
        assert_eq!(LoginError::NoStartTls.remedy(), Remedy::Retry);
    }

    #[test]
    fn a_conflict_waits_long() {
        let error = StreamError::new(DefinedCondition::Conflict, "en", "Replaced");
        let error = LoginError::stream(&error);
        assert_eq!(error.remedy(), Remedy::RetryAfter(AFTER_CONFLICT));
    }

    #[test]
    fn what_a_name_server_or_a_server_calls_itself_stays_on_its_line() {
        let hostile = "a\n\u{1b}[2K\u{202e}b";
        let closed = crate::probe::net::NetReason::Closed { peer: "x".into() };
        let named = LoginError::network(hostile, (Phase::Connect, closed));
        let said = StreamError::new(DefinedCondition::HostUnknown, "en", hostile);
        for error in [named, LoginError::stream(&said)] {
            let line = error.to_string();
            assert!(!line.chars().any(crate::text::is_harmful), "{line:?}");
            assert!(line.contains("\\u{202e}"), "{line}");
        }
    }
}
