//! The configuration of `HostMessenger`: as written (YAML, variables), then as used.

pub mod used;

pub use used::*;
