//! Enrolment: an administrator of an XMPP server makes, watches and removes the accounts of hosts.
//!
//! ```text
//! Session ──▶ Administrator: add, remove, lock, unlock, change_password, end_sessions (XEP-0133)
//!    │                       befriend, forget, hosts (RFC 6121, XEP-0092)
//!    └──────▶ NewAccount:    introduce; that there is one proves that the account can log in
//! ```
//!
//! A library without a word to people: the flow, and what is undone where it fails, is the
//! caller's. Traps: who is an administrator is the server's word alone; and where an answer is
//! missing ([`CommandError::is_uncertain`]) an account may be there all the same.

mod administrator;
mod by_hand;
mod command;
mod contacts;
mod error;
mod form;
mod hosts;
mod incoming;
mod new_account;
mod password;
mod profile;
mod server;
mod session;
mod xep0004;
pub mod xep0050;
pub mod xep0133;

pub use administrator::{AddedBy, Administrator};
pub use contacts::{AcquaintError, GROUP, acquaint};
pub use error::{CommandError, OpenError, RequestError};
pub use form::FormError;
pub use hosts::Host;
pub use new_account::{Introduced, NewAccount};
pub use password::{NoRandomness, new_password};
pub use session::Session;

#[cfg(test)]
mod tests;
