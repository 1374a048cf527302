//! The configuration of `HostMessenger`: as written (YAML, variables), then as used.

mod mistake;
pub mod used;
mod yaml;

pub use mistake::{Mistake, Mistakes};
pub use used::*;
