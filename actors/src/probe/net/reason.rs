//! From the errors of the system and of rustls to a [`NetReason`].

use std::io::{self, ErrorKind};

use rustls::{CertificateError, Error as TlsError};

use super::NetReason;
use crate::text::clean;

/// Longest text of a library that is kept.
const MAX_WHY: usize = 200;

/// Why a connection failed. An error of rustls is found inside of an I/O error.
pub fn io_reason(error: &io::Error, peer: &impl ToString) -> NetReason {
    let peer = peer.to_string();
    if let Some(tls) = error.get_ref().and_then(|e| e.downcast_ref::<TlsError>()) {
        return tls_reason(tls, &peer);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => NetReason::Refused { peer },
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            NetReason::Reset { peer }
        }
        ErrorKind::UnexpectedEof => NetReason::Closed { peer },
        ErrorKind::TimedOut => NetReason::ConnectTimeout { peer },
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => NetReason::Unreachable {
            peer,
            why: plain(error),
        },
        _ => NetReason::Io { why: plain(error) },
    }
}

/// Why TLS failed with this host.
pub fn tls_reason(error: &TlsError, host: &str) -> NetReason {
    let TlsError::InvalidCertificate(certificate) = error else {
        return NetReason::Tls {
            why: clean(&error.to_string(), MAX_WHY),
        };
    };
    match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            NetReason::CertificateExpired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            NetReason::CertificateNotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            NetReason::CertificateWrongHost {
                host: host.to_owned(),
            }
        }
        // The second: signed by another authority of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            NetReason::CertificateUntrusted
        }
        // A certificate that signed itself, as `openssl req -x509` makes it.
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            NetReason::CertificateUntrusted
        }
        other => NetReason::Tls {
            why: clean(&other.to_string(), MAX_WHY),
        },
    }
}

/// The system's words without Rust's ` (os error 113)`.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    clean(text, MAX_WHY)
}

/// Which of two failures tells more about the target: one that the target itself gave beats one
/// of the way there, and that beats one of this machine (no IPv6 here, say).
pub(super) fn rank(reason: &NetReason) -> u8 {
    match reason {
        NetReason::Refused { .. } => 0,
        NetReason::Reset { .. } | NetReason::Closed { .. } => 1,
        NetReason::ConnectTimeout { .. } => 2,
        NetReason::Unreachable { .. } => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_error_becomes_a_reason_without_its_number() {
        let error = io::Error::from_raw_os_error(113);
        assert_eq!(
            io_reason(&error, &"192.0.2.1:80"),
            NetReason::Unreachable {
                peer: "192.0.2.1:80".into(),
                why: "No route to host".into()
            }
        );
        let refused = io::Error::from(ErrorKind::ConnectionRefused);
        assert_eq!(
            io_reason(&refused, &"127.0.0.1:81").to_string(),
            "connection refused by 127.0.0.1:81"
        );
    }

    #[test]
    fn an_error_of_tls_is_found_inside_an_io_error() {
        let expired = TlsError::InvalidCertificate(CertificateError::Expired);
        let error = io::Error::new(ErrorKind::InvalidData, expired);
        assert_eq!(io_reason(&error, &"x"), NetReason::CertificateExpired);
    }
}
