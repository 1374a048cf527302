//! Asking the system for the addresses of a name, as `nsswitch.conf` says.
//!
//! Without a name server that blocks for half a minute, longer than any check lives. So a host has
//! one question under way at the most: retries of a hundred targets on one dead name are one thread.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::{Arc, LazyLock};

use super::NetReason;
use super::reason::{exhausted, is_exhausted};
use crate::probe::kinds::one_per_key::OnePerKey;
use crate::sys_error::words;
use crate::text::clean;

/// Modules of the C library run on it, which like some room.
const STACK: usize = 512 * 1024;

/// The addresses of a name, or why there are none. Shared, since many may wait for one answer.
pub type Addresses = Result<Vec<SocketAddr>, Arc<io::Error>>;

static LOOKUPS: LazyLock<OnePerKey<String, Addresses>> = LazyLock::new(OnePerKey::default);

/// The addresses of a name in the system's order (RFC 6724), with this port; may be empty.
pub async fn addresses(host: String, port: u16) -> Addresses {
    let key = host.to_ascii_lowercase();
    let asked = key.clone();
    let call = LOOKUPS.join_or_start(&key, &("look-up", STACK), move || {
        (asked.as_str(), 0)
            .to_socket_addrs()
            .map(Iterator::collect)
            .map_err(|error| Arc::new(own_want().unwrap_or(error)))
    });
    // No thread to be had: the system says EAGAIN, which anywhere else means something else.
    let call = call.map_err(|error| Arc::new(exhausted(&error)))?;
    let answer = call.answer().await;
    let panicked = || Err(Arc::new(io::Error::other("the look-up panicked")));
    let mut answer = answer.unwrap_or_else(panicked)?;
    for address in &mut answer {
        address.set_port(port);
    }
    Ok(answer)
}

/// What this machine wants for, if anything: without a file to spare the C library says that there
/// is no such name, or that its server does not answer.
fn own_want() -> Option<io::Error> {
    let error = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).err()?;
    is_exhausted(&error).then_some(error)
}

/// Why no address was found.
pub(super) fn unresolved(host: &str, error: &io::Error) -> NetReason {
    if is_exhausted(error) {
        return NetReason::Exhausted { why: words(error) };
    }
    let host = clean(host, 255);
    let text = words(error);
    let why = text
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(&text);
    match why {
        // The words of glibc and the BSDs for EAI_NODATA: the name is there, addresses are not.
        "No address associated with hostname" | "No address associated with name" => {
            NetReason::NoAddress { host }
        }
        why => NetReason::ResolveFailed {
            host,
            why: why.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_has_an_address_however_many_ask_at_once() {
        let asks = (0..200).map(|_| addresses("LocalHost".to_owned(), 7));
        for answer in futures_util::future::join_all(asks).await {
            let found = answer.unwrap();
            assert!(!found.is_empty());
            assert!(found.iter().all(|a| a.ip().is_loopback() && a.port() == 7));
        }
    }

    #[test]
    fn a_name_without_an_address_and_one_that_cannot_be_asked_for_are_told_apart() {
        let failed = |why: &str| {
            let text = format!("failed to lookup address information: {why}");
            unresolved("x", &io::Error::other(text))
        };
        let none = failed("No address associated with hostname");
        assert_eq!(none, NetReason::NoAddress { host: "x".into() });
        #[cfg(windows)]
        assert_eq!(unresolved("x", &io::Error::from_raw_os_error(11_004)), none);
        let unknown = failed("Name or service not known");
        assert_eq!(
            unknown.to_string(),
            "x cannot be resolved: Name or service not known"
        );
    }
}
