//! The configuration of `HostMessenger`: as written (YAML, variables), then as used.

mod build;
mod check;
mod keys;
mod layer;
mod load;
mod mistake;
mod nearest;
mod shape;
mod source;
pub mod used;
mod value;
mod written;
mod yaml;

pub use load::{environment, load};
pub use mistake::{Mistake, Mistakes};
pub use used::*;
