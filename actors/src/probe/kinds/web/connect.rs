//! From a URL to a connection: addresses, TCP to whichever answers first, TLS.
//!
//! A trap: the first address of a name may be dead without a word. So a second attempt starts
//! after 250 ms while the first still waits, and so on (RFC 8305, section 5), IPv6 and IPv4 in turn.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use hostmessenger_config::Web;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::judge::Certificate;
use super::{WebReason, failure, setup};
use crate::probe::kinds::{Tools, Trace};
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Phase};

/// RFC 8305, section 8: "Connection Attempt Delay", 250 ms.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that is ready for a request.
pub(super) struct Link {
    pub(super) stream: Box<dyn Stream>,
    pub(super) peer: SocketAddr,
    /// Host name and certificate (DER) with TLS.
    shown: Option<(String, Vec<u8>)>,
}

impl Link {
    /// The certificate that the host showed.
    pub(super) fn certificate(&self) -> Option<Certificate> {
        let (host, der) = self.shown.as_ref()?;
        Some(Certificate::read(host, der))
    }
}

/// Opens a connection for this URL.
pub(super) async fn open(
    url: &Url,
    options: &Web,
    tools: &Tools,
    trace: &Trace,
) -> Result<Link, Finding> {
    let failed = |phase, reason: NetReason| Finding::failed(phase, reason);
    let tls = match url.scheme() {
        "https" => Some(tools.web.tls(&tools.tls, options).await.map_err(setup)?),
        _ => None,
    };
    trace.phase(Phase::Resolve);
    let addresses = resolve(url, tools)
        .await
        .map_err(|reason| failed(Phase::Resolve, reason))?;
    trace.phase(Phase::Connect);
    let (tcp, peer) = race(addresses, trace).await.map_err(|missed| {
        if missed.is_ours() {
            setup(WebReason::Setup {
                why: missed.error.to_string(),
            })
        } else {
            failed(
                Phase::Connect,
                failure::of_connect(&missed.error, missed.peer),
            )
        }
    })?;
    let Some(config) = tls else {
        return Ok(Link {
            stream: Box::new(tcp),
            peer,
            shown: None,
        });
    };
    trace.phase(Phase::Tls);
    let host = name(url);
    let tls_failed = |error: io::Error| failed(Phase::Tls, failure::of_tls(&error, &host, peer));
    let server = ServerName::try_from(host.trim_end_matches('.').to_owned())
        .map_err(|error| tls_failed(io::Error::other(error)))?;
    let tls = TlsConnector::from(config)
        .connect(server, tcp)
        .await
        .map_err(tls_failed)?;
    let chain = tls.get_ref().1.peer_certificates().unwrap_or_default();
    let shown = chain.first().map(|der| (host.clone(), der.to_vec()));
    Ok(Link {
        stream: Box::new(tls),
        peer,
        shown,
    })
}

/// Name or address of the URL's host, IPv6 without brackets.
fn name(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => String::new(),
    }
}

async fn resolve(url: &Url, tools: &Tools) -> Result<Vec<SocketAddr>, NetReason> {
    let port = url.port_or_known_default().unwrap_or(80);
    let host = match url.host() {
        Some(Host::Ipv4(ip)) => return Ok(vec![(ip, port).into()]),
        Some(Host::Ipv6(ip)) => return Ok(vec![(ip, port).into()]),
        _ => name(url),
    };
    match tools.web.addresses(&host, port).await {
        Ok(found) if found.is_empty() => Err(NetReason::NoAddress { host }),
        Ok(found) => Ok(found),
        Err(error) => Err(failure::of_resolve(&error, &host)),
    }
}

/// An address that could not be connected to.
#[derive(Debug)]
struct Missed {
    peer: SocketAddr,
    error: io::Error,
}

impl Missed {
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
async fn race(
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
            trace.peer(peer);
            tried.push(async move { (peer, TcpStream::connect(peer).await) });
        }
        let ended = if waiting.len() == 0 {
            tried.next().await
        } else {
            match tokio::time::timeout(ATTEMPT_DELAY, tried.next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            }
        };
        match (ended, missed.take()) {
            (Some((peer, Ok(stream))), _) => {
                trace.peer(peer);
                // Costs only latency when it fails.
                stream.set_nodelay(true).ok();
                return Ok((stream, peer));
            }
            (Some((peer, Err(error))), earlier) => {
                pending.retain(|p| *p != peer);
                if let Some(peer) = pending.last() {
                    trace.peer(peer);
                }
                let new = Missed { peer, error };
                missed = Some(match earlier {
                    Some(earlier) if earlier.rank() <= new.rank() => earlier,
                    _ => new,
                });
            }
            (None, Some(missed)) => return Err(missed),
            (None, None) => {
                // Only for no address at all, which `resolve` has refused.
                let peer = SocketAddr::from(([0, 0, 0, 0], 0));
                let error = io::ErrorKind::AddrNotAvailable.into();
                return Err(Missed { peer, error });
            }
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

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|t| t.parse().unwrap()).collect()
    }

    #[test]
    fn the_families_take_turns_and_no_address_is_tried_twice() {
        let given = addresses(&["[::1]:1", "[::2]:1", "[::1]:1", "1.1.1.1:1", "2.2.2.2:1"]);
        let expected = addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1"]);
        assert_eq!(in_turn(given), expected);
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
