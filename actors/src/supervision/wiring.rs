//! Who knows whom: the addresses of all actors, and what each is made from.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hostmessenger_config::{AlertTo, Config, Language, Target};
use secrecy::ExposeSecret;
use xmpp_parsers::jid::BareJid;

use super::seats::{Addresses, Surroundings};
use super::{Supervisor, policies};
use crate::alerts::Link;
use crate::authorizer::second_factor::SecondFactor;
use crate::authorizer::{AuthorizerSpec, SharedFactor};
use crate::commands::Services;
use crate::connection::{ConnectionSpec, Ledger, LoginMemory};
use crate::glance::Glances;
use crate::host_info::HostInfoSpec;
use crate::journal::{JournalSpec, Listeners};
use crate::probe::kinds::Tools;
use crate::probe::{Probe, ProbeNow, ProbeSpec, Probing};
use crate::vnc_supervisor::VncSpec;

/// Who gets alerts by address, and is neither owner nor support by role.
fn told_by_address(config: &Config) -> Vec<BareJid> {
    let escalation = config.alerts.escalation.iter().flat_map(|next| &next.to);
    let of_targets = config
        .targets
        .iter()
        .flat_map(|target| &target.judging.alert_to);
    let all = config.alerts.to.iter().chain(escalation).chain(of_targets);
    let mut told: Vec<BareJid> = all
        .filter_map(|to| match to {
            AlertTo::Jid(jid) => Some(jid.clone()),
            _ => None,
        })
        .collect();
    told.sort();
    told.dedup();
    told
}

/// Checks that run at once, at most: each holds a socket or two.
const SLOTS: usize = 512;
/// What the rows of the tree are started with.
pub struct Wiring {
    /// Who starts, watches and stops them.
    pub supervisor: Supervisor,
    /// Who there is.
    pub addresses: Addresses,
    /// What the root brought along.
    pub surroundings: Surroundings,
    /// What commands are run with.
    pub services: Rc<Services>,
    /// How it stands.
    pub glances: Glances,
    probing: Rc<Probing>,
    link: Rc<Cell<Link>>,
    login_memory: LoginMemory,
    lang: Rc<Cell<Language>>,
    /// The second factor with the secret that it was made from.
    second_factor: RefCell<Option<(String, SharedFactor)>>,
}

impl Wiring {
    /// Knows everyone; starts no one.
    pub fn new(
        supervisor: Supervisor,
        addresses: Addresses,
        surroundings: Surroundings,
        config: &Config,
    ) -> Self {
        let link = if config.account.is_some() {
            Link::Down
        } else {
            Link::None
        };
        let services = Services {
            journal: addresses.journal.clone(),
            host_info: addresses.host_info.clone(),
            vnc: addresses.vnc.clone(),
            supervisor: supervisor.clone(),
            targets: RefCell::default(),
            access: RefCell::default(),
            account: RefCell::default(),
            reload: Rc::clone(&surroundings.reload),
            change_owner: Rc::clone(&surroundings.change_owner),
            asked: RefCell::default(),
            offer: RefCell::default(),
            remainders: RefCell::default(),
            clock: surroundings.clock,
        };
        Self {
            supervisor,
            services: Rc::new(services),
            glances: Glances::new(link),
            probing: Rc::new(Probing::new(
                Tools::new(surroundings.tls.clone()),
                SLOTS,
                addresses.journal.clone().recipient(),
                surroundings.clock,
            )),
            link: Rc::new(Cell::new(link)),
            login_memory: LoginMemory::default(),
            lang: Rc::new(Cell::new(config.language)),
            second_factor: RefCell::default(),
            addresses,
            surroundings,
        }
    }

    /// Targets that were in trouble when the last run ended.
    pub fn in_trouble(&self) -> &[String] {
        self.surroundings.store.in_trouble()
    }

    /// Whether the XMPP link is there, as the journal was told last.
    pub fn link(&self) -> Link {
        self.link.get()
    }

    /// What the journal is made from.
    pub fn journal(&self, config: &Config) -> JournalSpec {
        let connection = &self.addresses.connection;
        let to_connection = || {
            let (grew, health) = (
                connection.clone().recipient(),
                connection.clone().recipient(),
            );
            (grew, health, connection.clone().recipient())
        };
        let supervisor = self.supervisor.clone();
        JournalSpec {
            store: self.surroundings.store.clone(),
            lang: config.language,
            alerts: config.alerts.clone(),
            targets: policies::of(config),
            history_keep: config.history_keep,
            link: Rc::clone(&self.link),
            clock: self.surroundings.clock,
            listeners: Listeners {
                connection: config.account.is_some().then(to_connection),
                say: Rc::clone(&self.surroundings.say),
                glances: self.glances.clone(),
                recheck: Rc::new(move |targets| recheck(&supervisor, &targets)),
            },
        }
    }

