//! A stand-in for the VNC servers of Windows, which cannot be had on the machine that tests: under the
//! name of one of them it takes its settings from where that one takes them, speaks RFB 3.8 with VNC
//! authentication (RFC 6143), and has a child. What it shows is one black pixel.
//!
//! It is no proof that the real ones do the same: it is written after their sources and manuals.

#[cfg(windows)]
#[path = "stand_in/settings.rs"]
mod settings;

#[cfg(windows)]
#[path = "stand_in/server.rs"]
mod server;

#[cfg(windows)]
fn main() {
    server::main();
}

#[cfg(not(windows))]
fn main() {}
