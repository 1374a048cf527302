//! The kinds of check, one file each. A new kind is a file here, its options in the configuration,
//! and a line in [`check`].

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{FutureExt, LocalBoxFuture};
use hostmessenger_config::Kind;

use super::verdict::{Finding, Phase};
use crate::tls::TlsStore;

pub(crate) mod crew;
pub mod disk;
#[cfg(feature = "faults")]
pub mod fault;
pub mod ftp;
pub(crate) mod one_per_key;
pub mod port;
pub mod web;

/// What checks share: built once, cheap to clone.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The system's certificates.
    pub tls: TlsStore,
    /// The one stuck helper that each path may have.
    pub disks: disk::DiskHelpers,
    /// How web checks find addresses and trust certificates.
    pub web: web::Clients,
}

impl Tools {
    /// Tools for all checks of a program.
    pub fn new(tls: TlsStore) -> Self {
        Self {
            tls,
            disks: disk::DiskHelpers::default(),
            web: web::Clients::default(),
        }
    }
}

/// How far a running check has come, for the evidence of a timeout: the deadline is not the
/// check's own, so it cannot tell by itself.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<(Option<Phase>, Option<Peer>)>>);

/// Whom a check talks to. Most are never told to anybody, so no text is made of them before.
#[derive(Debug, Clone)]
pub enum Peer {
    /// An address and port.
    Address(SocketAddr),
    /// A host, not looked up yet.
    Host(String),
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

impl From<&str> for Peer {
    fn from(host: &str) -> Self {
        Self::Host(host.to_owned())
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Host(host) => f.write_str(host),
        }
    }
}

impl Trace {
    /// The check enters this phase.
    pub fn phase(&self, phase: Phase) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(phase);
    }

    /// The check now talks to this one.
    pub fn peer(&self, peer: impl Into<Peer>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(peer.into());
    }

    /// Phase last noted.
    pub fn phase_reached(&self) -> Option<Phase> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Phase and peer last noted.
    pub fn reached(&self) -> (Option<Phase>, Option<String>) {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (noted.0, noted.1.as_ref().map(Peer::to_string))
    }
}

/// The part of the time allowed after which a kind that has something to tell tells it, before the
/// caller drops it and only the phase is left as evidence.
pub(crate) fn just_before(timeout: Duration) -> Duration {
    timeout.mul_f64(0.9)
}

/// Makes one check. The hard deadline is the caller's, who drops the future when `timeout` is
/// over; it is named here for kinds that have more to tell than how far they came.
///
/// Dozens are under way at once, and the allocator goes the long way for more than a kilobyte: what is
/// rarely needed (TLS, a second address, a listing) has a box of its own there.
pub fn check<'a>(
    kind: &'a Kind,
    timeout: Duration,
    tools: &'a Tools,
    trace: &'a Trace,
) -> LocalBoxFuture<'a, Finding> {
    match kind {
        Kind::Disk(options) => disk::check(options, timeout, tools).boxed_local(),
        Kind::Web(options) => web::check(options, tools, trace).boxed_local(),
        Kind::Ftp(options) => ftp::check(options, tools, trace).boxed_local(),
        Kind::Port(options) => port::check(options, timeout, trace).boxed_local(),
        #[cfg(feature = "faults")]
        Kind::Fault(options) => fault::check(options).boxed_local(),
    }
}
