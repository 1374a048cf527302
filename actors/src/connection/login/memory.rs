//! What earlier logins have shown, and what follows for the next one. It outlives the actor's lives.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hostmessenger_config::Account;
use url::Host;
use xmpp_parsers::jid::BareJid;

use super::error::{LoginError, Remedy};
use super::srv::Server;
use crate::connection::holder::Tenure;

/// A password that has worked is not wrong the first time it is refused: the server's own directory
/// may be in trouble. After as many refusals as there are pauses here, it is.
const REFUSALS: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(60)];
/// Redirections in a row that are followed (RFC 6120, 4.9.3.19).
const MOST_REDIRECTIONS: u32 = 3;
/// The port where a redirection names none.
const CLIENT_PORT: u16 = 5222;

/// What earlier logins have shown; clones share it.
#[derive(Debug, Clone, Default)]
pub struct LoginMemory(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    account: Option<BareJid>,
    /// Domains whose servers offer channel binding without saying of which kind (XEP-0440), and do
    /// not mean ours: each new login would begin with one that fails, until the server takes us for
    /// somebody who guesses passwords.
    bound_in_vain: HashSet<String>,
    /// Where the last login worked.
    good: Option<SocketAddr>,
    /// An address that takes connections, and no more than that.
    half_there: Option<SocketAddr>,
    /// Where the server sent us.
    elsewhere: Option<Server>,
    redirections: u32,
    /// Whether this password has worked.
    proven: bool,
    refusals: usize,
    /// Since when this account is ours.
    tenure: Tenure,
}

impl LoginMemory {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A login to this account begins; what was learned of another one does not hold.
    pub(super) fn begin(&self, account: &Account) {
        let mut known = self.known();
        if known.account.as_ref() != Some(&account.jid) {
            *known = Known {
                account: Some(account.jid.clone()),
                ..Known::default()
            };
        }
    }

    pub(super) fn binds_in_vain(&self, domain: &str) -> bool {
        self.known().bound_in_vain.contains(domain)
    }

    pub(super) fn bound_in_vain(&self, domain: &str) {
        self.known().bound_in_vain.insert(domain.to_owned());
    }

    /// Where the server sent us; followed once.
    pub(super) fn take_elsewhere(&self) -> Option<Server> {
        self.known().elsewhere.take()
    }

    /// An address to try where names cannot be looked up.
    pub(super) fn last_good(&self) -> Option<SocketAddr> {
        self.known().good
    }

    /// The order of trying: who was only half there comes last.
    pub(super) fn order(&self, mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let avoid = self.known().half_there.map(|address| address.ip());
        addresses.sort_by_key(|address| Some(address.ip()) == avoid);
        addresses
    }

    /// A login worked there.
    pub(super) fn worked(&self, peer: SocketAddr) {
        let mut known = self.known();
        known.good = Some(peer);
        known.half_there = None;
        known.redirections = 0;
        known.refusals = 0;
        known.proven = true;
    }

    /// It failed; `silent` is who took the connection and then said nothing.
    pub(super) fn failed(&self, error: LoginError, silent: Option<SocketAddr>) -> LoginError {
        let mut known = self.known();
        known.half_there = silent.or(known.half_there);
        match error {
            LoginError::SeeOtherHost { host } => {
                known.redirections += 1;
                if known.redirections <= MOST_REDIRECTIONS {
                    known.elsewhere = server(&host);
                }
                LoginError::SeeOtherHost { host }
            }
            LoginError::Refused { condition }
                if known.proven && error.remedy() == Remedy::GiveUp =>
            {
                known.refusals += 1;
                match REFUSALS.get(known.refusals - 1) {
                    Some(&again_after) => LoginError::RefusedForNow {
                        condition,
                        again_after,
                    },
                    None => LoginError::Refused { condition },
                }
            }
            error => error,
        }
    }

    /// The server ended a running session with this.
    pub(in crate::connection) fn ended(&self, error: LoginError) -> LoginError {
        match error {
            LoginError::Conflict if self.tenure(Tenure::displaced) => LoginError::Displaced,
            error => self.failed(error, None),
        }
    }