    /// What the link is made from; nothing without an account.
    pub fn connection(&self, config: &Config) -> Option<ConnectionSpec> {
        let journal = &self.addresses.journal;
        Some(ConnectionSpec {
            account: config.account.clone()?,
            access: config.access.clone(),
            others: told_by_address(config),
            lang: config.language,
            tls: self.surroundings.tls.clone(),
            memory: self.login_memory.clone(),
            link: journal.clone().recipient(),
            ledger: Ledger {
                open: journal.clone().recipient(),
                waiting: journal.clone().recipient(),
                begin: journal.clone().recipient(),
                delivered: journal.clone().recipient(),
                receipt: journal.clone().recipient(),
            },
            summary: journal.clone().recipient(),
            received: self.addresses.authorizer.clone().recipient(),
        })
    }

    /// What OS and HD are made from.
    pub fn host_info(&self, config: &Config) -> HostInfoSpec {
        HostInfoSpec {
            data_dir: config.data_dir.clone(),
            display: config.vnc.display.clone(),
            external_ip: config.external_ip.clone(),
            connection: config
                .account
                .is_some()
                .then(|| self.addresses.connection.clone().recipient()),
            tls: self.surroundings.tls.clone(),
            // Shared with the checks, so that a dead share holds one thread and not two.
            disks: self.probing.tools.disks.clone(),
        }
    }

    /// What remote control is made from.
    pub fn vnc(&self, config: &Config) -> VncSpec {
        VncSpec {
            vnc: config.vnc.clone(),
            data_dir: config.data_dir.clone(),
            guard: self.surroundings.guard.clone(),
            lang: Rc::clone(&self.lang),
            notify: self.addresses.journal.clone().recipient(),
            audit: self.addresses.journal.clone().recipient(),
            glances: self.glances.clone(),
        }
    }

    /// The language, who may command, and the names that commands know targets by, from now on.
    pub fn know(&self, config: &Config) {
        self.lang.set(config.language);
        self.glances.language(config.language);
        self.know_link(config.account.is_some());
        let before = self.services.access.replace(config.access.clone());
        if before.owner != config.access.owner {
            // What the old owner has not read yet is not his any more.
            self.services.remainders.take();
        }
        let account = config.account.as_ref().map(|account| account.jid.clone());
        self.services.account.replace(account);
        self.services.targets.replace(
            config
                .targets
                .iter()
                .map(|target| Arc::clone(&target.name))
                .collect(),
        );
    }

    /// Without an account there is no link to be up or down.
    fn know_link(&self, account: bool) {
        let link = match (account, self.link.get()) {
            (false, _) => Link::None,
            (true, Link::None) => Link::Down,
            (true, known) => known,
        };
        self.link.set(link);
        self.glances.link(link);
    }

    /// What the authorizer is made from. The memory of used codes is kept while the secret stays.
    pub fn authorizer(&self, config: &Config) -> AuthorizerSpec {
        AuthorizerSpec {
            access: config.access.clone(),
            second_factor: self.second_factor(config),
            lang: config.language,
            services: Rc::clone(&self.services),
            connection: config
                .account
                .is_some()
                .then(|| self.addresses.connection.clone().recipient()),
        }
    }

    /// The second factor; made anew only when its secret changed, so that a used code stays used.
    fn second_factor(&self, config: &Config) -> Option<SharedFactor> {
        let secret = config.access.vnc_totp_secret.as_ref()?;
        let mut held = self.second_factor.borrow_mut();
        if let Some((text, factor)) = &*held
            && text == secret.expose_secret()
        {
            return Some(Rc::clone(factor));
        }
        let (dir, now) = (&config.data_dir, self.surroundings.clock.now());
        let factor = match SecondFactor::new(secret, dir, now) {
            Ok(factor) => Rc::new(RefCell::new(factor)),
            // The configuration was checked; should it come to this, nobody gets in.
            Err(error) => {
                tracing::error!(%error, "second factor not usable, VNC START is locked");
                Rc::new(RefCell::new(SecondFactor::closed(dir, now)))
            }
        };
        *held = Some((secret.expose_secret().to_owned(), Rc::clone(&factor)));
        Some(factor)
    }

    /// What a probe is made from.
    pub fn probe(&self, target: &Arc<Target>, first_in: Duration) -> ProbeSpec {
        ProbeSpec {
            target: Arc::clone(target),
            with: Rc::clone(&self.probing),
            first_in,
        }
    }
}

/// Has these targets checked now; the answers go to the journal like any other.
fn recheck(supervisor: &Supervisor, targets: &[String]) {
    for target in targets {
        if let Some(probe) = supervisor.address::<Probe>(&Probe::actor_name(target)) {
            super::tell(&probe, ProbeNow);
        }
    }
}
