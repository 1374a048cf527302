//! What the authorizer has written down and tells the owner, and how long an answer waits for that.

use std::time::Duration;

use hostmessenger_config::AlertTo;
use xmpp_parsers::jid::BareJid;

use super::pace::{Notice, STRANGERS};
use super::{Authorizer, Refusal, log_refusal};
use crate::audit::{Audited, Deed, line};
use crate::journal::{Journal, Notify};
use crate::supervision::tell;
use crate::wording::commands as say;

/// An answer waits so long until the journal has noted what was asked. Where the disk works that is
/// a few milliseconds; where it does not, the answer goes out all the same.
const NOTED_WITHIN: Duration = Duration::from_secs(1);

impl Authorizer {
    /// Has the journal write down what somebody did. Ready when that is on disk, or it took too long.
    pub(super) fn note(&self, by: &str, deed: Deed) -> impl Future<Output = ()> + use<> {
        let by = by.to_owned();
        let written = self.spec.services.journal.send(Audited { by, deed });
        async move {
            let noted = tokio::time::timeout(NOTED_WITHIN, written).await;
            if noted.is_err() {
                tracing::warn!("audit entry not on disk yet, answered all the same");
            }
        }
    }

    /// Somebody may nothing: no answer; the owner hears of it, at a pace.
    pub(super) fn refuse_stranger(&mut self, who: &BareJid, why: Refusal) {
        log_refusal(who.as_str(), why);
        let now = self.spec.services.clock.mono();
        let lang = self.spec.lang;
        let notice = self.strangers.attempt(who, now);
        if notice != Notice::Nothing {
            // At the pace of the notices, or a flood of strangers would push out everything else; and
            // without their words.
            self.note_refusal(who.as_str(), String::new(), why);
        }
        match notice {
            Notice::One => {
                let who = crate::text::clean(who.as_str(), 200);
                self.notify_owner(match why {
                    Refusal::Locked => say::locked(lang, who),
                    _ => say::stranger(lang, who),
                });
            }
            Notice::Many => self.notify_owner(say::many_strangers(lang, STRANGERS)),
            Notice::Nothing => {}
        }
    }

    /// Tells the owner.
    pub(super) fn notify_owner(&self, text: String) {
        let notice = Notify {
            to: vec![AlertTo::Owner],
            text,
        };
        tell(&self.spec.services.journal, notice);
    }

    /// Has a refusal written down where nobody waits for an answer.
    pub(super) fn note_refusal(&self, by: &str, what: String, why: Refusal) {
        let deed = refused(what, why);
        let by = by.to_owned();
        tell(&self.spec.services.journal, Audited { by, deed });
    }
}

/// A command that was let in and not run after all, since its code could not be kept.
pub(super) fn not_run(journal: &actix::Addr<Journal>, by: &str, command: &str) {
    let deed = refused(command.to_owned(), Refusal::SecondFactor);
    let by = by.to_owned();
    tell(journal, Audited { by, deed });
}

/// A line of chat that was run, or was not.
pub(super) fn deed<T>(body: &str, admitted: &Result<T, (Refusal, String)>) -> Deed {
    match admitted {
        Ok(_) => Deed::Command { line: line(body) },
        Err((why, _)) => refused(line(body), *why),
    }
}

fn refused(what: String, why: Refusal) -> Deed {
    Deed::Refused {
        what,
        reason: why.to_string(),
    }
}
