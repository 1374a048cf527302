//! `service install`: the entry of the service, and all that it needs.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use hostmessenger_config::{ExposeSecret, give_to_administrators, is_in_system_folder};
use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceErrorControl,
    ServiceFailureActions, ServiceFailureResetPeriod, ServiceInfo, ServiceStartType, ServiceType,
};
use windows_service::service_manager::ServiceManagerAccess;

use super::super::{NAME, Wish, event_source};
use super::{code, grant, manager, told, trust};

/// How long Windows waits for it before it shuts down.
const PRESHUTDOWN: Duration = Duration::from_secs(30);
const DESCRIPTION: &str =
    "Watches this host and its neighbours, tells its owner over XMPP, obeys a few chat commands";

/// What Windows calls the system as an account of services.
const SYSTEM: &str = "LocalSystem";

const EXISTS: i32 = 1073;
const UNKNOWN_LEVEL: i32 = 124;

/// Registers it, or puts right what is there.
pub(crate) fn install(wish: &Wish, say: fn(&str)) -> anyhow::Result<()> {
    trust::check(wish)?;
    let name = &wish.which.name;
    let account = wish
        .account
        .clone()
        .unwrap_or_else(|| format!(r"NT SERVICE\{name}"));
    let info = info(wish, &account);
    let access = ServiceAccess::QUERY_CONFIG
        | ServiceAccess::CHANGE_CONFIG
        | ServiceAccess::QUERY_STATUS
        | ServiceAccess::START;
    let manager = manager(
        ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE,
        name,
    )?;
    let service = match manager.create_service(&info, access) {
        Ok(service) => {
            say(&format!("service {name}: installed, starts with Windows"));
            service
        }
        Err(error) if code(&error) == Some(EXISTS) => {
            let service = manager
                .open_service(name, access)
                .map_err(|error| told(error, name))?;
            update(&service, &info, wish, say)?;
            service
        }
        Err(error) => return Err(told(error, name)),
    };
    furnish(&service, say).map_err(|error| told(error, name))?;
    event_source::register(name)
        .map_err(|error| anyhow!("the Event Log does not take the source {name}: {error}"))?;
    // What an administrator made there is that person's, whom the service does not know.
    if is_in_system_folder(&wish.config, &hostmessenger_config::environment()) {
        give_to_administrators(&wish.config).with_context(|| {
            let file = wish.config.display();
            format!("{file} could not be given to the administrators")
        })?;
    }
    grant::open_to(wish, &account, say)?;
    say(&format!(
        "start it: hostmessenger service start{}",
        named(name)
    ));
    Ok(())
}

/// ` --name NAME`, where it is needed.
fn named(name: &str) -> String {
    if name == NAME {
        String::new()
    } else {
        format!(" --name {name}")
    }
}

fn update(service: &Service, info: &ServiceInfo, wish: &Wish, say: fn(&str)) -> anyhow::Result<()> {
    let name = &wish.which.name;
    let there = service.query_config().map_err(|error| told(error, name))?;
    // The command line is kept as one text.
    let line = there
        .executable_path
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    if !line.contains(" service run") {
        bail!("{name} is a service of another program: {line}");
    }
    let same_account = is_same(there.account_name.as_deref(), info.account_name.as_deref());
    if command_line(info) == line && same_account && info.account_password.is_none() {
        say(&format!(
            "service {name}: is there already, as it should be"
        ));
        return Ok(());
    }
    let mut info = info.clone();
    if !same_account && info.account_password.is_none() {
        // None at all would mean that the old one stays.
        info.account_password = Some(OsString::new());
    }
    service
        .change_config(&info)
        .map_err(|error| told(error, name))?;
    say(&format!("service {name}: was there already, updated"));
    say("where it runs, the change counts from its next start on");
    Ok(())
}

