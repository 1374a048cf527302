//! Which machine this is: its name for people, and one for folders that no other machine has.

use crate::text::clean;

/// The longest name that people are shown.
const SHOWN: usize = 64;
/// And so much of it is in the name of a folder.
const IN_FOLDER: usize = 30;
/// Where systemd, or else D-Bus, keeps an id that stays the same (machine-id(5)).
#[cfg(not(windows))]
const IDS: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/// The name that this machine gives itself.
pub fn host_name() -> Option<String> {
    let name = faults::host_name().or_else(sysinfo_name)?;
    Some(clean(&name, SHOWN)).filter(|name| !name.is_empty())
}

/// When a process of this machine started: seconds since 1970. `None`: it is not there.
pub fn started(pid: u32) -> Option<i64> {
    let pid = sysinfo::Pid::from_u32(pid);
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_processes_specifics(
        sysinfo::ProcessesToUpdate::Some(&[pid]),
        false,
        sysinfo::ProcessRefreshKind::nothing(),
    );
    i64::try_from(system.process(pid)?.start_time()).ok()
}

fn sysinfo_name() -> Option<String> {
    sysinfo::System::host_name().ok()
}

/// A name for a folder of this machine's own: `web01-1a2b3c4d`. Where the system has no id of its own
/// it is the host name alone.
pub fn folder_name() -> String {
    name_of(&host_name().unwrap_or_default(), id().as_deref())
}

/// Eight digits for an account of this machine, and for no other account of any other machine.
#[cfg(any(test, windows))]
pub(crate) fn digits_of(account: &[u8]) -> String {
    digits(id().as_deref(), account)
}

#[cfg(any(test, windows))]
fn digits(id: Option<&str>, account: &[u8]) -> String {
    let id = id.unwrap_or_default().as_bytes();
    format!("{:08x}", fnv(&[id, b"/", account].concat()))
}

fn id() -> Option<String> {
    match faults::machine_id_file() {
        Some(file) => id_in(&file),
        None => own_id(),
    }
}

#[cfg(not(windows))]
fn own_id() -> Option<String> {
    IDS.iter().find_map(|file| id_in(file))
}

/// What Windows made up when it was installed.
#[cfg(windows)]
fn own_id() -> Option<String> {
    use winsafe::{HKEY, RegistryValue, co::RRF};

    let (key, value) = (r"SOFTWARE\Microsoft\Cryptography", "MachineGuid");
    let how = RRF::RT_REG_SZ | RRF::SUBKEY_WOW6464KEY;
    let read = HKEY::LOCAL_MACHINE.RegGetValue(Some(key), Some(value), how);
    match read {
        Ok(RegistryValue::Sz(text)) => as_id(&text),
        _ => None,
    }
}

/// The id in a file; one that is still to be made (`uninitialized`) is none.
fn id_in(file: &str) -> Option<String> {
    as_id(&std::fs::read_to_string(file).ok()?)
}

fn as_id(text: &str) -> Option<String> {
    let id = text.trim();
    let is_id = id.len() >= 32 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_id.then(|| id.to_ascii_lowercase())
}

/// The folder of a host and an id. The id itself is not to be told to others (machine-id(5)), so a
/// hash of it stands there.
fn name_of(host: &str, id: Option<&str>) -> String {
    let mut name = String::new();
    for c in host.chars().map(|c| c.to_ascii_lowercase()) {
        let plain = c.is_ascii_lowercase() || c.is_ascii_digit();
        if plain {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(IN_FOLDER);
    let name = match name.trim_end_matches('-') {
        "" => "machine",
        name => name,
    };
    match id {
        Some(id) => format!("{name}-{:08x}", fnv(id.as_bytes())),
        None => name.to_owned(),
    }
}

/// FNV-1a, 32 bits: the same for ever, whatever a library's hash becomes.
fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// Test builds only: another machine.
#[cfg(feature = "faults")]
mod faults {
    pub(super) fn host_name() -> Option<String> {
        std::env::var("HOSTMESSENGER_FAULT_HOST_NAME").ok()
    }

    pub(super) fn machine_id_file() -> Option<String> {
        std::env::var("HOSTMESSENGER_FAULT_MACHINE_ID_FILE").ok()
    }
}

#[cfg(not(feature = "faults"))]
mod faults {
    pub(super) fn host_name() -> Option<String> {
        None
    }

    pub(super) fn machine_id_file() -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn the_folder_has_the_cleaned_name_and_eight_digits() {
        // The number of the second is known: it must never change, or histories are lost.
        assert_eq!(name_of("Web_01.example.org", None), "web-01-example-org");
        assert_eq!(name_of("web01", Some("a")), "web01-e40c292c");
        for (host, begin) in [
            ("", "machine-"),
            ("../..", "machine-"),
            ("ÄÖ", "machine-"),
            ("-a-", "a-"),
        ] {
            let name = name_of(host, Some(ID));
            assert!(
                name.starts_with(begin) && name.len() == begin.len() + 8,
                "{name}"
            );
        }
        let long = name_of(&"x".repeat(100), Some(ID));
        assert_eq!(long.len(), 39);
    }

    #[test]
    fn two_machines_of_one_name_have_two_folders() {
        assert_ne!(
            name_of("web01", Some(ID)),
            name_of("web01", Some(&ID.replace('0', "1")))
        );
    }

    #[test]
    fn each_account_of_each_machine_has_digits_of_its_own() {
        let max = digits(Some(ID), b"max");
        assert_eq!((max.len(), &max), (8, &digits(Some(ID), b"max")));
        assert_ne!(max, digits(Some(ID), b"eva"));
        assert_ne!(max, digits(Some(&ID.replace('0', "1")), b"max"));
        assert_eq!(digits_of(b"max"), digits_of(b"max"));
    }

    #[cfg(windows)]
    #[test]
    fn windows_has_an_id_that_stays() {
        let id = own_id().expect("an id");
        assert_eq!(id.len(), 36);
        assert_eq!(own_id(), Some(id));
        assert!(folder_name().contains('-'));
    }

    #[test]
    fn an_id_that_is_none_yet_is_not_taken_for_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("id");
        let path = file.to_string_lossy().into_owned();
        assert_eq!(id_in(&path), None);
        for (text, id) in [
            ("uninitialized\n", None),
            ("", None),
            ("0123456789ABCDEF0123456789abcdef\n", Some(ID)),
        ] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(id_in(&path).as_deref(), id, "{text}");
        }
    }
}
