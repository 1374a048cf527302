//! The name under which the Event Log files what the service tells it.

use winsafe::{HKEY, RegistryValue, co};

use hostmessenger_windows::event_log::MESSAGE_FILE;

fn key(name: &str) -> String {
    format!(r"SYSTEM\CurrentControlSet\Services\EventLog\Application\{name}")
}

/// Registers it, or puts it right.
pub(super) fn register(name: &str) -> winsafe::SysResult<()> {
    let (source, _) = HKEY::LOCAL_MACHINE.RegCreateKeyEx(
        &key(name),
        None,
        co::REG_OPTION::NON_VOLATILE,
        co::KEY::SET_VALUE,
        None,
    )?;
    let file = RegistryValue::ExpandSz(MESSAGE_FILE.to_owned());
    source.RegSetValueEx(Some("EventMessageFile"), file)?;
    // Errors, warnings, information.
    source.RegSetValueEx(Some("TypesSupported"), RegistryValue::Dword(7))
}

/// Takes it away, if it is there.
pub(super) fn remove(name: &str) -> winsafe::SysResult<()> {
    match HKEY::LOCAL_MACHINE.RegDeleteKey(&key(name)) {
        Err(co::ERROR::FILE_NOT_FOUND) => Ok(()),
        done => done,
    }
}