/// Windows tells names of accounts not apart by case; no name is the system's.
fn is_same(there: Option<&OsStr>, wanted: Option<&OsStr>) -> bool {
    let name = |account: Option<&OsStr>| match account {
        Some(account) if !account.is_empty() => account.to_string_lossy().to_lowercase(),
        _ => SYSTEM.to_lowercase(),
    };
    name(there) == name(wanted)
}

/// As Windows keeps it (`CommandLineToArgvW`).
fn command_line(info: &ServiceInfo) -> String {
    let quoted = |word: &OsStr| {
        let word = word.to_string_lossy();
        if word.contains([' ', '\t']) {
            format!("\"{word}\"")
        } else {
            word.into_owned()
        }
    };
    let words = std::iter::once(info.executable_path.as_os_str())
        .chain(info.launch_arguments.iter().map(OsString::as_os_str));
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

fn info(wish: &Wish, account: &str) -> ServiceInfo {
    let name = &wish.which.name;
    ServiceInfo {
        name: name.into(),
        display_name: name.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        executable_path: wish.program.clone(),
        launch_arguments: vec![
            "--config".into(),
            wish.config.clone().into_os_string(),
            "service".into(),
            "run".into(),
            "--name".into(),
            name.into(),
        ],
        dependencies: Vec::new(),
        // Named also where it is the system: no name means, in a change, that the old one stays.
        account_name: Some(account.into()),
        account_password: wish
            .password
            .as_ref()
            .map(|password| password.expose_secret().into()),
    }
}

/// What is not said when it is made. A Windows that does not know one of them (Wine) goes without.
fn furnish(service: &Service, say: fn(&str)) -> windows_service::Result<()> {
    let again = |seconds| ServiceAction {
        action_type: ServiceActionType::Restart,
        delay: Duration::from_secs(seconds),
    };
    let actions = ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(Duration::from_secs(86_400)),
        reboot_msg: None,
        command: None,
        actions: Some(vec![again(5), again(30), again(60)]),
    };
    for (what, done) in [
        ("a description", service.set_description(DESCRIPTION)),
        ("a delayed start", service.set_delayed_auto_start(true)),
        (
            "time before a shutdown",
            service.set_preshutdown_timeout(PRESHUTDOWN),
        ),
        (
            "restarts after a crash",
            service.update_failure_actions(actions),
        ),
        // Exit codes 1 and 2 are errors that no restart can mend (a wrong password locks an account after
        // some more tries); whatever else ends it is a crash, which Windows counts by itself.
        (
            "crashes told from other ends",
            service.set_failure_actions_on_non_crash_failures(false),
        ),
    ] {
        match done {
            Err(error) if code(&error) == Some(UNKNOWN_LEVEL) => {
                say(&format!(
                    "this Windows knows no such thing for a service: {what}"
                ));
            }
            done => done?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_told_apart_and_the_system_is_one() {
        let same = |a: &str, b: &str| is_same(Some(OsStr::new(a)), Some(OsStr::new(b)));
        assert!(same(r"NT SERVICE\web", r"nt service\WEB") && same("", "localsystem"));
        assert!(is_same(None, Some(OsStr::new("LocalSystem"))));
        assert!(!same("LocalSystem", r"NT SERVICE\web") && !same(r"A\b", r"A\c"));
    }

    #[test]
    fn the_system_is_named_to_windows_like_any_other_account() {
        let wish = Wish {
            which: super::super::super::Which { name: NAME.into() },
            program: r"C:\a b\hm.exe".into(),
            config: r"C:\hm.yaml".into(),
            data_dir: r"C:\data".into(),
            account: Some(SYSTEM.into()),
            password: None,
        };
        let info = info(&wish, SYSTEM);
        assert_eq!(info.account_name.as_deref(), Some(OsStr::new(SYSTEM)));
        assert_eq!(
            command_line(&info),
            r#""C:\a b\hm.exe" --config C:\hm.yaml service run --name HostMessenger"#
        );
    }
}