    /// Looks at, or changes, what is known of our hold on the account.
    pub(in crate::connection) fn tenure<T>(&self, of: impl FnOnce(&mut Tenure) -> T) -> T {
        of(&mut self.known().tenure)
    }
}

/// `host`, `host:port`, `[2001:db8::1]:5222`.
fn server(text: &str) -> Option<Server> {
    let text = text.trim();
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (host, port.parse().ok()?)
        }
        _ => (text, CLIENT_PORT),
    };
    let host = match Host::parse(host) {
        Ok(host) => host.to_string(),
        // An IPv6 address without brackets and port.
        Err(_) => host.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
    };
    let host = host.trim_matches(['[', ']']).to_owned();
    Some(Server { host, port })
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use xmpp_parsers::sasl::DefinedCondition;

    use super::*;

    fn account(jid: &str) -> Account {
        Account {
            jid: BareJid::new(jid).unwrap(),
            password: SecretString::from("secret"),
            server: None,
            tls: hostmessenger_config::AccountTls::StartTls,
            ca_file: None,
            resource: "hostmessenger".into(),
            allow_plain: false,
        }
    }

    fn refused() -> LoginError {
        LoginError::Refused {
            condition: DefinedCondition::NotAuthorized,
        }
    }

    fn peer() -> SocketAddr {
        "192.0.2.1:5222".parse().unwrap()
    }

    #[test]
    fn a_password_that_never_worked_is_wrong_at_once_and_one_that_did_after_the_third_refusal() {
        let memory = LoginMemory::default();
        memory.begin(&account("a@example.org"));
        assert_eq!(memory.failed(refused(), None).remedy(), Remedy::GiveUp);
        memory.worked(peer());
        for pause in REFUSALS {
            assert_eq!(
                memory.failed(refused(), None).remedy(),
                Remedy::RetryAfter(pause)
            );
        }
        assert_eq!(memory.failed(refused(), None).remedy(), Remedy::GiveUp);
        memory.worked(peer());
        assert_ne!(memory.failed(refused(), None).remedy(), Remedy::GiveUp);
        memory.begin(&account("b@example.org"));
        assert_eq!(
            memory.failed(refused(), None).remedy(),
            Remedy::GiveUp,
            "another account"
        );
    }

    #[test]
    fn a_redirection_is_followed_but_not_for_ever() {
        let memory = LoginMemory::default();
        let elsewhere = || LoginError::SeeOtherHost {
            host: "[2001:db8::1]:5223".into(),
        };
        for _ in 0..MOST_REDIRECTIONS {
            memory.failed(elsewhere(), None);
            let server = memory.take_elsewhere().unwrap();
            assert_eq!((server.host.as_str(), server.port), ("2001:db8::1", 5223));
        }
        memory.failed(elsewhere(), None);
        assert_eq!(memory.take_elsewhere(), None);
    }

    #[test]
    fn hosts_of_redirections_are_read_with_and_without_port() {
        let read = |text: &str| server(text).map(|server| (server.host, server.port));
        assert_eq!(
            read("xmpp2.example.org"),
            Some(("xmpp2.example.org".into(), 5222))
        );
        assert_eq!(
            read("xmpp2.example.org:9000"),
            Some(("xmpp2.example.org".into(), 9000))
        );
        assert_eq!(read("2001:db8::1"), Some(("2001:db8::1".into(), 5222)));
        for nonsense in ["", "a b", "host:port", "host:99999", "<evil>"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn an_address_that_was_only_half_there_is_tried_last() {
        let memory = LoginMemory::default();
        let (v6, v4): (SocketAddr, SocketAddr) = ("[2001:db8::1]:5222".parse().unwrap(), peer());
        memory.failed(LoginError::Stream("x".into()), Some(v6));
        assert_eq!(memory.order(vec![v6, v4]), [v4, v6]);
        memory.worked(v4);
        assert_eq!(memory.order(vec![v6, v4]), [v6, v4]);
    }
}
