//! What a check found: a verdict with its evidence.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kinds::{disk, ftp, port, web};
use super::net::NetReason;

/// What a check says of its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All as expected.
    Ok,
    /// It works, but the owner wants to know.
    Warning,
    /// It does not work.
    Failed,
    /// The check itself could not be made.
    Unknown,
}

impl Verdict {
    /// `ok`, `warning`, `failed`, `unknown`: fixed for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// How far a check came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Asking for the addresses of a name.
    Resolve,
    /// Connecting by TCP.
    Connect,
    /// Shaking hands by TLS.
    Tls,
    /// Waiting for the server's first line.
    Greeting,
    /// Logging in.
    Login,
    /// Waiting for, reading and judging the answer.
    Answer,
}

impl Phase {
    /// `resolve`, `connect`, `tls`, `greeting`, `login`, `answer`: fixed for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Login => "login",
            Self::Answer => "answer",
        }
    }
}

/// Verdict and evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What the check says.
    pub verdict: Verdict,
    /// How far it came; `None` where there are no phases (disks).
    pub phase: Option<Phase>,
    /// Why; good findings have one too (`200 OK`, `45 % free`).
    pub reason: Reason,
}

impl Finding {
    /// All as expected.
    pub fn ok(phase: impl Into<Option<Phase>>, reason: impl Into<Reason>) -> Self {
        Self::new(Verdict::Ok, phase, reason)
    }

    /// It works, but …
    pub fn warning(phase: impl Into<Option<Phase>>, reason: impl Into<Reason>) -> Self {
        Self::new(Verdict::Warning, phase, reason)
    }

    /// It does not work.
    pub fn failed(phase: impl Into<Option<Phase>>, reason: impl Into<Reason>) -> Self {
        Self::new(Verdict::Failed, phase, reason)
    }

    /// The check could not be made.
    pub fn unknown(phase: impl Into<Option<Phase>>, reason: impl Into<Reason>) -> Self {
        Self::new(Verdict::Unknown, phase, reason)
    }

    /// No success: the target's failure, unless it is this machine that lacks something.
    pub fn unsuccessful(phase: impl Into<Option<Phase>>, reason: impl Into<Reason>) -> Self {
        match reason.into() {
            reason @ Reason::Net(NetReason::Exhausted { .. }) => Self::unknown(phase, reason),
            reason => Self::failed(phase, reason),
        }
    }

    fn new(verdict: Verdict, phase: impl Into<Option<Phase>>, reason: impl Into<Reason>) -> Self {
        Self {
            verdict,
            phase: phase.into(),
            reason: reason.into(),
        }
    }
}

/// A finding with its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was found.
    pub finding: Finding,
    /// When the check began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
}

/// Why a verdict is what it is. Text from outside in it has been through [`crate::text::clean`].
/// [`crate::wording::reasons`] says it in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No answer by the target's deadline; the peer last tried, if any.
    Timeout {
        /// The deadline.
        after: Duration,
        /// Address and port last tried.
        peer: Option<String>,
    },
    /// It works, but took longer than `max_time`.
    Slow {
        /// How long it took.
        took: Duration,
        /// What was allowed.
        max: Duration,
    },
    /// The check panicked; a defect of ours.
    Panicked(String),
    /// The network said no.
    Net(NetReason),
    /// Of a disk.
    Disk(disk::DiskReason),
    /// Of a web page.
    Web(web::WebReason),
    /// Of an FTP server.
    Ftp(ftp::FtpReason),
    /// Of a port.
    Port(port::PortReason),
    /// Of the test-only kind.
    #[cfg(feature = "faults")]
    Fault(String),
}

macro_rules! reason_from {
    ($($from:ty => $variant:ident),* $(,)?) => {
        $(impl From<$from> for Reason {
            fn from(reason: $from) -> Self {
                Self::$variant(reason)
            }
        })*
    };
}
reason_from!(
    NetReason => Net,
    disk::DiskReason => Disk,
    web::WebReason => Web,
    ftp::FtpReason => Ftp,
    port::PortReason => Port,
);
