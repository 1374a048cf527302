//! What errors of the system, TLS and HTTP mean for the target.
//!
//! A trap: the interesting error is deep in the chain (hyper → I/O → rustls), and its `Display`
//! is made for developers. Only what no other reason fits is quoted.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use rustls::CertificateError;

use super::WebReason;
use super::exchange::Flooded;
use super::judge::excerpt;
use crate::probe::net::NetReason;
use crate::probe::verdict::Reason;

/// Why no address was found.
pub(super) fn of_resolve(error: &io::Error, host: &str) -> NetReason {
    let host = crate::text::clean(host, 253);
    let text = error.to_string();
    // `getaddrinfo` has no code for "there is no such name" that the standard library shows.
    let unknown = [
        "Name or service not known",
        "No address associated",
        "nodename nor servname",
    ];
    let windows = [Some(11_001), Some(11_004)]; // WSAHOST_NOT_FOUND, WSANO_DATA
    if unknown.iter().any(|known| text.contains(known))
        || cfg!(windows) && windows.contains(&error.raw_os_error())
    {
        return NetReason::NoAddress { host };
    }
    let why = text.strip_prefix("failed to lookup address information: ");
    NetReason::ResolveFailed {
        host,
        why: excerpt(why.unwrap_or(&text).as_bytes()),
    }
}

/// Why no connection was made.
pub(super) fn of_connect(error: &io::Error, peer: SocketAddr) -> NetReason {
    use io::ErrorKind as Kind;
    let peer = peer.to_string();
    match error.kind() {
        Kind::ConnectionRefused => NetReason::Refused { peer },
        Kind::ConnectionReset | Kind::ConnectionAborted => NetReason::Reset { peer },
        Kind::TimedOut => NetReason::ConnectTimeout { peer },
        Kind::HostUnreachable
        | Kind::NetworkUnreachable
        | Kind::NetworkDown
        | Kind::AddrNotAvailable
        | Kind::PermissionDenied => NetReason::Unreachable {
            peer,
            why: why(error),
        },
        _ => NetReason::Io { why: why(error) },
    }
}

/// Why the TLS handshake failed.
pub(super) fn of_tls(error: &io::Error, host: &str, peer: SocketAddr) -> NetReason {
    match rustls_error(error) {
        Some(error) => of_rustls(error, host),
        None => of_io(error, peer),
    }
}

/// Why there was no answer, or only part of one. `first` is what came first.
pub(super) fn of_exchange(error: &hyper::Error, first: &[u8], peer: SocketAddr) -> Reason {
    // hyper has `is_parse_too_large` for servers alone.
    if error.is_parse() && error.to_string().contains("too large") {
        return WebReason::HeadTooLarge.into();
    }
    if error.is_parse() {
        let begins = excerpt(first);
        return WebReason::NotHttp { begins }.into();
    }
    let chain = std::iter::successors(Some(error as &dyn Error), |error| (*error).source());
    let mut io = chain.filter_map(|error| error.downcast_ref::<io::Error>());
    let Some(error) = io.next() else {
        // hyper's own words for it are "message incomplete" and "channel closed".
        return closed(peer).into();
    };
    if matches!(error.get_ref(), Some(inner) if inner.is::<Flooded>()) {
        let peer = peer.to_string();
        return WebReason::Flood { peer }.into();
    }
    match error.kind() {
        // hyper's decoder of chunked bodies.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
            if rustls_error(error).is_none() =>
        {
            WebReason::BadBody { why: why(error) }.into()
        }
        _ => of_io(error, peer).into(),
    }
}

fn of_io(error: &io::Error, peer: SocketAddr) -> NetReason {
    use io::ErrorKind as Kind;
    if let Some(error) = rustls_error(error) {
        return of_rustls(error, &peer.ip().to_string());
    }
    match error.kind() {
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => NetReason::Reset {
            peer: peer.to_string(),
        },
        Kind::UnexpectedEof | Kind::WriteZero => closed(peer),
        _ => of_connect(error, peer),
    }
}

fn closed(peer: SocketAddr) -> NetReason {
    let peer = peer.to_string();
    NetReason::Closed { peer }
}

fn of_rustls(error: &rustls::Error, host: &str) -> NetReason {
    use CertificateError as Bad;
    let tls = |why: &str| NetReason::Tls {
        why: excerpt(why.as_bytes()),
    };
    match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => NetReason::CertificateExpired,
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => NetReason::CertificateNotYetValid,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                let host = crate::text::clean(host, 253);
                NetReason::CertificateWrongHost { host }
            }
            // A bad signature: an authority of a known name with a key that we do not know.
            Bad::UnknownIssuer | Bad::BadSignature => NetReason::CertificateUntrusted,
            // What `openssl req -x509` makes: webpki refuses it even where it is trusted.
            Bad::Other(_) if bad.to_string().contains("CaUsedAsEndEntity") => {
                tls("a certificate authority's own certificate is used for the host")
            }
            bad => tls(&format!("certificate refused: {bad}")),
        },
        rustls::Error::InvalidMessage(_) => tls("the other side does not speak TLS"),
        error => tls(&error.to_string()),
    }
}

fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// The system's words without its number.
fn why(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    excerpt(&text.as_bytes()[..end])
}
