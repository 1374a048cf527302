//! The accounts that services of ours run as. To the configuration that such a service was installed with, its account is no
//! stranger, whatever the service is called and whoever it runs as.
//!
//! The list of services is believed, since only administrators can write there: so nothing has to be
//! noted at `service install`, and what is uninstalled is trusted no more. A newcomer's trap: an account of
//! the form `NT SERVICE\NAME` is known to Windows only while the service is there; its number is made from the name.

use super::sid::Sid;

/// What a service of ours runs as.
#[derive(Debug, PartialEq, Eq)]
enum Account<'a> {
    /// `NT SERVICE\NAME`
    OfService(&'a str),
    /// One that the system, the machine or a domain knows by this name.
    Named(&'a str),
}

/// Whether this command line is the one that `service install` gives a service of this name.
fn is_ours(command: &str, name: &str) -> bool {
    let end = format!(" service run --name {name}").to_ascii_lowercase();
    let command = command.trim_end().to_ascii_lowercase();
    command.ends_with(&end) && command.contains(" --config ")
}

/// `None`: the system itself, who is no stranger anyway.
fn account_of(name: &str) -> Option<Account<'_>> {
    const SERVICES: &str = r"NT SERVICE\";
    let begin = name.get(..SERVICES.len());
    if begin.is_some_and(|begin| begin.eq_ignore_ascii_case(SERVICES)) {
        return Some(Account::OfService(&name[SERVICES.len()..]));
    }
    let is_system = name.is_empty() || name.eq_ignore_ascii_case("LocalSystem");
    // `.\name` is one of this machine.
    let name = name.strip_prefix(r".\").unwrap_or(name);
    (!is_system).then_some(Account::Named(name))
}

/// The numbers of all such accounts: `find` looks a name up. `services` are names, command lines and accounts.
fn all_of(
    services: impl Iterator<Item = (String, String, String)>,
    find: impl Fn(&str) -> Option<Sid>,
) -> Vec<Sid> {
    services
        .filter(|(name, command, _)| is_ours(command, name))
        .filter_map(|(_, _, account)| match account_of(&account)? {
            Account::OfService(name) => Some(Sid::of_service(name)),
            Account::Named(name) => find(name),
        })
        .collect()
}

/// Those that are installed on this machine; none where that cannot be read. Reads hundreds of keys of
/// the registry.
#[cfg(windows)]
pub(super) fn accounts() -> Vec<Sid> {
    use windows_registry::LOCAL_MACHINE;

    let Ok(all) = LOCAL_MACHINE.open(r"SYSTEM\CurrentControlSet\Services") else {
        return Vec::new();
    };
    let Ok(names) = all.keys() else {
        return Vec::new();
    };
    let services = names.filter_map(|name| {
        let service = all.open(&name).ok()?;
        let command = service.get_string("ImagePath").ok()?;
        // Drivers have none.
        let account = service.get_string("ObjectName").unwrap_or_default();
        Some((name, command, account))
    });
    all_of(services, |name| {
        hostmessenger_windows::account::account_sid(name).map(Sid)
    })
}

#[cfg(test)]
mod tests {
    use super::super::sid::{OWN_SERVICE, SYSTEM, TRUSTED_INSTALLER};
    use super::*;

    const OURS: &str =
        r#""C:\a b\hostmessenger.exe" --config "C:\a b\hostmessenger.yaml" service run --name web"#;

    #[test]
    fn the_number_of_a_services_account_is_made_from_its_name() {
        assert_eq!(Sid::of_service("HostMessenger"), OWN_SERVICE.into());
        assert_eq!(
            Sid::of_service("TRUSTEDinstaller"),
            TRUSTED_INSTALLER.into()
        );
    }

    #[test]
    fn a_service_of_ours_is_known_by_its_command_line() {
        assert!(is_ours(OURS, "web") && is_ours(OURS, "WEB"));
        assert!(!is_ours(OURS, "eb") && !is_ours(OURS, "other"));
        assert!(!is_ours(r"C:\other.exe service run --name web", "web"));
        assert!(!is_ours("", "web"));
    }

    #[test]
    fn its_account_is_found_whatever_kind_it_is() {
        let bob = || Sid(vec![1, 1, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0]);
        let find = |name: &str| (name == r"DOM\bob").then(bob);
        let of = |command: &str, account: &str| {
            let service = ("web".to_owned(), command.to_owned(), account.to_owned());
            all_of(std::iter::once(service), find)
        };
        assert_eq!(of(OURS, r"nt service\web"), [Sid::of_service("web")]);
        assert_eq!(of(OURS, r"DOM\bob"), [bob()]);
        for nobody in ["LocalSystem", "localsystem", "", r"DOM\gone"] {
            assert_eq!(of(OURS, nobody), [], "{nobody}");
        }
        assert_eq!(of(r"C:\other.exe", r"NT SERVICE\web"), []);
        assert_eq!(account_of(r".\max"), Some(Account::Named("max")));
        assert_eq!(account_of("ä"), Some(Account::Named("ä")));
    }

    #[test]
    fn only_who_may_be_an_account_is_worth_looking_for() {
        let network: Sid = super::super::sid::Sid32(5, [20]).into();
        assert!(Sid::of_service("x").may_be_an_account() && network.may_be_an_account());
        assert!(!Sid::from(SYSTEM).may_be_an_account());
        assert!(!Sid(vec![1, 0]).may_be_an_account());
    }
}
