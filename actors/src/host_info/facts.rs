//! Facts that the system tells at once, as a rule: lines of OS. All of them block, so they are asked
//! by [`super::apart`] only.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use sysinfo::System;

use super::apart::{Sentence, Told, failure, plain, sentence};
use crate::text::clean;
use crate::wording::host_info as say;

/// How much of a value is shown, in characters.
const SHOWN: usize = 300;

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy(), SHOWN)
}

/// Name and version, kernel, architecture.
pub(super) fn system() -> Sentence {
    let named = [System::name(), System::os_version()];
    let name = named.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let (name, kernel) = (name.trim(), System::kernel_version());
    let name = clean(
        if name.is_empty() {
            std::env::consts::OS
        } else {
            name
        },
        SHOWN,
    );
    let kernel = clean(kernel.as_deref().unwrap_or("?"), SHOWN);
    sentence(move |lang| say::system(lang, &name, &kernel, System::cpu_arch()))
}

/// The locale of the process; where none is set, as for services, that of the system.
pub(super) fn language() -> Told {
    let locale = sys_locale::get_locale().or_else(system_locale);
    let locale = locale.ok_or_else(|| sentence(say::no_language))?;
    Ok(plain(clean(&locale, SHOWN)))
}

/// `LANG` of `locale.conf(5)`, or of the file that Debian has instead.
fn system_locale() -> Option<String> {
    ["/etc/locale.conf", "/etc/default/locale"]
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .find_map(|text| lang_of(&text))
}

fn lang_of(text: &str) -> Option<String> {
    let value = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("LANG="))
        .next_back()?;
    let value = value.trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// The name that this machine gives itself.
pub(super) fn host_name() -> Told {
    let name = System::host_name().ok().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| sentence(say::not_told))?;
    Ok(plain(clean(&name, SHOWN)))
}

/// Whether we may everything.
#[cfg(unix)]
pub(super) fn rights() -> Told {
    let status = std::fs::read_to_string("/proc/self/status").ok();
    let capabilities = status.as_deref().and_then(effective_capabilities);
    let uid = rustix::process::geteuid().as_raw();
    Ok(sentence(match (uid, has_power(capabilities)) {
        (0, Some(false)) => say::root_limited,
        (0, _) => say::root,
        (_, Some(true)) => return Ok(sentence(move |lang| say::capable(lang, uid))),
        _ => return Ok(sentence(move |lang| say::ordinary(lang, uid))),
    }))
}

/// Whether we may everything.
#[cfg(not(unix))]
pub(super) fn rights() -> Told {
    Err(sentence(say::not_here))
}

/// `CapEff` of `proc_pid_status(5)`.
#[cfg(unix)]
fn effective_capabilities(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|l| l.strip_prefix("CapEff:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

/// Whether `CAP_SYS_ADMIN` is among them, which containers take away (capabilities(7)).
#[cfg(unix)]
fn has_power(capabilities: Option<u64>) -> Option<bool> {
    capabilities.map(|bits| bits & (1 << 21) != 0)
}

/// Program, data, home, temporary files, current.
pub(super) fn directories(data_dir: &Path) -> Sentence {
    let of_program = |exe: PathBuf| exe.parent().map(Path::to_owned);
    let found = [
        std::env::current_exe().ok().and_then(of_program),
        Some(data_dir.to_owned()),
        std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        Some(std::env::temp_dir()),
        std::env::current_dir().ok(),
    ];
    let [program, data, home, temp, current] =
        found.map(|path| path.map_or_else(|| "?".to_owned(), |path| shown(&path)));
    sentence(move |lang| say::directories(lang, &program, &data, &home, &temp, &current))
}

/// All but loopback and link-local, with their interfaces.
pub(super) fn internal_addresses() -> Told {
    let found = if_addrs::get_if_addrs().map_err(failure)?;
    let found = found.into_iter().map(|at| (at.ip(), at.name));
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
    fn the_language_of_a_service_is_that_of_the_system() {
        assert_eq!(
            lang_of("#LANG=a\nLANG=\"de_DE.UTF-8\"\n").as_deref(),
            Some("de_DE.UTF-8")
        );
        assert_eq!(lang_of("LANG=\nLC_ALL=x\n"), None);
        assert_eq!(lang_of(""), None);
    }

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

    #[cfg(unix)]
    #[test]
    fn root_of_a_container_is_told_from_root() {
        let power = |line: &str| has_power(effective_capabilities(line));
        assert_eq!(power("Uid:\t0\nCapEff:\t000001ffffffffff\n"), Some(true));
        // What Docker leaves by default.
        assert_eq!(power("CapEff:\t00000000a80425fb\n"), Some(false));
        assert_eq!(power("CapEff:\tnonsense\n"), None);
    }
}
