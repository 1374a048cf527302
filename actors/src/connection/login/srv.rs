//! Where the server of an account is: as configured, else by SRV records (RFC 6120, 3.2.1), else the
//! domain itself.

use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::RData;
use hickory_resolver::{ResolverBuilder, TokioResolver};
use hostmessenger_config::{Account, AccountTls};
use url::Host;

use super::error::LoginError;
use crate::text::clean;

/// How long name servers may take; then the domain itself is tried.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(8);
/// More servers than this are not tried in one login.
const MAX_SERVERS: usize = 8;

/// One server to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// An SRV record (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Lower is tried first.
    pub priority: u16,
    /// Share among those of one priority.
    pub weight: u16,
    /// Where.
    pub server: Server,
}

/// The order of trying: by priority, and by dice with the weights within one (RFC 2782). `dice`
/// gives a number from 0 to its argument, both included.
pub(crate) fn order(mut records: Vec<Record>, mut dice: impl FnMut(u32) -> u32) -> Vec<Server> {
    // Those without a weight first, so that they have their small chance.
    records.sort_by_key(|record| (record.priority, record.weight != 0));
    let mut servers = Vec::with_capacity(records.len());
    while let Some(priority) = records.first().map(|record| record.priority) {
        let equal = records
            .iter()
            .take_while(|record| record.priority == priority);
        let sum: u32 = equal.map(|record| u32::from(record.weight)).sum();
        let chosen = dice(sum);
        let mut running = 0;
        let at = records.iter().position(|record| {
            running += u32::from(record.weight);
            running >= chosen
        });
        servers.push(records.remove(at.unwrap_or_default()).server);
    }
    servers
}

/// The domain as it stands in DNS and certificates.
pub(crate) fn ascii_domain(account: &Account) -> Result<String, LoginError> {
    let domain = account.jid.domain().as_str();
    match Host::parse(domain) {
        Ok(host) => Ok(host.to_string().trim_end_matches('.').to_owned()),
        Err(error) => Err(LoginError::Protocol(clean(
            &format!("{domain} is no domain: {error}"),
            300,
        ))),
    }
}

/// The system's name servers; `None` where there are none to be read.
pub(crate) fn system_resolver() -> Option<Arc<TokioResolver>> {
    let built = TokioResolver::builder_tokio().and_then(ResolverBuilder::build);
    match built {
        Ok(resolver) => Some(Arc::new(resolver)),
        Err(error) => {
            tracing::debug!(%error, "no name servers configured");
            None
        }
    }
}

/// The servers to try, in order; never empty.
pub(crate) async fn servers(
    account: &Account,
    resolver: Option<&TokioResolver>,
) -> Result<Vec<Server>, LoginError> {
    if let Some(server) = &account.server {
        let (host, port) = (server.host.clone(), server.port);
        return Ok(vec![Server { host, port }]);
    }
    let domain = ascii_domain(account)?;
    let (service, port) = match account.tls {
        AccountTls::Direct => ("_xmpps-client", 5223),
        AccountTls::StartTls | AccountTls::None => ("_xmpp-client", 5222),
    };
    let is_address = matches!(Host::parse(&domain), Ok(Host::Ipv4(_) | Host::Ipv6(_)));
    let records = match resolver {
        Some(resolver) if !is_address => {
            records(resolver, &format!("{service}._tcp.{domain}.")).await
        }
        _ => Vec::new(),
    };
    if let [only] = records.as_slice()
        && only.server.host.is_empty()
    {
        return Err(LoginError::NoService { domain });
    }
    let mut servers = order(records, |sum| fastrand::u32(0..=sum));
    servers.retain(|server| !server.host.is_empty());
    servers.truncate(MAX_SERVERS);
    if servers.is_empty() {
        servers.push(Server { host: domain, port });
    }
    Ok(servers)
}

/// What the name server says; nothing where it cannot be asked, so that the domain is tried.
async fn records(resolver: &TokioResolver, name: &str) -> Vec<Record> {
    let answer = tokio::time::timeout(LOOKUP_DEADLINE, resolver.srv_lookup(name)).await;
    let lookup = match answer {
        Ok(Ok(lookup)) => lookup,
        Ok(Err(error)) => {
            tracing::debug!(name, %error, "no SRV records");
            return Vec::new();
        }
        Err(_) => {
            tracing::debug!(name, "name server does not answer");
            return Vec::new();
        }
    };
    let record = |data: &RData| match data {
        RData::SRV(srv) => Some(Record {
            priority: srv.priority,
            weight: srv.weight,
            server: Server {
                host: srv.target.to_utf8().trim_end_matches('.').to_owned(),
                port: srv.port,
            },
        }),
        _ => None,
    };
    lookup
        .answers()
        .iter()
        .filter_map(|answer| record(&answer.data))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(priority: u16, weight: u16, host: &str) -> Record {
        let server = Server {
            host: host.into(),
            port: 5222,
        };
        Record {
            priority,
            weight,
            server,
        }
    }

    #[test]
    fn weights_are_shares() {
        let first = |seed| {
            let mut dice = fastrand::Rng::with_seed(seed);
            let records = vec![record(1, 75, "big"), record(1, 25, "small")];
            order(records, |sum| dice.u32(0..=sum))[0].host.clone()
        };
        let big = (0..10_000).filter(|seed| first(*seed) == "big").count();
        assert!((7_200..7_800).contains(&big), "{big}");
    }

    #[test]
    fn one_without_weight_has_a_small_chance_beside_others() {
        let records = || vec![record(1, 9, "some"), record(1, 0, "none")];
        assert_eq!(order(records(), |_| 0)[0].host, "none");
        assert_eq!(order(records(), |_| 1)[0].host, "some");
    }

    proptest! {
        #[test]
        fn all_are_tried_once_and_lower_priorities_first(
            list in proptest::collection::vec((0u16..4, any::<u16>()), 0..12),
            seed: u64,
        ) {
            let mut dice = fastrand::Rng::with_seed(seed);
            let records: Vec<_> = list
                .iter()
                .enumerate()
                .map(|(n, (priority, weight))| record(*priority, *weight, &format!("{priority} {n}")))
                .collect();
            let ordered = order(records, |sum| dice.u32(0..=sum));
            let hosts: Vec<_> = ordered.iter().map(|server| server.host.clone()).collect();
            prop_assert_eq!(hosts.len(), list.len());
            prop_assert!(hosts.is_sorted_by_key(|host| host.split(' ').next().map(str::to_owned)));
            let unique: std::collections::HashSet<_> = hosts.iter().collect();
            prop_assert_eq!(unique.len(), list.len());
        }
    }
}
