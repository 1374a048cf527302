//! What an exchange by HTTP that breaks means for the target.
//!
//! A trap: the interesting error is deep in the chain (hyper → I/O → rustls), and its `Display`
//! is made for developers. Only what no other reason fits is quoted.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use super::WebReason;
use super::exchange::Flooded;
use super::judge::excerpt;
use crate::probe::net::{self, NetReason};
use crate::probe::verdict::Reason;

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
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if !net::is_tls(error) => {
            let why = excerpt(error.to_string().as_bytes());
            WebReason::BadBody { why }.into()
        }
        _ => net::io_reason(error, &peer).into(),
    }
}

fn closed(peer: SocketAddr) -> NetReason {
    let peer = peer.to_string();
    NetReason::Closed { peer }
}
