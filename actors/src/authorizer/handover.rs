//! Handing the host over, the rules. Pure.
//!
//! ```text
//! owner: OWNER new ──▶ asked ── the same within 5 min ──▶ offered (in the journal, 24 h)
//!   offered ── new: OWNER ACCEPT ──▶ accepted ── file written, put in force ──▶ told, audited
//!   offered ── owner: OWNER CANCEL, or 24 h, or another owner in the file ──▶ nothing
//! ```
//!
//! The candidate is a stranger until the file names him: OWNER ACCEPT is all that he may say. A
//! newcomer's trap: `accepted` alone changes nothing; only the file says who is the owner, so that a
//! crash between the two leaves the old owner or the new one, never none.

use std::collections::HashMap;
use std::time::Duration;

use hostmessenger_config::{Access, OwnerChangeError};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use xmpp_parsers::jid::{BareJid, Jid};

use crate::commands::grammar::same;

/// How soon the command must be repeated.
pub const REPEAT_WITHIN: Duration = Duration::from_secs(300);
/// How long an offer stands.
pub const STANDS_FOR: Duration = Duration::from_secs(24 * 3_600);

/// A host that is offered to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Who was the owner when it was made.
    #[serde(with = "address")]
    pub from: BareJid,
    /// Who is to be.
    #[serde(with = "address")]
    pub to: BareJid,
    /// Until when it stands.
    pub until: Timestamp,
    /// Whether he said yes, and the file is being written.
    pub accepted: bool,
}

impl Offer {
    /// An offer that begins now.
    pub fn new(from: BareJid, to: BareJid, now: Timestamp) -> Self {
        Self {
            from,
            to,
            until: now.saturating_add(STANDS_FOR).unwrap_or(now),
            accepted: false,
        }
    }

    /// How it stands, whatever happened since it was made. A clock that went back makes no offer
    /// stand longer than it may.
    pub fn standing(&self, access: &Access, now: Timestamp) -> Standing {
        let left = self.until.duration_since(now);
        let longest = SignedDuration::try_from(STANDS_FOR).unwrap_or(SignedDuration::MAX);
        if self.accepted && access.owner.as_ref() == Some(&self.to) {
            Standing::Done
        } else if access.owner.as_ref() != Some(&self.from)
            || access.is_locked(&self.to)
            || left <= SignedDuration::ZERO
            || left > longest
        {
            Standing::Over
        } else {
            Standing::Open
        }
    }

    /// Who may accept it now, if anybody.
    pub fn candidate(&self, access: &Access, now: Timestamp) -> Option<&BareJid> {
        (self.standing(access, now) == Standing::Open).then_some(&self.to)
    }
}

/// An address as text.
mod address {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use xmpp_parsers::jid::BareJid;

