//! Systems without a registry; no program there asks for any of it.

use std::io;

use super::{Registry, Value};

/// None.
pub(in crate::vnc_supervisor) struct System;

/// Nobody lends anything.
pub(in crate::vnc_supervisor) fn lender() -> String {
    String::new()
}

fn none<T>() -> io::Result<T> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Registry for System {
    fn has_key(&self, _key: &str) -> io::Result<bool> {
        none()
    }

    fn is_empty(&self, _key: &str) -> io::Result<bool> {
        none()
    }

    fn get(&self, _key: &str, _name: &str) -> io::Result<Option<Value>> {
        none()
    }

    fn set(&mut self, _key: &str, _name: &str, _value: &Value) -> io::Result<()> {
        none()
    }

    fn remove(&mut self, _key: &str, _name: &str) -> io::Result<()> {
        none()
    }

    fn remove_key(&mut self, _key: &str) -> io::Result<()> {
        none()
    }
}
