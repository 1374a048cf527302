//! Who keeps the account where two programs have it at once: a folder that was copied, a stick that was
//! started twice. Pure.
//!
//! The one that has held it longer keeps it, the other one stops. Both ask, and the ages of two
//! questions differ by what was on the way in between; so that they never both stop (or both stay),
//! only the question of the smaller instance id counts, whose two claims both know.

use std::cmp::Ordering;
use std::time::{Duration, Instant};

/// Nobody has held an account longer; more is a mistake, or a lie.
const LONGEST: Duration = Duration::from_secs(20 * 365 * 86_400);

/// What a program says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// A random id of this run.
    pub(super) instance: String,
    /// How long it has held the account; whole seconds.
    pub(super) age: Duration,
    /// The name of its machine.
    pub(super) host: String,
}

impl Claim {
    /// A claim from elsewhere, within its bounds.
    pub(super) fn heard(instance: &str, seconds: u64, host: String) -> Self {
        Self {
            instance: instance.to_owned(),
            age: Duration::from_secs(seconds).min(LONGEST),
            host,
        }
    }
}

/// What follows from two claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The account is ours, and the other one stops.
    Keep,
    /// The account is the other one's, and we stop.
    Yield,
    /// We must ask ourselves: the other one's question does not count.
    Ask,
    /// The other one will ask.
    Wait,
    /// It was us.
    Ourselves,
}

/// Judges; `asked`: whether the question was ours.
pub(super) fn judge(ours: &Claim, theirs: &Claim, asked: bool) -> Verdict {
    let counts = match ours.instance.cmp(&theirs.instance) {
        Ordering::Equal => return Verdict::Ourselves,
        Ordering::Less => asked,
        Ordering::Greater => !asked,
    };
    if !counts {
        return if asked { Verdict::Wait } else { Verdict::Ask };
    }
    let first = (theirs.age, &ours.instance) < (ours.age, &theirs.instance);
    if first { Verdict::Keep } else { Verdict::Yield }
}

/// How this run came to hold the account. It outlives the actor's lives.
#[derive(Debug)]
pub(super) struct Tenure {
    instance: String,
    since: Option<Instant>,
    /// Another one took our resource: until it is known who keeps the account we use another.
    contested: bool,
}

impl Default for Tenure {
    fn default() -> Self {
        Self {
            instance: super::new_id(),
            since: None,
            contested: false,
        }
    }
}

impl Tenure {
    /// We are logged in; the first time counts.
    pub(super) fn holds(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// What we say of ourselves.
    pub(super) fn claim(&self, now: Instant, host: String) -> Claim {
        let age = self.since.map(|since| now.saturating_duration_since(since));
        Claim {
            instance: self.instance.clone(),
            age: Duration::from_secs(age.unwrap_or_default().as_secs()),
            host,
        }
    }

    /// Another one took our resource. Answers whether that is new.
    pub(super) fn displaced(&mut self) -> bool {
        !std::mem::replace(&mut self.contested, true)
    }

    /// The account is ours again.
    pub(super) fn settled(&mut self) {
        self.contested = false;
    }

    /// The resource to ask for, which throws nobody out while the account is contested.
    pub(super) fn resource(&self, configured: &str) -> String {
        if !self.contested {
            return configured.to_owned();
        }
        let suffix: String = std::iter::repeat_with(fastrand::alphanumeric)
            .take(6)
            .collect();
        format!("{configured}-{suffix}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claim(instance: &str, seconds: u64) -> Claim {
        Claim::heard(instance, seconds, "host".into())
    }

    #[test]
    fn the_older_one_keeps_it_whoever_asks_the_question_that_counts() {
        let (old, young) = (claim("a", 100), claim("b", 1));
        assert_eq!(judge(&old, &young, true), Verdict::Keep);
        assert_eq!(judge(&young, &old, false), Verdict::Yield);
        let (old, young) = (claim("b", 100), claim("a", 1));
        assert_eq!(judge(&young, &old, true), Verdict::Yield);
        assert_eq!(judge(&old, &young, false), Verdict::Keep);
    }

    #[test]
    fn of_two_of_one_age_the_smaller_id_keeps_it() {
        let (small, large) = (claim("a", 5), claim("b", 5));
        assert_eq!(judge(&small, &large, true), Verdict::Keep);
        assert_eq!(judge(&large, &small, false), Verdict::Yield);
    }

    #[test]
    fn a_question_that_does_not_count_makes_nobody_stop() {
        let (small, large) = (claim("a", 5), claim("b", 500));
        assert_eq!(judge(&large, &small, true), Verdict::Wait);
        assert_eq!(judge(&small, &large, false), Verdict::Ask);
        assert_eq!(judge(&small, &small, true), Verdict::Ourselves);
    }

    #[test]
    fn an_impossible_age_is_cut() {
        assert_eq!(claim("a", u64::MAX).age, LONGEST);
    }

    #[test]
    fn age_counts_from_the_first_login_of_this_run() {
        let begin = Instant::now();
        let mut tenure = Tenure::default();
        tenure.holds(begin + Duration::from_secs(1));
        tenure.holds(begin + Duration::from_secs(50));
        let claim = tenure.claim(begin + Duration::from_millis(61_900), "h".into());
        assert_eq!(claim.age, Duration::from_mins(1));
    }

    #[test]
    fn another_resource_is_used_only_while_the_account_is_contested() {
        let mut tenure = Tenure::default();
        assert_eq!(tenure.resource("hm"), "hm");
        assert!(tenure.displaced() && !tenure.displaced());
        let other = tenure.resource("hm");
        assert!(other.starts_with("hm-") && other.len() == 9, "{other}");
        tenure.settled();
        assert_eq!(tenure.resource("hm"), "hm");
    }

    proptest! {
        #[test]
        fn of_any_two_in_any_order_exactly_one_stays(
            a in ("[a-c]{1,2}", 0u64..4), b in ("[a-c]{1,2}", 0u64..4)
        ) {
            prop_assume!(a.0 != b.0);
            let (a, b) = (claim(&a.0, a.1), claim(&b.0, b.1));
            for (asker, other) in [(&a, &b), (&b, &a)] {
                let verdicts = (judge(asker, other, true), judge(other, asker, false));
                let fine = [
                    (Verdict::Keep, Verdict::Yield),
                    (Verdict::Yield, Verdict::Keep),
                    (Verdict::Wait, Verdict::Ask),
                ];
                prop_assert!(fine.contains(&verdicts), "{:?}", verdicts);
            }
        }
    }
}
