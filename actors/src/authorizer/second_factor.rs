//! The second factor of VNC START: a code of six digits (RFC 6238). Pure but for the library that
//! computes codes; each code works once, and five wrong ones lock it for a quarter of an hour.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret, Totp};

use crate::time::Now;

/// Wrong codes in a row before the lock.
const WRONG_LIMIT: u32 = 5;
/// How long the lock holds.
const LOCK: Duration = Duration::from_secs(15 * 60);

/// What a code is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// It is right, and now used up.
    Good,
    /// A code is needed and there was none.
    Missing,
    /// It is wrong or was used before.
    Wrong,
    /// Too many were wrong; the fifth is the one to tell the owner of.
    Locked {
        /// How long still.
        left: Duration,
        /// Whether this code brought the lock.
        just_now: bool,
    },
}

/// Letters of base32 that make 80 bits.
const SHORTEST: usize = 16;

/// Why the secret cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret for VNC codes is not usable: {0}")]
pub struct BadSecret(&'static str);

/// Memory of codes. It outlives the actor, so that a restart does not make a used code good again.
#[derive(Debug)]
pub struct SecondFactor {
    totp: Totp,
    last_step: Option<u64>,
    wrong: u32,
    locked_until: Option<Duration>,
}

impl SecondFactor {
    /// From a secret in base32 (RFC 4648). RFC 4226 wants 128 bits, but many apps hand out 80: those
    /// are taken, less is refused.
    pub fn new(secret: &SecretString) -> Result<Self, BadSecret> {
        let text = secret
            .expose_secret()
            .trim()
            .replace([' ', '='], "")
            .to_uppercase();
        if text.len() < SHORTEST {
            return Err(BadSecret("it must have at least 80 bits"));
        }
        let secret = Secret::try_from_base32(text).map_err(|_| BadSecret("it must be base32"))?;
        let totp = Builder::new().with_secret(secret).build_noncompliant();
        Ok(Self {
            totp,
            last_step: None,
            wrong: 0,
            locked_until: None,
        })
    }

    /// One that no code opens.
    pub fn locked() -> Self {
        Self {
            totp: Builder::new().build_noncompliant(),
            last_step: Some(u64::MAX),
            wrong: 0,
            locked_until: Some(Duration::MAX),
        }
    }

    /// Judges a code at `now`.
    pub fn check(&mut self, code: Option<&str>, now: Now) -> Factor {
        if let Some(until) = self.locked_until {
            if now.mono < until {
                return Factor::Locked {
                    left: until.saturating_sub(now.mono),
                    just_now: false,
                };
            }
            self.locked_until = None;
        }
        let Some(code) = code else {
            return Factor::Missing;
        };
        let time = u64::try_from(now.wall.as_second()).unwrap_or_default();
        match self.totp.check(code, time) {
            Some(step) if self.last_step.is_none_or(|last| step > last) => {
                self.last_step = Some(step);
                self.wrong = 0;
                Factor::Good
            }
            _ => self.count_wrong(now),
        }
    }

    fn count_wrong(&mut self, now: Now) -> Factor {
        self.wrong += 1;
        if self.wrong < WRONG_LIMIT {
            return Factor::Wrong;
        }
        self.wrong = 0;
        self.locked_until = Some(now.mono.saturating_add(LOCK));
        Factor::Locked {
            left: LOCK,
            just_now: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> Now {
        Now {
            wall: Timestamp::from_second(1_000_000 + seconds).unwrap(),
            mono: Duration::from_secs(u64::try_from(seconds).unwrap()),
        }
    }

    fn factor() -> SecondFactor {
        SecondFactor::new(&SecretString::from(SECRET)).unwrap()
    }

    fn code(factor: &SecondFactor, now: Now) -> String {
        let time = u64::try_from(now.wall.as_second()).unwrap();
        factor.totp.generate(time).to_string()
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, time 59: 94287082, of which six digits remain.
        assert_eq!(factor().totp.generate(59).to_string(), "287082");
    }

    #[test]
    fn a_code_works_once() {
        let mut factor = factor();
        let good = code(&factor, at(0));
        assert_eq!(factor.check(Some(&good), at(0)), Factor::Good);
        assert_eq!(factor.check(Some(&good), at(1)), Factor::Wrong);
        assert_eq!(factor.check(None, at(2)), Factor::Missing);
    }

    #[test]
    fn five_wrong_codes_lock_even_the_right_one_for_a_quarter_of_an_hour() {
        let mut factor = factor();
        for _ in 0..4 {
            assert_eq!(factor.check(Some("abcdef"), at(0)), Factor::Wrong);
        }
        let locked = Factor::Locked {
            left: LOCK,
            just_now: true,
        };
        assert_eq!(factor.check(Some("000000"), at(0)), locked);
        let good = code(&factor, at(60));
        assert!(matches!(
            factor.check(Some(&good), at(60)),
            Factor::Locked {
                just_now: false,
                ..
            }
        ));
        let later = at(901);
        let good = code(&factor, later);
        assert_eq!(factor.check(Some(&good), later), Factor::Good);
    }

    #[test]
    fn a_secret_of_80_bits_as_many_apps_make_it_works() {
        let short = SecretString::from("JBSWY3DPEHPK3PXP");
        let mut factor = SecondFactor::new(&short).unwrap();
        let good = code(&factor, at(0));
        assert_eq!(factor.check(Some(&good), at(0)), Factor::Good);
    }

    #[test]
    fn a_secret_that_is_too_short_or_not_base32_is_refused_without_showing_it() {
        for bad in ["GEZDGNBV", "not base32!"] {
            let error = SecondFactor::new(&SecretString::from(bad)).unwrap_err();
            assert!(!error.to_string().contains(bad));
        }
    }
}
