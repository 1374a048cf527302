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

/// A row of the tree.
struct Row {
    name: &'static str,
    restart: RestartPolicy,
    grace: Duration,
    /// Whether the owner hears of it when it keeps failing. Not of the connection: who would be
    /// told is who cannot be reached.
    tell_owner: bool,
    start: fn(&Tree, &mut Seats, ChildSpec),
}

/// Start order top-down, stop order reversed.
const TREE: &[Row] = &[
    row("journal",        PROMPT,  5, true,  |t, s, c| t.start_journal(s, c)),
    row("host-info",      PROMPT,  1, true,  |t, s, c| t.start_host_info(s, c)),
    row("vnc-supervisor", PROMPT, 10, true,  |t, s, c| t.start_vnc(s, c)),
    row("connection",     LINK,    5, false, |t, s, c| t.start_connection(s, c)),
    row("authorizer",     PROMPT,  1, true,  |t, s, c| t.start_authorizer(s, c)),
    row("probe",          PROMPT,  1, true,  |t, _, c| t.start_probes(&c)),
];
