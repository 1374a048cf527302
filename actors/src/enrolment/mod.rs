//! Enrolment: an administrator of an XMPP server makes, watches and removes the accounts of hosts.
//!
//! ```text
//! Session ──▶ Administrator: add, remove, lock, unlock, change_password, end_sessions (XEP-0133)
//!    │                       befriend, forget, hosts (RFC 6121, XEP-0092)
//!    └──────▶ NewAccount:    introduce; that there is one proves that the account can log in
//! ```
//!
//! A library without a word to people: the flow, and what is undone where it fails, is the
//! caller's. Traps: who is an administrator is the server's word alone; and where an answer is
//! missing ([`CommandError::is_uncertain`]) an account may be there all the same.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::SecretString;

mod administrator;
mod by_hand;
mod command;
mod contacts;
mod error;
mod form;
mod hosts;
mod new_account;
mod profile;
mod session;
pub mod xep0050;
pub mod xep0133;

pub use administrator::{AddedBy, Administrator};
pub use contacts::{AcquaintError, GROUP, acquaint};
pub use error::{CommandError, OpenError, RequestError};
pub use form::FormError;
pub use hosts::Host;
pub use new_account::{Introduced, NewAccount};
pub use session::Session;

/// Bytes of a password: 160 bits.
const PASSWORD_BYTES: usize = 20;

/// No random numbers are to be had from the operating system.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct NoRandomness;

/// A password of 160 bits from the operating system's generator, in letters, digits, `-` and `_`.
pub fn new_password() -> Result<SecretString, NoRandomness> {
    let mut bytes = [0; PASSWORD_BYTES];
    let random = crate::tls::provider().secure_random;
    random.fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes).into())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn no_two_passwords_are_alike_and_each_fits_anywhere() {
        let made: HashSet<String> = (0..100)
            .map(|_| new_password().unwrap().expose_secret().to_owned())
            .collect();
        assert_eq!(made.len(), 100);
        for password in made {
            assert_eq!(password.len(), 27);
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            assert!(password.chars().all(plain));
        }
    }
}
