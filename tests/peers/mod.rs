//! Real servers, clients and the program itself, for tests from the outside.
//!
//! Each is owned by a guard that ends it by its own process id, and shows its log where the test
//! fails. A newcomer's trap: nothing here may sleep for luck; [`wait::until`] looks for a condition.

pub(crate) mod certificates;
pub(crate) mod connector;
pub(crate) mod ejabberd;
pub(crate) mod free_port;
pub(crate) mod guard;
pub(crate) mod home;
pub(crate) mod human;
pub(crate) mod listener;
#[cfg(all(target_os = "linux", feature = "faults"))]
pub(crate) mod machine;
#[cfg(target_os = "linux")]
pub(crate) mod manager;
pub(crate) mod nginx;
pub(crate) mod program;
pub(crate) mod prosody;
pub(crate) mod proxy;
pub(crate) mod raw;
pub(crate) mod rogue;
pub(crate) mod runner;
pub(crate) mod server;
pub(crate) mod stage;
pub(crate) mod vsftpd;
pub(crate) mod wait;
pub(crate) mod xvfb;

pub(crate) use home::Home;
pub(crate) use human::Human;
pub(crate) use listener::Listener;
pub(crate) use nginx::Nginx;
pub(crate) use program::{Program, RUN};
pub(crate) use prosody::Prosody;
pub(crate) use proxy::Proxy;
pub(crate) use raw::Raw;
pub(crate) use rogue::Rogue;
pub(crate) use stage::Stage;
pub(crate) use vsftpd::Vsftpd;
pub(crate) use wait::until;
pub(crate) use xvfb::Xvfb;
