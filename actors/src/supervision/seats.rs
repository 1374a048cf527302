//! The mailboxes of those that there is one of: they exist before their actors, so that each can be
//! told of all the others.

use std::ffi::OsString;
use std::rc::Rc;

use actix::Addr;

use super::Seat;
use crate::authorizer::Authorizer;
use crate::commands::{ChangeOwnerFn, ReloadFn};
use crate::connection::Connection;
use crate::host_info::HostInfo;
use crate::journal::Journal;
use crate::journal::store::Store;
use crate::time::Clock;
use crate::tls::TlsStore;
use crate::vnc_supervisor::VncSupervisor;

/// What the root brings along.
#[derive(Clone)]
pub struct Surroundings {
    /// The program's clock.
    pub clock: Clock,
    /// The system's certificates.
    pub tls: TlsStore,
    /// The journal's file.
    pub store: Store,
    /// The command that starts the guard of the remote-control program.
    pub guard: Vec<OsString>,
    /// Shows an alert on the console, where that is the only chat.
    pub say: Rc<dyn Fn(&str)>,
    /// Reads the configuration again.
    pub reload: ReloadFn,
    /// Writes another owner into the configuration.
    pub change_owner: ChangeOwnerFn,
}

/// The addresses of those that there is one of.
#[derive(Clone)]
pub struct Addresses {
    /// The journal.
    pub journal: Addr<Journal>,
    /// OS and HD.
    pub host_info: Addr<HostInfo>,
    /// Remote control.
    pub vnc: Addr<VncSupervisor>,
    /// The XMPP link.
    pub connection: Addr<Connection>,
    /// Judges messages.
    pub authorizer: Addr<Authorizer>,
}

/// Mailboxes whose actors have not started.
pub struct Seats {
    pub(super) journal: Option<Seat<Journal>>,
    pub(super) host_info: Option<Seat<HostInfo>>,
    pub(super) vnc: Option<Seat<VncSupervisor>>,
    pub(super) connection: Option<Seat<Connection>>,
    pub(super) authorizer: Option<Seat<Authorizer>>,
}

impl Seats {
    /// Empty seats and their addresses.
    pub fn new() -> (Addresses, Self) {
        let (journal, journal_seat) = Seat::new();
        let (host_info, host_info_seat) = Seat::new();
        let (vnc, vnc_seat) = Seat::new();
        let (connection, connection_seat) = Seat::new();
        let (authorizer, authorizer_seat) = Seat::new();
        let seats = Self {
            journal: Some(journal_seat),
            host_info: Some(host_info_seat),
            vnc: Some(vnc_seat),
            connection: Some(connection_seat),
            authorizer: Some(authorizer_seat),
        };
        let addresses = Addresses {
            journal,
            host_info,
            vnc,
            connection,
            authorizer,
        };
        (addresses, seats)
    }
}
