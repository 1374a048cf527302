//! What Windows offers only through unsafe calls, wrapped so that nobody else needs any.
//!
//! The crate of the workspace where `unsafe` may be written (`memory/` has one more call), one call a block, each with the reason
//! why it is sound. Whatever a safe crate has already is taken from there and does not belong here.
//! Everywhere else than on Windows the crate is empty.
#![cfg(windows)]

pub mod account;
pub mod acl;
pub mod console;
pub mod desktop;
pub mod drives;
pub mod event_log;
pub mod job;
pub mod path;
pub mod popups;
pub mod screens;
pub mod session;
pub mod sockets;
pub mod tcp;
pub mod volumes;
