//! The audit trail: who did what, or tried to. Kept by the journal, told by `AUDIT` and by
//! `hostmessenger audit`.
//!
//! A newcomer's trap: what is tried may hold a secret or be a stranger's nonsense. Lines go through
//! [`line()`], which leaves out what could be a code; the words of strangers are not kept at all.

use actix::Message;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod codes;
mod read;
mod spool;

pub use codes::line;
pub use read::{ReadError, Wanted, read};
pub use spool::note_from_outside;
pub(crate) use spool::{CLEARED, cleared, take};

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
    /// The configuration was read again.
    Reloaded {
        /// What changed, or that the file has mistakes.
        outcome: String,
    },
    /// The VNC password was set.
    VncPasswordSet,
    /// A new secret for VNC codes was made.
    VncCodeMade,
    /// Remote control was started.
    VncStarted {
        /// The program.
        program: String,
        /// Where it listens, or the viewer that it connects to. An entry has an `at` of its own.
        #[serde(rename = "place")]
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

/// The longest text in a deed.
const LONGEST: usize = 500;
/// The longest name of who did it.
const LONGEST_BY: usize = 200;

/// A line of the trail. As JSON one object: `at` (RFC 3339), `by`, `deed`, and what the deed holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was done. Always with milliseconds, so that texts sort like times.
    #[serde(serialize_with = "with_milliseconds")]
    pub at: Timestamp,
    /// Who, as in [`Audited`].
    pub by: String,
    /// What.
    #[serde(flatten)]
    pub deed: Deed,
}

fn with_milliseconds<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{at:.3}"))
}

impl Entry {
    /// Made fit to be kept: each text on one line, and not too long.
    pub fn new(at: Timestamp, audited: Audited) -> Self {
        Self {
            // As it is stored.
            at: Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at),
            by: crate::text::clean(&audited.by, LONGEST_BY),
            deed: audited.deed.cleaned(),
        }
    }
}

impl Deed {
    /// The same with every text in it fit to be shown.
    fn cleaned(self) -> Self {
        use serde_json::Value;
        let Ok(Value::Object(mut parts)) = serde_json::to_value(&self) else {
            return self;
        };
        for part in parts.values_mut() {
            if let Value::String(text) = part {
                *text = crate::text::clean(text, LONGEST);
            }
        }
        serde_json::from_value(Value::Object(parts)).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_flat_object_with_clean_texts() {
        let audited = Audited {
            by: "eve@evil.net\n".into(),
            deed: Deed::Refused {
                what: format!("OS\u{1b}[2J{}", "x".repeat(1_000)),
                reason: "only the owner may".into(),
            },
        };
        let entry = Entry::new(Timestamp::UNIX_EPOCH, audited);
        let json = serde_json::to_string(&entry).unwrap();
        assert!(
            json.starts_with(
                r#"{"at":"1970-01-01T00:00:00.000Z","by":"eve@evil.net ","deed":"refused","what":"OS\\u{1b}[2Jxxx"#
            ),
            "{json}"
        );
        assert!(json.len() < 700);
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
        let bare = Entry::new(
            Timestamp::UNIX_EPOCH,
            Audited {
                by: "command line".into(),
                deed: Deed::VncPasswordSet,
            },
        );
        let started = Entry::new(
            Timestamp::UNIX_EPOCH,
            Audited {
                by: "owner@hm.test".into(),
                deed: Deed::VncStarted {
                    program: "x11vnc".into(),
                    at: "127.0.0.1:5900".into(),
                },
            },
        );
        let json = serde_json::to_string(&started).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), started);
        let json = serde_json::to_string(&bare).unwrap();
        assert_eq!(
            json,
            r#"{"at":"1970-01-01T00:00:00.000Z","by":"command line","deed":"vnc-password-set"}"#
        );
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), bare);
    }
}
