//! TCP to whichever address of a name answers first (RFC 8305).
//!
//! A trap: the first address may be dead without a word. So another attempt starts after 250 ms
//! while the first still waits, and so on, IPv6 and IPv4 in turn.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;

use super::{WebReason, failure, setup};
use crate::probe::kinds::Trace;
use crate::probe::verdict::{Finding, Phase};

/// RFC 8305, section 8: "Connection Attempt Delay", 250 ms.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// An address that could not be connected to.
#[derive(Debug)]
pub(super) struct Missed {
    peer: SocketAddr,
    error: io::Error,
}

impl Missed {
    /// For no address at all, which the caller has refused before.
    fn nothing() -> Self {
        Self {
            peer: SocketAddr::from(([0, 0, 0, 0], 0)),
            error: io::ErrorKind::AddrNotAvailable.into(),
        }
    }

    /// What it says of the target, or of this machine.
    pub(super) fn finding(&self) -> Finding {
        if self.is_ours() {
            let why = self.error.to_string();
            return setup(WebReason::Setup { why });
        }
        Finding::failed(Phase::Connect, failure::of_connect(&self.error, self.peer))
    }

    /// The one that tells more; the first of those that tell as much.
    fn or(self, later: Self) -> Self {
        if later.rank() < self.rank() {
            later
        } else {
            self
        }
    }

    /// Whether this machine ran out of something: that says nothing about the target.
    fn is_ours(&self) -> bool {
        #[cfg(unix)]
        let files = {
            use rustix::io::Errno;
            let full = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS].map(Errno::raw_os_error);
            self.error.raw_os_error().is_some_and(|e| full.contains(&e))
        };
        #[cfg(not(unix))]
        let files = false;
        files || self.error.kind() == io::ErrorKind::OutOfMemory
    }

    /// How much it tells, most first: an address that said no tells more than one for which this
    /// machine has no route.
    fn rank(&self) -> u8 {
        use io::ErrorKind as Kind;
        match self.error.kind() {
            Kind::ConnectionRefused | Kind::ConnectionReset => 0,
            Kind::TimedOut => 1,
            Kind::HostUnreachable => 2,
            _ => 3,
        }
    }
}

/// Connects to whichever address answers first. If none does, the most telling of the refusals, and
/// of those the first, is the error.
pub(super) async fn race(
    addresses: Vec<SocketAddr>,
    trace: &Trace,
) -> Result<(TcpStream, SocketAddr), Missed> {
    let mut waiting = in_turn(addresses).into_iter();
    let mut tried = FuturesUnordered::new();
    let mut pending: Vec<SocketAddr> = Vec::new();
    let mut missed: Option<Missed> = None;
    loop {
        if let Some(peer) = waiting.next() {
            pending.push(peer);
            tried.push(async move { (peer, TcpStream::connect(peer).await) });
        }
        if let Some(peer) = pending.last() {
            trace.peer(peer);
        }
        let patience = match waiting.len() {
            0 => Duration::MAX,
            _ => ATTEMPT_DELAY,
        };
        match tokio::time::timeout(patience, tried.next()).await {
            Ok(Some((peer, Ok(stream)))) => {
                trace.peer(peer);
                // Costs only latency when it fails.
                stream.set_nodelay(true).ok();
                return Ok((stream, peer));
            }
            Ok(Some((peer, Err(error)))) => {
                pending.retain(|p| *p != peer);
                let new = Missed { peer, error };
                missed = Some(match missed {
                    Some(earlier) => earlier.or(new),
                    None => new,
                });
            }
            Ok(None) => return Err(missed.unwrap_or_else(Missed::nothing)),
            // The next address has its turn.
            Err(_) => {}
        }
    }
}

/// IPv6 and IPv4 in turn, beginning with the family that the system prefers (RFC 8305, section 4).
fn in_turn(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|a| a.is_ipv6() == first_is_v6);
    let mut out = Vec::with_capacity(preferred.len() + other.len());
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    loop {
        let pair = (preferred.next(), other.next());
        if pair == (None, None) {
            return out;
        }
        for address in [pair.0, pair.1].into_iter().flatten() {
            if !out.contains(&address) {
                out.push(address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::verdict::Verdict;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|t| t.parse().unwrap()).collect()
    }

    #[test]
    fn the_families_take_turns_and_no_address_is_tried_twice() {
        let given = addresses(&["[::1]:1", "[::2]:1", "[::1]:1", "1.1.1.1:1", "2.2.2.2:1"]);
        let expected = addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1"]);
        assert_eq!(in_turn(given), expected);
    }

    #[cfg(unix)]
    #[test]
    fn want_of_files_here_says_nothing_about_the_target() {
        let missed = |code| Missed {
            peer: SocketAddr::from(([127, 0, 0, 1], 1)),
            error: io::Error::from_raw_os_error(code),
        };
        let full = rustix::io::Errno::MFILE.raw_os_error();
        assert_eq!(missed(full).finding().verdict, Verdict::Unknown);
        let refused = rustix::io::Errno::CONNREFUSED.raw_os_error();
        assert_eq!(missed(refused).finding().verdict, Verdict::Failed);
    }

    #[test]
    fn an_address_that_said_no_tells_more_than_one_without_a_route() {
        let rank = |kind: io::ErrorKind| {
            let peer = SocketAddr::from(([127, 0, 0, 1], 1));
            Missed {
                peer,
                error: kind.into(),
            }
            .rank()
        };
        assert!(rank(io::ErrorKind::ConnectionRefused) < rank(io::ErrorKind::NetworkUnreachable));
        assert!(rank(io::ErrorKind::TimedOut) < rank(io::ErrorKind::HostUnreachable));
    }
}
