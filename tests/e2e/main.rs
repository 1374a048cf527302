//! The whole program from the outside, against real servers on loopback: what contract and manual
//! promise, one sentence a test. `tests/run` installs the servers and runs them.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]
#![expect(
    clippy::print_stderr,
    reason = "a failed test shows the logs of all that took part"
)]

#[path = "../peers/mod.rs"]
#[expect(dead_code, reason = "some peers serve the chaos suite alone")]
mod peers;

mod access;
mod alerts;
mod audit;
mod certificates;
mod chat;
mod console;
mod delivery;
mod enroll;
mod enrolment;
#[cfg(feature = "faults")]
mod holder;
mod hostile;
mod link;
mod locked;
mod many;
mod owner;
mod peers_work;
mod presence;
mod running;
#[cfg(target_os = "linux")]
mod service;
#[cfg(feature = "faults")]
mod stick;
mod subcommands;
#[cfg(feature = "faults")]
mod supervision;
#[cfg(all(target_os = "linux", feature = "faults"))]
mod unit;
#[cfg(all(target_os = "linux", feature = "faults"))]
mod verbs;
mod vnc;
