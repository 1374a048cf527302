//! The program as built for Windows, under Wine, against real servers on this machine: `tests/run --windows`.
//!
//! What Wine is not (a service manager with rights, a desktop, Windows' own file locks) only a real
//! Windows can show; the README lists it.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]
#![expect(
    clippy::print_stderr,
    reason = "a failed test shows the logs of all that took part"
)]

#[path = "../peers/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "most peers serve the tests of the native program alone"
)]
mod peers;

mod alerts;
mod chat;
mod console;
mod cost;
mod folder;
mod hands;
mod killed;
mod registry;
mod running;
mod scene;
mod service;
mod session;
mod shares;
mod stick;
mod subcommands;
#[path = "../vnc/viewer.rs"]
mod viewer;
mod vnc;
