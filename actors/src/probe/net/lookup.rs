//! Asking the system for the addresses of a name, as `nsswitch.conf` says.
//!
//! Without a name server that blocks for half a minute, longer than any check lives. So a host has
//! one question under way at the most: retries of a hundred targets on one dead name are one thread.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::LazyLock;

use super::NetReason;
use crate::probe::kinds::one_per_key::OnePerKey;
use crate::text::clean;

/// Modules of the C library run on it, which like some room.
const STACK: usize = 512 * 1024;

type Answer = Result<Vec<SocketAddr>, NetReason>;

static LOOKUPS: LazyLock<OnePerKey<String, Answer>> = LazyLock::new(OnePerKey::default);

/// The addresses of a name in the system's order (RFC 6724), with this port; may be empty.
pub(super) async fn addresses(host: &str, port: u16) -> Answer {
    let key = host.to_ascii_lowercase();
    let asked = key.clone();
    let call = LOOKUPS.join_or_start(&key, ("look-up", STACK), move || {
        (asked.as_str(), 0)
            .to_socket_addrs()
            .map(Iterator::collect)
            .map_err(|error| unresolved(&asked, &error.to_string()))
    });
    let failed = |why: &str| NetReason::ResolveFailed {
        host: clean(host, 255),
        why: clean(why, 200),
    };
    let mut call = call.map_err(|error| failed(&error.to_string()))?;
    let answer = call.answer().await;
    let mut answer = answer.unwrap_or_else(|| Err(failed("the look-up panicked")))?;
    for address in &mut answer {
        address.set_port(port);
    }
    Ok(answer)
}

fn unresolved(host: &str, text: &str) -> NetReason {
    let host = clean(host, 255);
    let why = text
        .strip_prefix("failed to lookup address information: ")
        .unwrap_or(text);
    match why {
        // The words of glibc and the BSDs for EAI_NODATA: the name is there, addresses are not.
        "No address associated with hostname" | "No address associated with name" => {
            NetReason::NoAddress { host }
        }
        why => NetReason::ResolveFailed {
            host,
            why: clean(why, 200),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_has_an_address_however_many_ask_at_once() {
        let asks = (0..200).map(|_| addresses("LocalHost", 7));
        for answer in futures_util::future::join_all(asks).await {
            let found = answer.unwrap();
            assert!(!found.is_empty());
            assert!(found.iter().all(|a| a.ip().is_loopback() && a.port() == 7));
        }
    }

    #[test]
    fn a_name_without_an_address_and_one_that_cannot_be_asked_for_are_told_apart() {
        let prefix = "failed to lookup address information: ";
        let none = unresolved("x", &format!("{prefix}No address associated with hostname"));
        assert_eq!(none, NetReason::NoAddress { host: "x".into() });
        let unknown = unresolved("x", &format!("{prefix}Name or service not known"));
        assert_eq!(
            unknown.to_string(),
            "x cannot be resolved: Name or service not known"
        );
    }
}
