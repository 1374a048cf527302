//! THE tree: one list, read like a table, and how its rows are wired.
//!
//! Started from top to bottom, stopped from bottom to top. All mailboxes are made before the first
//! actor, so that any two can know each other; a message to one that has not started waits.

use std::cell::RefCell;
use std::ffi::OsString;
use std::rc::Rc;
use std::time::Duration;

use actix::Addr;
use hostmessenger_config::{Config, Target};
use tokio::sync::{Semaphore, mpsc};

use super::restart::RestartPolicy;
use super::{ChildSpec, Report, Seat, Supervisor};
use crate::alerts::{Link, TargetPolicy};
use crate::authorizer::second_factor::{BadSecret, SecondFactor};
use crate::authorizer::{Authorizer, AuthorizerSpec, SharedFactor};
use crate::commands::{ReloadFn, Services};
use crate::connection::{Connection, ConnectionSpec};
use crate::host_info::{HostInfo, HostInfoSpec};
use crate::journal::store::Store;
use crate::journal::{Journal, JournalSpec, WatchTargets};
use crate::probe::kinds::Tools;
use crate::probe::{Probe, ProbeSpec, net};
use crate::time::Clock;
use crate::tls::TlsStore;
use crate::vnc_supervisor::{VncSpec, VncSupervisor};

/// Restarted promptly: what fails here is ours or passes quickly.
const PROMPT: RestartPolicy = RestartPolicy {
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
    start: fn(&Wiring, &mut Seats, ChildSpec),
}

/// Started from top to bottom, stopped from bottom to top.
#[rustfmt::skip]
const TREE: &[Row] = &[
    Row { name: "journal",        restart: PROMPT, grace: 5,  tell_owner: true,  start: wiring::journal },
    Row { name: "host-info",      restart: PROMPT, grace: 1,  tell_owner: true,  start: wiring::host_info },
    Row { name: "vnc-supervisor", restart: PROMPT, grace: 10, tell_owner: true,  start: wiring::vnc_supervisor },
    Row { name: "connection",     restart: LINK,   grace: 5,  tell_owner: false, start: wiring::connection },
    Row { name: "authorizer",     restart: PROMPT, grace: 1,  tell_owner: true,  start: wiring::authorizer },
    Row { name: "probe",          restart: PROMPT, grace: 1,  tell_owner: true,  start: wiring::probes },
];
