//! Names to addresses, and to the first address that answers: happy eyeballs (RFC 8305), because a
//! name with a dead IPv6 address is not down.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;

use super::reason::rank;
use super::tcp::{self, Tcp};
use super::{Addresses, NetError, NetReason, addresses, io_reason, lookup};
use crate::probe::kinds::Trace;
use crate::probe::verdict::Phase;
use crate::text::clean;

/// How long an address has before the next one is tried beside it (RFC 8305, 5).
const STAGGER: Duration = Duration::from_millis(250);

/// A connection and whom it leads to, which the system itself no longer knows after a reset.
pub type Connected = (TcpStream, SocketAddr);

/// All addresses of a host, in the order in which they are to be tried; never empty. An address
/// is taken as it is, without a look-up.
pub async fn resolve(host: &str, port: u16, trace: &Trace) -> Result<Vec<SocketAddr>, NetError> {
    resolve_by(addresses, host, port, trace).await
}

/// The same, with another way than the system's to ask for a name.
pub async fn resolve_by<F>(
    ask: impl FnOnce(String, u16) -> F,
    host: &str,
    port: u16,
    trace: &Trace,
) -> Result<Vec<SocketAddr>, NetError>
where
    F: Future<Output = Addresses>,
{
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    trace.phase(Phase::Resolve);
    let found = Box::pin(ask(bare.to_owned(), port))
        .await
        .map_err(|error| (Phase::Resolve, lookup::unresolved(bare, &error)))?;
    if found.is_empty() {
        let host = clean(bare, 255);
        return Err((Phase::Resolve, NetReason::NoAddress { host }));
    }
    Ok(interleave(found))
}

/// Addresses of a name that are tried: who answers for the name has no say in how many connections
/// a check may open.
const MOST_ADDRESSES: usize = 64;

/// Takes turns between the families, beginning with that of the first address, which the system
/// put in front for a reason (RFC 6724). What is there twice is tried once.
fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut seen = std::collections::HashSet::new();
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .filter(|address| seen.insert(*address))
        .partition(|address| address.is_ipv6() == first_is_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut out = Vec::with_capacity(seen.len());
    loop {
        let pair = [first.next(), second.next()];
        if pair == [None, None] || out.len() >= MOST_ADDRESSES {
            out.truncate(MOST_ADDRESSES);
            return out;
        }
        out.extend(pair.into_iter().flatten());
    }
}

/// Connects to the first address of a host that answers; every address is tried.
pub async fn connect(host: &str, port: u16, trace: &Trace) -> Result<Connected, NetError> {
    connect_any(resolve(host, port, trace).await?, trace).await
}

/// Connects to the first of these addresses that answers; every one is tried.
pub async fn connect_any(addresses: Vec<SocketAddr>, trace: &Trace) -> Result<Connected, NetError> {
    let (tcp, peer) = open_any(addresses, trace).await?;
    let stream = tcp
        .chatty()
        .map_err(|error| (Phase::Connect, io_reason(&error, &peer)))?;
    Ok((stream, peer))
}

/// The same, for who may not have to wait for anything more.
pub async fn open_any(
    addresses: Vec<SocketAddr>,
    trace: &Trace,
) -> Result<(Tcp, SocketAddr), NetError> {
    trace.phase(Phase::Connect);
    let opened = match addresses[..] {
        [address] => {
            trace.peer(address);
            let opened = tcp::open(address).await;
            opened.map_or_else(
                |error| Err(io_reason(&error, &address)),
                |tcp| Ok((tcp, address)),
            )
        }
        _ => Box::pin(race(addresses, trace)).await,
    };
    opened.map_err(|reason| (Phase::Connect, reason))
}

async fn race(addresses: Vec<SocketAddr>, trace: &Trace) -> Result<(Tcp, SocketAddr), NetReason> {
    let mut waiting = addresses.into_iter();
    let mut trying = FuturesUnordered::new();
    // Tried and not settled yet: the last of them is what a timeout names.
    let mut open: Vec<SocketAddr> = Vec::new();
    let mut missed: Option<(io::Error, SocketAddr)> = None;
    // Each turn follows a failure or a quarter of a second, and either starts the next address.
    loop {
        if let Some(address) = waiting.next() {
            open.push(address);
            trace.peer(address);
            trying.push(async move { (address, tcp::open(address).await) });
        }
        if trying.is_empty() {
            return Err(missed.map_or_else(
                || NetReason::NoAddress {
                    host: String::new(),
                },
                |(error, peer)| io_reason(&error, &peer),
            ));
        }
        let stagger = tokio::time::sleep(STAGGER);
        tokio::select! {
            Some((address, result)) = trying.next() => match result {
                Ok(tcp) => {
                    trace.peer(address);
                    return Ok((tcp, address));
                }
                Err(error) => {
                    open.retain(|other| *other != address);
                    if let Some(last) = open.last() {
                        trace.peer(*last);
                    }
                    if missed.as_ref().is_none_or(|(e, _)| rank(&error) < rank(e)) {
                        missed = Some((error, address));
                    }
                }
            },
            () = stagger, if waiting.len() > 0 => {}
        }
    }
}

#[cfg(test)]
mod tests;
