//! THE tree: one list, read like a table.
//!
//! All mailboxes are made before the first actor, so that any two can know each other; a message
//! to one that has not started waits. Who knows whom is in [`super::wiring`].

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use hostmessenger_config::{Config, Target};
use tokio::sync::{mpsc, watch};

use super::first_check::{first_check, places};
use super::reload::{Difference, differences};
use super::restart::RestartPolicy;
use super::seats::{Seats, Surroundings};
use super::wiring::Wiring;
use super::{Child, ChildSpec, Report, Seat, Stuck, Supervisor, policies};
use crate::alerts::Link;
use crate::authorizer::Authorizer;
use crate::commands::Services;
use crate::connection::Connection;
use crate::glance::Glance;
use crate::host_info::HostInfo;
use crate::journal::{Journal, WatchTargets};
use crate::probe::Probe;
use crate::vnc_supervisor::VncSupervisor;

/// Restarted promptly: what fails here is ours, or passes quickly.
pub const PROMPT: RestartPolicy = RestartPolicy {
    base: Duration::from_millis(200),
    max: Duration::from_secs(60),
    settle: Duration::from_secs(120),
    intensity: 8,
    period: Duration::from_secs(60),
};

/// The link: networks take their time, and servers do not like to be hammered.
const LINK: RestartPolicy = RestartPolicy {
    base: Duration::from_secs(1),
    max: Duration::from_secs(60),
    settle: Duration::from_secs(120),
    intensity: 20,
    period: Duration::from_secs(600),
};

/// Pace of the beats; a child that leaves three unanswered hangs.
const BEAT: Duration = Duration::from_secs(10);

/// A row of the tree.
struct Row {
    name: &'static str,
    restart: RestartPolicy,
    /// Seconds to wind down in.
    grace: u64,
    /// Whether the owner hears of it when it keeps failing. Not of the connection: who would be
    /// told is who cannot be reached.
    tell_owner: bool,
    start: fn(&Tree, &mut Seats, &Config, &Row),
}

/// Started from top to bottom, stopped from bottom to top.
#[rustfmt::skip]
const TREE: &[Row] = &[
    Row { name: "journal",        restart: PROMPT, grace: 5,  tell_owner: true,  start: Tree::start_journal },
    Row { name: "host-info",      restart: PROMPT, grace: 1,  tell_owner: true,  start: Tree::start_host_info },
    Row { name: "vnc-supervisor", restart: PROMPT, grace: 10, tell_owner: true,  start: Tree::start_vnc },
    Row { name: "connection",     restart: LINK,   grace: 5,  tell_owner: false, start: Tree::start_connection },
    Row { name: "authorizer",     restart: PROMPT, grace: 1,  tell_owner: true,  start: Tree::start_authorizer },
    Row { name: "probe",          restart: PROMPT, grace: 1,  tell_owner: true,  start: Tree::start_probes },
];

/// The running program.
pub struct Tree {
    wiring: Wiring,
    config: RefCell<Config>,
}

impl Tree {
    /// Starts everything. What the supervisor has to say comes out of the receiver.
    pub fn start(
        config: Config,
        surroundings: Surroundings,
    ) -> (Rc<Self>, mpsc::UnboundedReceiver<Report>) {
        let (supervisor, reports) = Supervisor::start(surroundings.clock, BEAT);
        let (addresses, mut seats) = Seats::new();
        let tree = Self {
            wiring: Wiring::new(supervisor, addresses, surroundings, &config),
            config: RefCell::new(config.clone()),
        };
        tree.wiring.know(&config);
        for row in TREE {
            (row.start)(&tree, &mut seats, &config, row);
        }
        (Rc::new(tree), reports)
    }

    /// Winds everything down, in reverse order.
    pub async fn stop(&self) {
        self.wiring.supervisor.stop_all().await;
    }

    /// Who answers the console.
    pub fn authorizer(&self) -> &Addr<Authorizer> {
        &self.wiring.addresses.authorizer
    }

    /// What commands are run with.
    pub fn services(&self) -> &Rc<Services> {
        &self.wiring.services
    }

    /// Who takes a word for the owner.
    pub fn journal(&self) -> &Addr<Journal> {
        &self.wiring.addresses.journal
    }

    /// Whether the tree gets on, for a watchdog outside.
    pub fn progress(&self) -> Result<(), Stuck> {
        self.wiring.supervisor.progress()
    }

    /// Whether the XMPP link is there.
    pub fn link(&self) -> Link {
        self.wiring.link()
    }

    /// How it stands, to wait for changes of it.
    pub fn glance(&self) -> watch::Receiver<Glance> {
        self.wiring.glances.subscribe()
    }

    /// The configuration in force.
    pub fn config(&self) -> Config {
        self.config.borrow().clone()
    }

