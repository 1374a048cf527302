//! The configuration of `HostMessenger`: as written (YAML, variables), then as used.

mod check;
mod keys;
mod layer;
mod mistake;
mod nearest;
mod shape;
pub mod used;
mod value;
mod yaml;

pub use mistake::{Mistake, Mistakes};
pub use used::*;
