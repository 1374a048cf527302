//! The actors of `HostMessenger` and the messages that they exchange.
//!
//! Enter by [`supervision::tree`]: it is the list of all actors. Each actor has one room (module)
//! with its messages, its state and its handlers in `mod.rs` and what it decides in pure files
//! beside it.

pub mod alerts;
#[cfg(test)]
mod alerts_model;
pub mod audit;
pub mod authorizer;
pub mod commands;
pub mod connection;
pub mod enrolment;
#[cfg(feature = "faults")]
pub mod faults;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod glance;
pub mod host_info;
pub mod journal;
pub mod machine;
pub mod probe;
pub mod supervision;
mod sys_error;
#[cfg(test)]
mod testing;
pub mod text;
pub mod time;
pub mod tls;
pub mod vnc_supervisor;
pub mod wording;
mod xml;
