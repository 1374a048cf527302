//! What Linux and its kin have in places of their own.

use std::path::Path;

use sysinfo::System;

use super::super::apart::{Sentence, Told, sentence};
use super::{SHOWN, of_program, shown};
use crate::text::clean;
use crate::wording::host_info as say;

/// Name and version, kernel, architecture.
pub(in super::super) fn system() -> Sentence {
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

/// `LANG` of `locale.conf(5)`, or of the file that Debian has instead.
pub(super) fn system_locale() -> Option<String> {
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

/// Whether we may everything.
pub(in super::super) fn rights() -> Told {
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

/// `CapEff` of `proc_pid_status(5)`.
fn effective_capabilities(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|l| l.strip_prefix("CapEff:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

/// Whether `CAP_SYS_ADMIN` is among them, which containers take away (capabilities(7)).
fn has_power(capabilities: Option<u64>) -> Option<bool> {
    capabilities.map(|bits| bits & (1 << 21) != 0)
}

/// Program, data, home, temporary files, current.
pub(in super::super) fn directories(data_dir: &Path) -> Sentence {
    let found = [
        of_program(),
        Some(data_dir.to_owned()),
        std::env::home_dir(),
        Some(std::env::temp_dir()),
        std::env::current_dir().ok(),
    ];
    let [program, data, home, temp, current] = found.map(shown);
    sentence(move |lang| say::directories(lang, &program, &data, &home, &temp, &current))
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
    fn root_of_a_container_is_told_from_root() {
        let power = |line: &str| has_power(effective_capabilities(line));
        assert_eq!(power("Uid:\t0\nCapEff:\t000001ffffffffff\n"), Some(true));
        // What Docker leaves by default.
        assert_eq!(power("CapEff:\t00000000a80425fb\n"), Some(false));
        assert_eq!(power("CapEff:\tnonsense\n"), None);
    }
}