    pub(super) fn serialize<S: Serializer>(jid: &BareJid, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(jid.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BareJid, D::Error> {
        BareJid::new(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// How an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be accepted.
    Open,
    /// It was accepted and the configuration names the new owner; who took part must hear of it.
    Done,
    /// It is void: its time is over, or the owner is another one.
    Over,
}

/// Why somebody cannot become the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not of the form `name@domain`.
    #[error("no address of the form name@example.org")]
    Malformed,
    /// With a resource.
    #[error("an address with a resource")]
    Full,
    /// This host's own account.
    #[error("the account of this host")]
    Itself,
    /// Is the owner.
    #[error("the owner already")]
    Owner,
    /// In `access.locked`.
    #[error("locked by access.locked")]
    Locked,
}

/// The address of who is to become the owner, normalised (RFC 7622).
pub fn candidate(text: &str, own: &BareJid, access: &Access) -> Result<BareJid, Unfit> {
    let text = text.trim();
    let jid = Jid::new(text).map_err(|_| Unfit::Malformed)?;
    let bare = jid.to_bare();
    if bare.node().is_none() || text.contains(char::is_whitespace) {
        Err(Unfit::Malformed)
    } else if jid.resource().is_some() {
        Err(Unfit::Full)
    } else if bare == *own {
        Err(Unfit::Itself)
    } else if access.owner.as_ref() == Some(&bare) {
        Err(Unfit::Owner)
    } else if access.is_locked(&bare) {
        Err(Unfit::Locked)
    } else {
        Ok(bare)
    }
}

/// Whether a message is the candidate's yes, and nothing else.
pub fn is_acceptance(body: &str) -> bool {
    let words: Vec<&str> = body.split_whitespace().collect();
    matches!(words[..], [a, b] if (same(a, "OWNER") && same(b, "ACCEPT"))
        || (same(a, "BESITZER") && same(b, "ANNEHMEN")))
}

/// Who has asked once. Only owners get here, so it cannot be made to grow.
#[derive(Debug, Default)]
pub struct Asked(HashMap<String, (BareJid, Duration)>);

impl Asked {
    /// This sender asks at `now` (monotonic) to hand over to somebody. Whether it is the second time
    /// within five minutes.
    pub fn again(&mut self, sender: &str, to: &BareJid, now: Duration) -> bool {
        let before = self.0.remove(sender);
        let soon = |at: Duration| now.saturating_sub(at) <= REPEAT_WITHIN;
        if before.is_some_and(|(whom, at)| whom == *to && soon(at)) {
            return true;
        }
        self.0.insert(sender.to_owned(), (to.clone(), now));
        false
    }

    /// What was asked is forgotten.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

/// Why a handover failed, or would.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The journal cannot note it.
    #[error("the journal does not answer")]
    Journal,
    /// The program is ending.
    #[error("the program is ending")]
    Ending,
    /// The file was written, what is in force was not changed.
    #[error("not in force: {0}")]
    NotInForce(String),
    /// The file cannot be changed.
    #[error("{0}")]
    File(#[from] OwnerChangeError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn jid(text: &str) -> BareJid {
        BareJid::new(text).unwrap()
    }

    fn access(owner: &str) -> Access {
        Access {
            owner: Some(jid(owner)),
            locked: vec![jid("locked@example.org")],
            ..Access::default()
        }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3_600).unwrap()
    }

    #[test]
    fn only_a_bare_address_of_somebody_else_who_is_not_locked_is_fit() {
        let fit = |text| candidate(text, &jid("web01@example.org"), &access("boss@example.org"));
        assert_eq!(fit(" New@Example.org "), Ok(jid("new@example.org")));
        for (text, why) in [
            ("", Unfit::Malformed),
            ("example.org", Unfit::Malformed),
            ("a@@b", Unfit::Malformed),
            ("a@b.c d@e.f", Unfit::Malformed),
            ("new@example.org/phone", Unfit::Full),
            ("WEB01@example.org", Unfit::Itself),
            ("Boss@EXAMPLE.org", Unfit::Owner),
            ("locked@example.org", Unfit::Locked),
        ] {
            assert_eq!(fit(text), Err(why), "{text}");
        }
    }

    #[test]
    fn the_second_time_counts_only_soon_and_for_the_same() {
        let mut asked = Asked::default();
        let s = Duration::from_secs;
        let (a, b) = (jid("a@x.y"), jid("b@x.y"));
        assert!(!asked.again("boss", &a, s(0)));
        assert!(!asked.again("console", &a, s(1)), "somebody else");
        assert!(!asked.again("boss", &b, s(2)), "for somebody else");
        assert!(!asked.again("boss", &a, s(3)), "asked anew");
        assert!(asked.again("boss", &a, s(303)));
        assert!(!asked.again("boss", &a, s(304)), "used up");
        assert!(!asked.again("boss", &a, s(605)), "too late");
    }

    #[test]
    fn only_the_two_words_are_a_yes() {
        for yes in ["OWNER ACCEPT", " owner\n accept ", "Besitzer annehmen"] {
            assert!(is_acceptance(yes), "{yes}");
        }
        for no in [
            "OWNER",
            "ACCEPT",
            "OWNER ACCEPT now",
            "OWNER ANNEHMEN",
            "OS",
            "",
        ] {
            assert!(!is_acceptance(no), "{no}");
        }
    }

    #[test]
    fn an_offer_ends_with_its_time_its_owner_and_its_candidate() {
        let offer = Offer::new(jid("boss@example.org"), jid("new@example.org"), at(0));
        let boss = access("boss@example.org");
        assert_eq!(offer.standing(&boss, at(0)), Standing::Open);
        assert_eq!(offer.standing(&boss, at(23)), Standing::Open);
        assert_eq!(offer.standing(&boss, at(24)), Standing::Over);
        assert_eq!(
            offer.standing(&boss, at(-1)),
            Standing::Over,
            "the clock went back"
        );
        assert_eq!(
            offer.standing(&access("third@example.org"), at(1)),
            Standing::Over
        );
        assert_eq!(offer.standing(&Access::default(), at(1)), Standing::Over);
        let locked = Access {
            locked: vec![jid("new@example.org")],
            ..boss.clone()
        };
        assert_eq!(offer.standing(&locked, at(1)), Standing::Over);
        let new = access("new@example.org");
        assert_eq!(offer.standing(&new, at(1)), Standing::Over, "by hand");
        let accepted = Offer {
            accepted: true,
            ..offer
        };
        assert_eq!(accepted.standing(&new, at(99)), Standing::Done);
        assert_eq!(
            accepted.standing(&boss, at(1)),
            Standing::Open,
            "the file was not written"
        );
    }

    proptest! {
        #[test]
        fn who_may_accept_is_never_locked_and_never_without_the_one_who_offered(
            from in "[a-c]", to in "[a-c]", owner in "[a-c]", locked in "[a-c]?", hour in -30i64..30,
        ) {
            let name = |n: &str| jid(&format!("{n}@example.org"));
            let access = Access {
                owner: Some(name(&owner)),
                locked: Some(locked).filter(|n| !n.is_empty()).map(|n| name(&n)).into_iter().collect(),
                ..Access::default()
            };
            let offer = Offer::new(name(&from), name(&to), at(0));
            if let Some(who) = offer.candidate(&access, at(hour)) {
                prop_assert!(!access.is_locked(who) && from == owner && (0..24).contains(&hour));
            }
        }
    }
}
