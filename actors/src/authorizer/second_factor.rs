//! The second factor of VNC START: a code of six digits (RFC 6238). Each code works once, and five
//! wrong ones lock it for a quarter of an hour; both outlive a restart of the program.
//!
//! [`memory`] decides and is pure; [`keeper`] is its file; [`secret`] is how it all begins.

use std::path::Path;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret, Totp};

use crate::time::Now;

mod keeper;
mod memory;
mod secret;

pub use memory::Factor;
pub use secret::NewSecret;

use keeper::Keeper;
use memory::{Given, Memory};

/// Letters of base32 that make 80 bits.
const SHORTEST: usize = 16;

/// Why the secret cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret for VNC codes is not usable: {0}")]
pub struct BadSecret(&'static str);

/// Memory of codes. It outlives the actor, so that a restart does not make a used code good again.
#[derive(Debug)]
pub struct SecondFactor {
    /// `None`: no code opens it.
    totp: Option<Totp>,
    memory: Memory,
    keeper: Keeper,
    /// How many states there were.
    number: u64,
}

/// Puts on disk what a code changed; whether that succeeded. To be awaited before the code counts.
pub type Keeping = LocalBoxFuture<'static, bool>;

impl SecondFactor {
    /// From a secret in base32 (RFC 4648), and what is remembered in the data directory. RFC 4226
    /// wants 128 bits, but many apps hand out 80: those are taken, less is refused.
    pub fn new(secret: &SecretString, data_dir: &Path, now: Now) -> Result<Self, BadSecret> {
        let totp = totp(secret)?;
        let keeper = Keeper::new(data_dir);
        Ok(Self {
            totp: Some(totp),
            memory: keeper.read(now),
            keeper,
            number: 0,
        })
    }

    /// One that no code opens.
    pub fn closed(data_dir: &Path, now: Now) -> Self {
        let keeper = Keeper::new(data_dir);
        Self {
            totp: None,
            memory: keeper.read(now),
            keeper,
            number: 0,
        }
    }

    /// Judges a code at `now`. It counts as used in memory at once, and for good when the other
    /// half of the answer has come true.
    pub fn check(&mut self, code: Option<&str>, now: Now) -> (Factor, Keeping) {
        let time = memory::seconds(now.wall);
        let step = |code| self.totp.as_ref().and_then(|totp| totp.check(code, time));
        let given = match code {
            None => Given::Nothing,
            Some(code) => step(code).map_or(Given::Wrong, Given::Step),
        };
        let (memory, verdict) = self.memory.clone().judge(given, now);
        if memory == self.memory {
            return (verdict, std::future::ready(true).boxed_local());
        }
        self.memory = memory;
        self.number += 1;
        let (keeper, number) = (self.keeper.clone(), self.number);
        let kept = self.memory.kept(now);
        // Begun now: it is written even where nobody waits for it any more.
        let written = tokio::task::spawn_blocking(move || keeper.write(number, &kept));
        let keeping = written.map(|written| {
            let error = match written {
                Ok(Ok(())) => return true,
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            tracing::error!(error, "use of a code not kept");
            false
        });
        (verdict, keeping.boxed_local())
    }
}

/// Whatever computes the codes of this secret.
fn totp(secret: &SecretString) -> Result<Totp, BadSecret> {
    let text = secret
        .expose_secret()
        .trim()
        .replace([' ', '='], "")
        .to_uppercase();
    if text.len() < SHORTEST {
        return Err(BadSecret("it must have at least 80 bits"));
    }
    let secret = Secret::try_from_base32(text).map_err(|_| BadSecret("it must be base32"))?;
    Ok(Builder::new().with_secret(secret).build_noncompliant())
}

#[cfg(test)]
mod tests;
