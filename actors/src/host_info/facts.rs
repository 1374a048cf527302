//! Facts that the system tells at once, as a rule: lines of OS. All of them block, so they are asked
//! by [`super::apart`] only.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use sysinfo::System;

use super::apart::{Told, plain, sentence};
use crate::sys_error::words;
use crate::text::clean;
use crate::wording::host_info as say;

#[cfg(unix)]
mod posix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use posix::system_locale;
#[cfg(unix)]
pub(super) use posix::{directories, rights, system};
#[cfg(windows)]
use windows::system_locale;
#[cfg(windows)]
pub(super) use windows::{directories, rights, system};

/// How much of a value is shown, in characters.
const SHOWN: usize = 300;

/// A folder, or a question mark where it cannot be had.
fn shown(path: Option<PathBuf>) -> String {
    let path = path.filter(|path| !path.as_os_str().is_empty());
    path.map_or_else(
        || "?".to_owned(),
        |path| {
            let path = path.to_string_lossy();
            let bare = path.trim_end_matches('\\');
            // Windows ends that of temporary files so; a drive's own ends so rightly.
            let drive = bare.ends_with(':');
            clean(if drive || !cfg!(windows) { &path } else { bare }, SHOWN)
        },
    )
}

/// Where the program itself lies.
fn of_program() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    exe.parent().map(Path::to_owned)
}

/// The locale of the process, on Windows the language of its windows; where none is set, as for
/// services, that of the system.
pub(super) fn language() -> Told {
    let locale = sys_locale::get_locale().or_else(system_locale);
    let locale = locale.ok_or_else(|| sentence(say::no_language))?;
    Ok(plain(clean(&locale, SHOWN)))
}

/// The name that this machine gives itself.
pub(super) fn host_name() -> Told {
    let name = System::host_name().ok().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| sentence(say::not_told))?;
    Ok(plain(clean(&name, SHOWN)))
}

/// All but loopback and link-local, with their interfaces.
pub(super) fn internal_addresses() -> Told {
    let found = if_addrs::get_if_addrs().map_err(|error| plain(words(&error)))?;
    // Windows lists the addresses of cables that are not plugged in too.
    let in_use = |at: &if_addrs::Interface| !cfg!(windows) || at.is_oper_up();
    let found = found
        .into_iter()
        .filter(in_use)
        .map(|at| (at.ip(), at.name));
    let told = told_addresses(found);
    if told.is_empty() {
        return Ok(sentence(say::no_address));
    }
    Ok(plain(told))
}

/// `192.0.2.5 (eth0), 2001:db8::5 (eth0)`
fn told_addresses(found: impl Iterator<Item = (IpAddr, String)>) -> String {
    let told = found.filter(|(ip, _)| is_worth_telling(*ip));
    let told = told.map(|(ip, name)| format!("{ip} ({})", clean(&name, 40)));
    told.collect::<Vec<_>>().join(", ")
}

/// Only addresses under which someone else can reach this machine.
fn is_worth_telling(ip: IpAddr) -> bool {
    !match ip {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_link_local_addresses_are_left_out() {
        let all = [
            ("127.0.0.1", "lo"),
            ("::1", "lo"),
            ("192.0.2.5", "eth0"),
            ("fe80::1", "eth0"),
            ("2001:db8::5", "eth0"),
            ("169.254.7.7", "usb0"),
        ];
        let all = all.map(|(ip, name)| (ip.parse().unwrap(), name.to_owned()));
        assert_eq!(
            told_addresses(all.into_iter()),
            "192.0.2.5 (eth0), 2001:db8::5 (eth0)"
        );
    }
}
