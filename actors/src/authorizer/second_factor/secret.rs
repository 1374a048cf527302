//! A new secret for VNC codes: made on this host, shown once to an app, kept in a file.

use std::io;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Secret, Totp};
use zeroize::Zeroizing;

use super::{BadSecret, totp};
use crate::vnc_supervisor::private_file;

/// 160 bits, as RFC 4226 recommends (section 4, R6).
const BYTES: usize = 20;
/// What a label and a secret may show as they are (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A secret that no app knows yet.
pub struct NewSecret {
    base32: SecretString,
    totp: Totp,
}

impl NewSecret {
    /// From the operating system's generator.
    pub fn make() -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(io::Error::other)?;
        let base32 = SecretString::from(Secret::from(bytes.to_vec()).to_base32());
        let totp = totp(&base32).map_err(|BadSecret(why)| io::Error::other(why))?;
        Ok(Self { base32, totp })
    }

    /// What apps read, with the name that they show: `otpauth://totp/…`. It holds the secret.
    pub fn uri(&self, account: &str) -> Zeroizing<String> {
        let account = utf8_percent_encode(account, ESCAPED);
        let secret = self.base32.expose_secret();
        Zeroizing::new(format!(
            "otpauth://totp/HostMessenger:{account}?secret={secret}&issuer=HostMessenger"
        ))
    }

    /// Whether an app that was shown it gives this code now, in seconds since 1970.
    pub fn makes(&self, code: &str, now: u64) -> bool {
        self.totp.check(code, now).is_some()
    }

    /// Puts it into this file, for nobody else's eyes and atomically; a folder that is made for it is for
    /// nobody else.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            private_file::create_dir(folder)?;
        }
        let line = Zeroizing::new(format!("{}\n", self.base32.expose_secret()));
        private_file::write(file, line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_secret_has_160_bits_and_no_other_is_like_it() {
        let (one, other) = (NewSecret::make().unwrap(), NewSecret::make().unwrap());
        assert_eq!(one.base32.expose_secret().len(), 32);
        assert_ne!(one.base32.expose_secret(), other.base32.expose_secret());
        let code = one.totp.generate(1_000_000).to_string();
        assert!(one.makes(&code, 1_000_000) && !one.makes(&code, 1_000_090));
        let uri = one.uri("web01@example.org");
        let expected = format!(
            "otpauth://totp/HostMessenger:web01%40example.org?secret={}&issuer=HostMessenger",
            one.base32.expose_secret()
        );
        assert_eq!(*uri, expected);
    }
}
