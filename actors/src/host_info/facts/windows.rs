//! What Windows has in places of its own: the registry, the token of the process, its variables.

use std::path::{Path, PathBuf};

use winsafe::prelude::*;
use winsafe::{HACCESSTOKEN, HKEY, HPROCESS, RegistryValue, TokenInfo, co};

use super::super::apart::{Sentence, Told, plain, sentence};
use super::{SHOWN, of_program, shown};
use crate::sys_error::{of_winsafe, words};
use crate::text::clean;
use crate::wording::host_info as say;

/// Where Windows writes down what it is.
const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";

/// The first build that is called Windows 11; the registry goes on saying 10.
const ELEVEN: u32 = 22_000;

/// What the registry says of Windows.
#[derive(Default)]
struct Written {
    /// `Windows 10 Pro`
    product: Option<String>,
    /// `23H2`
    version: Option<String>,
    /// `22631`
    build: Option<String>,
    /// The number of the last update.
    update: Option<u32>,
}

/// Edition and version, build, architecture.
pub(in super::super) fn system() -> Sentence {
    let (name, build) = named(&Written {
        product: text("ProductName"),
        version: text("DisplayVersion").or_else(|| text("ReleaseId")),
        build: text("CurrentBuild"),
        update: match value("UBR") {
            Some(RegistryValue::Dword(update)) => Some(update),
            _ => None,
        },
    });
    let architecture = sysinfo::System::cpu_arch();
    sentence(move |lang| say::system_build(lang, &name, &build, &architecture))
}

fn value(name: &str) -> Option<RegistryValue> {
    // A 32-bit program would else be shown a view of its own.
    let flags = co::RRF::RT_ANY | co::RRF::SUBKEY_WOW6464KEY;
    HKEY::LOCAL_MACHINE
        .RegGetValue(Some(VERSION), Some(name), flags)
        .ok()
}

fn text(name: &str) -> Option<String> {
    match value(name)? {
        RegistryValue::Sz(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}

/// `Windows 11 Pro 23H2` and `22631.4317`.
fn named(written: &Written) -> (String, String) {
    let build = written.build.as_deref().unwrap_or("?");
    let product = written.product.as_deref().unwrap_or("Windows");
    // Old ones begin with the maker's name.
    let mut name = product.trim_start_matches("Microsoft ").to_owned();
    let eleven = build.parse().is_ok_and(|build: u32| build >= ELEVEN);
    if let Some(edition) = name.strip_prefix("Windows 10").filter(|_| eleven) {
        name = format!("Windows 11{edition}");
    }
    if let Some(version) = &written.version {
        name = format!("{name} {version}");
    }
    let build = match written.update {
        Some(update) => format!("{build}.{update}"),
        None => build.to_owned(),
    };
    (clean(&name, SHOWN), clean(&build, SHOWN))
}

/// `sys-locale` asks for the languages of the windows; there is always one.
pub(super) fn system_locale() -> Option<String> {
    None
}

/// Whether we may everything: what counts is whether the group of administrators is in force in our
/// token, since the one of an administrator who has not been asked is of a common user.
pub(in super::super) fn rights() -> Told {
    let administrator = is_administrator().map_err(|error| plain(words(&of_winsafe(error))))?;
    let user = winsafe::GetUserName().unwrap_or_else(|_| "?".to_owned());
    let user = clean(&user, SHOWN);
    let held_back = !administrator && is_held_back();
    Ok(sentence(move |lang| match (administrator, held_back) {
        (true, _) => say::administrator(lang, &user),
        (false, true) => say::administrator_held_back(lang, &user),
        (false, false) => say::no_administrator(lang, &user),
    }))
}

fn is_administrator() -> winsafe::SysResult<bool> {
    let kind = co::WELL_KNOWN_SID_TYPE::BuiltinAdministrators;
    let administrators = winsafe::CreateWellKnownSid(kind, None)?;
    // No token: that of the thread or the process.
    HACCESSTOKEN::NULL.CheckTokenMembership(&administrators)
}

/// Whether User Account Control has taken the rights of an administrator away.
fn is_held_back() -> bool {
    let token = HPROCESS::GetCurrentProcess().OpenProcessToken(co::TOKEN::QUERY);
    token.is_ok_and(|token| {
        let kind = token.GetTokenInformation(co::TOKEN_INFORMATION_CLASS::ElevationType);
        matches!(kind, Ok(TokenInfo::ElevationType(kind)) if *kind == co::TOKEN_ELEVATION_TYPE::Limited)
    })
}

/// Program, data, those of Windows, of all programs and of the user, temporary files, current.
pub(in super::super) fn directories(data_dir: &Path) -> Sentence {
    let windows = ["SystemRoot", "ProgramFiles"].map(|name| {
        let path = std::env::var_os(name).map(PathBuf::from);
        format!("%{name}% {}", shown(path))
    });
    let windows = windows.join(", ");
    let found = [
        of_program(),
        Some(data_dir.to_owned()),
        std::env::home_dir(),
        Some(std::env::temp_dir()),
        std::env::current_dir().ok(),
    ];
    let [program, data, profile, temp, current] = found.map(shown);
    sentence(move |lang| {
        say::directories_windows(lang, &program, &data, &windows, &profile, &temp, &current)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hostmessenger_config::Language;

    fn written(product: &str, version: &str, build: &str, update: u32) -> Written {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Written {
            product: some(product),
            version: some(version),
            build: some(build),
            update: (update > 0).then_some(update),
        }
    }

    #[test]
    fn windows_11_is_called_so_although_the_registry_says_10() {
        let pairs = [
            (
                written("Windows 10 Pro", "23H2", "22631", 4_317),
                ("Windows 11 Pro 23H2", "22631.4317"),
            ),
            (
                written("Windows 10 Home", "22H2", "19045", 5_011),
                ("Windows 10 Home 22H2", "19045.5011"),
            ),
            (
                written("Windows Server 2025 Datacenter", "24H2", "26100", 1),
                ("Windows Server 2025 Datacenter 24H2", "26100.1"),
            ),
            (written("", "", "", 0), ("Windows", "?")),
        ];
        for (written, (name, build)) in pairs {
            assert_eq!(named(&written), (name.to_owned(), build.to_owned()));
        }
    }

    #[test]
    fn this_machine_tells_its_build_its_rights_and_its_folders() {
        let system = system()(Language::En);
        assert!(system.starts_with("Windows "), "{system}");
        assert!(!system.contains("build ?"), "{system}");
        let rights = rights().ok().expect("an answer")(Language::De);
        assert!(
            rights.starts_with("ja") || rights.starts_with("nein"),
            "{rights}"
        );
        let folders = directories(Path::new(r"C:\data"))(Language::En);
        assert!(folders.contains(r"%SystemRoot% C:\"), "{folders}");
        assert!(!folders.contains('?'), "{folders}");
    }
}
