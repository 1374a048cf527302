//! The audit trail: who did what, or tried to. Kept by the journal, told by `AUDIT` and by
//! `hostmessenger audit`.

use actix::Message;
use serde::{Deserialize, Serialize};

/// Somebody did something, or tried to. The journal writes it down with the time.
#[derive(Message, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[rtype(result = "()")]
pub struct Audited {
    /// Who: a bare JID, `console`, `command line`, `hostmessenger` itself, or a viewer's address.
    pub by: String,
    /// What.
    pub deed: Deed,
}

/// What was done or tried. Never holds a secret: codes and passwords are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Deed {
    /// A command was run.
    Command {
        /// Its line, without a code.
        line: String,
    },
    /// Something was refused.
    Refused {
        /// What was tried, where that may be known: not the words of strangers.
        what: String,
        /// Why not.
        reason: String,
    },
    /// This client was made, by whom `by` says.
    Enrolled {
        /// Its address.
        jid: String,
    },
    /// The host was handed over.
    OwnerChanged {
        /// Who was the owner.
        from: String,
        /// Who is.
        to: String,
    },
    /// The VNC password was set.
    VncPasswordSet,
    /// A new secret for VNC codes was made.
    VncCodeMade,
    /// Remote control was started.
    VncStarted {
        /// The program.
        program: String,
        /// Where it listens, or the viewer that it connects to.
        at: String,
    },
    /// Remote control ended.
    VncStopped {
        /// Why: asked, time over, crashed …
        why: String,
    },
    /// A viewer connected; `by` is its address.
    ViewerConnected,
    /// A viewer is gone; `by` is its address.
    ViewerGone {
        /// How long it was there, in seconds.
        seconds: u64,
    },
}