    /// Goes over to another configuration: only what differs is started anew. Returns what did.
    pub async fn apply(&self, mut config: Config) -> Vec<Difference> {
        let found = differences(&self.config.borrow(), &config);
        // What waits for a restart is not in force: neither for who is started anew meanwhile.
        config.data_dir.clone_from(&self.config.borrow().data_dir);
        self.wiring.know(&config);
        for difference in &found {
            self.apply_one(difference, &config).await;
        }
        if found.iter().any(Difference::concerns_targets) {
            super::tell(self.journal(), WatchTargets(policies::of(&config)));
        }
        self.config.replace(config);
        found
    }

    async fn apply_one(&self, difference: &Difference, config: &Config) {
        let (wiring, supervisor) = (&self.wiring, &self.wiring.supervisor);
        match difference {
            Difference::Removed(name) => supervisor.stop_child(&Probe::actor_name(name)).await,
            Difference::Added(name) => self.start_probe(config, name),
            Difference::Changed(name) => {
                if let Some(target) = find(config, name) {
                    let spec = wiring.probe(target, Duration::ZERO);
                    supervisor.renew::<Probe>(&Probe::actor_name(name), spec);
                }
            }
            Difference::Judging(_) | Difference::DataDir | Difference::Log => {}
            Difference::Journal => supervisor.renew::<Journal>("journal", wiring.journal(config)),
            Difference::HostInfo => {
                supervisor.renew::<HostInfo>("host-info", wiring.host_info(config));
            }
            Difference::Vnc => {
                supervisor.renew::<VncSupervisor>("vnc-supervisor", wiring.vnc(config));
            }
            Difference::Account => {
                supervisor.renew::<Connection>("connection", wiring.connection(config));
            }
            Difference::Access => {
                supervisor.renew::<Authorizer>("authorizer", wiring.authorizer(config));
            }
        }
    }

    fn start_one<A: Child>(&self, row: &Row, seat: Option<Seat<A>>, origin: A::Spec) {
        if let Some(seat) = seat {
            let supervisor = &self.wiring.supervisor;
            supervisor.start_child(row.name, &row.child_spec(), seat, origin);
        }
    }

    fn start_journal(&self, seats: &mut Seats, config: &Config, row: &Row) {
        self.start_one(row, seats.journal.take(), self.wiring.journal(config));
    }

    fn start_host_info(&self, seats: &mut Seats, config: &Config, row: &Row) {
        self.start_one(row, seats.host_info.take(), self.wiring.host_info(config));
    }

    fn start_vnc(&self, seats: &mut Seats, config: &Config, row: &Row) {
        self.start_one(row, seats.vnc.take(), self.wiring.vnc(config));
    }

    fn start_connection(&self, seats: &mut Seats, config: &Config, row: &Row) {
        self.start_one(row, seats.connection.take(), self.wiring.connection(config));
    }

    fn start_authorizer(&self, seats: &mut Seats, config: &Config, row: &Row) {
        self.start_one(row, seats.authorizer.take(), self.wiring.authorizer(config));
    }

    fn start_probes(&self, _: &mut Seats, config: &Config, row: &Row) {
        let spec = row.child_spec();
        let names = config.targets.iter().map(|target| &*target.name);
        let places = places(names, self.wiring.in_trouble());
        for target in &config.targets {
            let place = places.get(&*target.name).copied();
            self.start_probe_at(config, target, place.unwrap_or_default(), &spec);
        }
    }

    /// One that is new in a running program.
    fn start_probe(&self, config: &Config, name: &str) {
        let mut targets = config.targets.iter().enumerate();
        let found = targets.find(|(_, target)| *target.name == *name);
        let row = TREE.iter().find(|row| row.name == "probe");
        if let (Some((place, target)), Some(row)) = (found, row) {
            self.start_probe_at(config, target, place, &row.child_spec());
        }
    }

    fn start_probe_at(
        &self,
        config: &Config,
        target: &Arc<Target>,
        place: usize,
        spec: &Rc<ChildSpec>,
    ) {
        let first_in = first_check(place, config.targets.len(), target.judging.every);
        let (_, seat) = Seat::<Probe>::new();
        let origin = self.wiring.probe(target, first_in);
        let name = Probe::actor_name(&target.name);
        self.wiring.supervisor.start_child(name, spec, seat, origin);
    }
}

fn find<'a>(config: &'a Config, name: &str) -> Option<&'a Arc<Target>> {
    config.targets.iter().find(|target| *target.name == *name)
}

impl Row {
    fn child_spec(&self) -> Rc<ChildSpec> {
        Rc::new(ChildSpec {
            restart: self.restart,
            grace: Duration::from_secs(self.grace),
            tell_owner: self.tell_owner,
        })
    }
}
