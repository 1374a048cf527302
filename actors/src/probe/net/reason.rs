//! From the errors of the system and of rustls to a [`NetReason`].

use std::io::{self, ErrorKind};

use rustls::{CertificateError, Error as TlsError};

use super::NetReason;
use crate::sys_error::words;
use crate::text::clean;

/// Longest text of a library that is kept.
const MAX_WHY: usize = 200;

/// Why a connection failed. An error of rustls is found inside of an I/O error.
pub fn io_reason(error: &io::Error, peer: &impl ToString) -> NetReason {
    let peer = peer.to_string();
    if let Some(tls) = inner(error) {
        return tls_reason(tls, &peer);
    }
    if is_exhausted(error) {
        return NetReason::Exhausted { why: words(error) };
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => NetReason::Refused { peer },
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            NetReason::Reset { peer }
        }
        ErrorKind::UnexpectedEof | ErrorKind::WriteZero => NetReason::Closed { peer },
        ErrorKind::TimedOut => NetReason::ConnectTimeout { peer },
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable
        // A firewall of this machine.
        | ErrorKind::PermissionDenied => NetReason::Unreachable {
            peer,
            why: words(error),
        },
        _ => NetReason::Io { why: words(error) },
    }
}

/// The error of rustls in an I/O error.
pub(super) fn inner(error: &io::Error) -> Option<&TlsError> {
    error.get_ref()?.downcast_ref()
}

/// Why TLS failed with this host.
pub fn tls_reason(error: &TlsError, host: &str) -> NetReason {
    let tls = |why: &str| NetReason::Tls {
        why: clean(why, MAX_WHY),
    };
    let certificate = match error {
        TlsError::InvalidCertificate(certificate) => certificate,
        TlsError::InvalidMessage(_) => return tls("the other side does not speak TLS"),
        error => return tls(&error.to_string()),
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
                host: clean(host, 255),
            }
        }
        // The second: an authority of a known name with a key that we do not know.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            NetReason::CertificateUntrusted
        }
        // What `openssl req -x509` makes: webpki refuses it even where it is trusted.
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            tls("a certificate authority's own certificate is used for the host")
        }
        other => tls(&format!("certificate refused: {other}")),
    }
}

/// `NOSPC` is epoll's word for too many watches.
#[cfg(unix)]
const EXHAUSTED: [i32; 4] = {
    use rustix::io::Errno;
    [
        Errno::MFILE.raw_os_error(),
        Errno::NFILE.raw_os_error(),
        Errno::NOBUFS.raw_os_error(),
        Errno::NOSPC.raw_os_error(),
    ]
};
/// WSAEMFILE and WSAENOBUFS.
#[cfg(not(unix))]
const EXHAUSTED: [i32; 2] = [10_024, 10_055];

/// Whether this machine ran out of something.
pub(super) fn is_exhausted(error: &io::Error) -> bool {
    error.kind() == ErrorKind::OutOfMemory
        || matches!(error.raw_os_error(), Some(code) if EXHAUSTED.contains(&code))
}

/// The same words as an error that [`is_exhausted`] knows.
pub(super) fn exhausted(error: &io::Error) -> io::Error {
    io::Error::new(ErrorKind::OutOfMemory, words(error))
}

/// Which of two failures to connect tells more, the least first. An address that was not tried for
/// want of something here might have answered. Then, one that the target itself gave beats one of
/// the way there, and that beats one of this machine (no IPv6 here, say).
pub(super) fn rank(error: &io::Error) -> u8 {
    if is_exhausted(error) {
        return 0;
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => 1,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => 2,
        ErrorKind::TimedOut => 3,
        ErrorKind::HostUnreachable => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_error_becomes_a_reason_without_its_number() {
        let code = if cfg!(windows) { 10_065 } else { 113 };
        let error = io::Error::from_raw_os_error(code);
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

    #[cfg(windows)]
    #[test]
    fn what_the_sockets_of_windows_say_is_told_in_the_words_of_linux() {
        for (code, told) in [
            (10_013, "x is unreachable: Permission denied"),
            (10_049, "x is unreachable: Cannot assign requested address"),
            (10_051, "x is unreachable: Network is unreachable"),
            (10_053, "connection reset by x"),
            (10_054, "connection reset by x"),
            (
                10_055,
                "this machine is out of resources: No buffer space available",
            ),
            (10_060, "no answer from x"),
            (10_061, "connection refused by x"),
            (10_065, "x is unreachable: No route to host"),
        ] {
            let error = io::Error::from_raw_os_error(code);
            assert_eq!(io_reason(&error, &"x").to_string(), told, "{code}");
        }
    }

    #[test]
    fn an_error_of_tls_is_found_inside_an_io_error() {
        let expired = TlsError::InvalidCertificate(CertificateError::Expired);
        let error = io::Error::new(ErrorKind::InvalidData, expired);
        assert_eq!(io_reason(&error, &"x"), NetReason::CertificateExpired);
    }

    #[test]
    fn an_address_that_said_no_tells_more_than_one_without_a_route() {
        let rank = |kind: ErrorKind| rank(&kind.into());
        assert!(rank(ErrorKind::ConnectionRefused) < rank(ErrorKind::NetworkUnreachable));
        assert!(rank(ErrorKind::TimedOut) < rank(ErrorKind::HostUnreachable));
    }

    #[cfg(unix)]
    #[test]
    fn an_address_that_could_not_be_tried_for_want_of_files_leaves_no_verdict() {
        let full = io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error());
        assert!(rank(&full) < rank(&ErrorKind::ConnectionRefused.into()));
        assert_eq!(
            io_reason(&full, &"x").to_string(),
            "this machine is out of resources: Too many open files"
        );
    }
}
