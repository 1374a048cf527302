//! The password of a new account: made here, seen by nobody.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::SecretString;

/// Bytes of a password: 160 bits.
const PASSWORD_BYTES: usize = 20;

/// No random numbers are to be had from the operating system.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct NoRandomness;

/// A password of 160 bits from the operating system's generator, in letters, digits, `-` and `_`.
pub fn new_password() -> Result<SecretString, NoRandomness> {
    let mut bytes = [0; PASSWORD_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
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
