//! Names to addresses, and to the first address that answers: happy eyeballs (RFC 8305), because a
//! name with a dead IPv6 address is not down.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;

use super::reason::rank;
use super::{NetError, NetReason, io_reason, lookup};
use crate::probe::kinds::Trace;
use crate::probe::verdict::Phase;
use crate::text::clean;

/// How long an address has before the next one is tried beside it (RFC 8305, 5).
const STAGGER: Duration = Duration::from_millis(250);

/// All addresses of a host, in the order in which they are to be tried; never empty. An address
/// is taken as it is, without a look-up.
pub async fn resolve(host: &str, port: u16, trace: &Trace) -> Result<Vec<SocketAddr>, NetError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    trace.phase(Phase::Resolve);
    let found = lookup::addresses(bare, port)
        .await
        .map_err(|reason| (Phase::Resolve, reason))?;
    let addresses = interleave(found);
    if addresses.is_empty() {
        let host = clean(host, 255);
        return Err((Phase::Resolve, NetReason::NoAddress { host }));
    }
    Ok(addresses)
}

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
        if pair == [None, None] {
            return out;
        }
        out.extend(pair.into_iter().flatten());
    }
}

/// Connects to the first address of a host that answers; every address is tried.
pub async fn connect(host: &str, port: u16, trace: &Trace) -> Result<TcpStream, NetError> {
    let addresses = resolve(host, port, trace).await?;
    trace.phase(Phase::Connect);
    race(addresses, trace)
        .await
        .map_err(|reason| (Phase::Connect, reason))
}

async fn race(addresses: Vec<SocketAddr>, trace: &Trace) -> Result<TcpStream, NetReason> {
    let mut waiting = addresses.into_iter();
    let mut trying = FuturesUnordered::new();
    // Tried and not settled yet: the last of them is what a timeout names.
    let mut open: Vec<SocketAddr> = Vec::new();
    let mut worst: Option<NetReason> = None;
    // Each turn follows a failure or a quarter of a second, and either starts the next address.
    loop {
        if let Some(address) = waiting.next() {
            open.push(address);
            trace.peer(address);
            trying.push(async move { (address, TcpStream::connect(address).await) });
        }
        if trying.is_empty() {
            let host = String::new();
            return Err(worst.unwrap_or(NetReason::NoAddress { host }));
        }
        let stagger = tokio::time::sleep(STAGGER);
        tokio::select! {
            Some((address, result)) = trying.next() => match result {
                Ok(stream) => {
                    trace.peer(address);
                    // Small questions and answers: waiting for more to send only costs time.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::trace!(%error, "no-delay not set");
                    }
                    return Ok(stream);
                }
                Err(error) => {
                    open.retain(|other| *other != address);
                    if let Some(last) = open.last() {
                        trace.peer(last);
                    }
                    let reason = io_reason(&error, &address);
                    if worst.as_ref().is_none_or(|w| rank(&reason) < rank(w)) {
                        worst = Some(reason);
                    }
                }
            },
            () = stagger, if waiting.len() > 0 => {}
        }
    }
}

#[cfg(test)]
mod tests;
