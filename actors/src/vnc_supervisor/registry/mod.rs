//! What a program for remote control finds in the registry: lent for a start, put back at its end.
//!
//! Only values of the account itself (`HKEY_CURRENT_USER`), which need no rights. [`loan`] is what is
//! decided, the same on every system; the registry itself is behind [`Registry`].

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

mod loan;
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "elsewhere.rs")]
mod system;

pub(super) use loan::Loan;
pub(super) use system::{System, lender};

const TEXT: u32 = 1;
const BINARY: u32 = 3;
const DWORD: u32 = 4;

/// A value, as it lies in the registry.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Value {
    /// `REG_SZ` and so on, as a number.
    kind: u32,
    bytes: Vec<u8>,
}

impl Value {
    /// `REG_DWORD`.
    pub(super) fn number(number: u32) -> Self {
        Self {
            kind: DWORD,
            bytes: number.to_le_bytes().into(),
        }
    }

    /// `REG_SZ`.
    pub(super) fn text(text: &str) -> Self {
        let units = text.encode_utf16().chain([0]);
        Self {
            kind: TEXT,
            bytes: units.flat_map(u16::to_le_bytes).collect(),
        }
    }

    /// `REG_BINARY`.
    pub(super) fn binary(bytes: &[u8]) -> Self {
        Self {
            kind: BINARY,
            bytes: bytes.into(),
        }
    }
}

/// It may be a password.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What a program is to find under `HKEY_CURRENT_USER`; no value: nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) value: Option<Value>,
}

/// `HKEY_CURRENT_USER`. Names are not told apart by case there.
pub(super) trait Registry {
    /// Whether there is such a key.
    fn has_key(&self, key: &str) -> io::Result<bool>;
    /// Whether a key that is there holds neither values nor keys.
    fn is_empty(&self, key: &str) -> io::Result<bool>;
    /// A value, where it is there.
    fn get(&self, key: &str, name: &str) -> io::Result<Option<Value>>;
    /// Sets a value; makes its key where there is none.
    fn set(&mut self, key: &str, name: &str, value: &Value) -> io::Result<()>;
    /// Removes a value; none there is as good.
    fn remove(&mut self, key: &str, name: &str) -> io::Result<()>;
    /// Removes a key with all that is in it; none there is as good.
    fn remove_key(&mut self, key: &str) -> io::Result<()>;
}
