//! The registry itself.

use std::io;

use windows_registry::{CURRENT_USER, Key, Type};

use super::{Registry, Value};

/// An `HRESULT` that holds an error of Windows itself ([MS-ERREF] 2.1): its number is the lower half.
const OF_WINDOWS: u32 = 0x8007_0000;

/// `HKEY_CURRENT_USER` of the account that this process runs as.
pub(in crate::vnc_supervisor) struct System;

/// Whose registry this is, in eight digits: that of this account on this machine, and of no other.
pub(in crate::vnc_supervisor) fn lender() -> String {
    let account = hostmessenger_windows::account::current_user();
    crate::machine::digits_of(&account.unwrap_or_default())
}

/// With the number that the system gave.
fn done<T>(result: windows_registry::Result<T>) -> io::Result<T> {
    result.map_err(|error| {
        let code = error.code().0.cast_unsigned();
        let code = if code & 0xffff_0000 == OF_WINDOWS {
            code & 0xffff
        } else {
            code
        };
        io::Error::from_raw_os_error(code.cast_signed())
    })
}

/// `None`: it is not there.
fn found<T>(result: windows_registry::Result<T>) -> io::Result<Option<T>> {
    match done(result) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn open(key: &str) -> io::Result<Option<Key>> {
    found(CURRENT_USER.options().read().write().open(key))
}

impl Registry for System {
    fn has_key(&self, key: &str) -> io::Result<bool> {
        found(CURRENT_USER.open(key)).map(|key| key.is_some())
    }

    fn is_empty(&self, key: &str) -> io::Result<bool> {
        let Some(key) = found(CURRENT_USER.open(key))? else {
            return Ok(true);
        };
        Ok(done(key.keys())?.next().is_none() && done(key.values())?.next().is_none())
    }

    fn get(&self, key: &str, name: &str) -> io::Result<Option<Value>> {
        let Some(key) = found(CURRENT_USER.open(key))? else {
            return Ok(None);
        };
        let value = found(key.get_value(name))?;
        Ok(value.map(|value| Value {
            kind: value.ty().into(),
            bytes: value.to_vec(),
        }))
    }

    fn set(&mut self, key: &str, name: &str, value: &Value) -> io::Result<()> {
        let key = done(CURRENT_USER.options().read().write().create().open(key))?;
        done(key.set_bytes(name, Type::from(value.kind), &value.bytes))
    }

    fn remove(&mut self, key: &str, name: &str) -> io::Result<()> {
        match open(key)? {
            Some(key) => found(key.remove_value(name)).map(|_gone| ()),
            None => Ok(()),
        }
    }

    fn remove_key(&mut self, key: &str) -> io::Result<()> {
        found(CURRENT_USER.remove_tree(key)).map(|_gone| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vnc_supervisor::registry::Loan;
    use crate::vnc_supervisor::registry::Setting;

    const ABOVE: &str = r"Software\HostMessenger loan test";
    const KEY: &str = r"Software\HostMessenger loan test\Server";

    #[test]
    fn what_was_there_is_there_again_with_its_kind_and_nothing_else() {
        let mut registry = System;
        registry.remove_key(ABOVE).unwrap();
        let ours = |name, value| Setting {
            key: KEY,
            name,
            value,
        };
        let settings = [
            ours("Port", Some(Value::number(5901))),
            ours("Extra", None),
            ours("Password", Some(Value::binary(b"12345678"))),
        ];
        let odd = Value {
            kind: 7,
            bytes: b"a\0\0\0b\0\0\0\0\0".into(),
        };
        // First with nothing there, not even the key.
        let loan = Loan::plan(&registry, &settings).unwrap();
        loan.take(&mut registry).unwrap();
        assert_eq!(registry.get(KEY, "PORT").unwrap(), settings[0].value);
        loan.put_back(&mut registry).unwrap();
        assert!(!registry.has_key(ABOVE).unwrap());
        // Then with some of it.
        registry.set(KEY, "Extra", &odd).unwrap();
        registry
            .set(KEY, "Password", &Value::text("theirs"))
            .unwrap();
        let loan = Loan::plan(&registry, &settings).unwrap();
        loan.take(&mut registry).unwrap();
        assert_eq!(registry.get(KEY, "Extra").unwrap(), None);
        for _ in 0..2 {
            loan.put_back(&mut registry).unwrap();
            assert_eq!(registry.get(KEY, "Extra").unwrap(), Some(odd.clone()));
            let theirs = Some(Value::text("theirs"));
            assert_eq!(registry.get(KEY, "Password").unwrap(), theirs);
            assert_eq!(registry.get(KEY, "Port").unwrap(), None);
        }
        registry.remove_key(ABOVE).unwrap();
        registry.remove_key(ABOVE).unwrap();
    }
}
