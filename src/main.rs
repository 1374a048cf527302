//! `hostmessenger`: watches a host and its neighbours, tells its owner over XMPP, obeys a few chat
//! commands. This file is the list of steps; each step is a room of its own.

mod cli;
mod console;
mod enroll;
mod limits;
mod logging;
mod outcome;
mod service;
mod setup;
mod signals;
#[cfg(all(feature = "tray", any(target_os = "linux", windows)))]
mod tray;
#[cfg(not(all(feature = "tray", any(target_os = "linux", windows))))]
#[path = "tray/none.rs"]
mod tray;

use std::process::ExitCode;

use clap::Parser;
use hostmessenger_actors::{supervision::panics, tls};

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    // Put back at the end.
    #[cfg(windows)]
    let _utf8 = hostmessenger_windows::console::utf8();
    panics::install_hook();
    #[cfg(windows)]
    hostmessenger_windows::popups::forbid();
    // Fails only where one is installed already; there is one in the whole program.
    let _installed = tls::provider().as_ref().clone().install_default();
    outcome::report(cli::dispatch(arguments))
}
