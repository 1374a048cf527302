//! The service manager of Windows.
//!
//! Two traps. A service that was deleted stays until the last handle to it is closed, the one of an open
//! window of `services.msc`, say. And what a service wrote into its own account's name only Windows knows:
//! `NT SERVICE\NAME` exists once the service does, so files are opened to it after that.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use hostmessenger_config::ExposeSecret;
use windows_service::Error;
use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceErrorControl, ServiceExitCode,
    ServiceFailureActions, ServiceFailureResetPeriod, ServiceInfo, ServiceStartType, ServiceState,
    ServiceStatus, ServiceType,
};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};

use super::{Which, Wish, event_source, tool};
use crate::outcome::Ending;

/// How long starting and stopping may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long Windows waits for it before it shuts down.
const PRESHUTDOWN: Duration = Duration::from_secs(30);
const DESCRIPTION: &str =
    "Watches this host and its neighbours, tells its owner over XMPP, obeys a few chat commands";

const ACCESS_DENIED: i32 = 5;
const NOT_INSTALLED: i32 = 1060;
const RUNS_ALREADY: i32 = 1056;
const RUNS_NOT: i32 = 1062;
const MARKED_FOR_DELETE: i32 = 1072;
const EXISTS: i32 = 1073;
const UNKNOWN_LEVEL: i32 = 124;
const NO_LOGON: i32 = 1069;

fn code(error: &Error) -> Option<i32> {
    match error {
        Error::Winapi(error) => error.raw_os_error(),
        _ => None,
    }
}

/// Says what to do about the errors that people meet.
fn told(error: Error, name: &str) -> anyhow::Error {
    let help = match code(&error) {
        Some(ACCESS_DENIED) => {
            "this needs an administrator: open the command prompt with a right click, \"Run as administrator\", and say it again".to_owned()
        }
        Some(NOT_INSTALLED) => {
            format!("there is no service {name}; `hostmessenger service install` makes one")
        }
        Some(MARKED_FOR_DELETE) => format!(
            "the service {name} is being removed; close the windows that show it (services.msc, Task Manager), or restart the machine"
        ),
        Some(NO_LOGON) => {
            "its account cannot log on as a service: wrong password, or the right is missing".to_owned()
        }
        _ => return anyhow!(error).context(format!("service {name}")),
    };
    anyhow!(help)
}

fn manager(access: ServiceManagerAccess, name: &str) -> anyhow::Result<ServiceManager> {
    ServiceManager::local_computer(None::<&OsStr>, access).map_err(|error| told(error, name))
}

/// Opens it; `None`: there is none.
fn open(name: &str, access: ServiceAccess) -> anyhow::Result<Option<Service>> {
    match manager(ServiceManagerAccess::CONNECT, name)?.open_service(name, access) {
        Ok(service) => Ok(Some(service)),
        Err(error) if code(&error) == Some(NOT_INSTALLED) => Ok(None),
        Err(error) => Err(told(error, name)),
    }
}

/// Registers it, or puts right what is there.
pub(crate) fn install(wish: &Wish, say: fn(&str)) -> anyhow::Result<()> {
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
    open_to(wish, &account, say)?;
    say(&format!(
        "start it: hostmessenger service start{}",
        named(name)
    ));
    Ok(())
}

/// ` --name NAME`, where it is needed.
fn named(name: &str) -> String {
    if name == super::NAME {
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
    let same_account = there
        .account_name
        .as_ref()
        .is_some_and(|account| Some(account) == info.account_name.as_ref());
    if command_line(info) == line && same_account && info.account_password.is_none() {
        say(&format!(
            "service {name}: is there already, as it should be"
        ));
        return Ok(());
    }
    service
        .change_config(info)
        .map_err(|error| told(error, name))?;
    say(&format!("service {name}: was there already, updated"));
    say("where it runs, the change counts from its next start on");
    Ok(())
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
        account_name: (!account.eq_ignore_ascii_case("LocalSystem")).then(|| account.into()),
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

/// The service's account must read the configuration and write beside it.
fn open_to(wish: &Wish, account: &str, say: fn(&str)) -> anyhow::Result<()> {
    if account.eq_ignore_ascii_case("LocalSystem") {
        return Ok(());
    }
    let folder = wish.config.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(&wish.data_dir)
        .with_context(|| format!("{} cannot be made", wish.data_dir.display()))?;
    let mut folders = vec![folder];
    if !wish.data_dir.starts_with(folder) {
        folders.push(&wish.data_dir);
    }
    for folder in folders {
        if folder.parent().is_none() {
            say(&format!(
                "{}: is a whole drive; give {account} the right to read the configuration and to write into {}",
                folder.display(),
                wish.data_dir.display()
            ));
            continue;
        }
        let words = [
            folder.as_os_str().to_owned(),
            "/grant".into(),
            format!("{account}:(OI)(CI)M").into(),
            "/T".into(),
            "/C".into(),
            "/Q".into(),
        ];
        tool::must("icacls", &words, PATIENCE)
            .with_context(|| format!("{} could not be opened to {account}", folder.display()))?;
        say(&format!("{}: opened to {account}", folder.display()));
    }
    Ok(())
}

/// Stops and removes it.
pub(crate) fn uninstall(which: &Which, say: fn(&str)) -> anyhow::Result<()> {
    let name = &which.name;
    let access = ServiceAccess::QUERY_STATUS | ServiceAccess::STOP | ServiceAccess::DELETE;
    match open(name, access)? {
        None => say(&format!("service {name}: is not installed")),
        Some(service) => {
            end(&service, name, say)?;
            service.delete().map_err(|error| told(error, name))?;
            say(&format!(
                "service {name}: removed; configuration and data stay where they are"
            ));
        }
    }
    event_source::remove(name)
        .map_err(|error| anyhow!("the source {name} of the Event Log stays: {error}"))
}

/// Starts it, and waits until it runs.
pub(crate) fn start(which: &Which, say: fn(&str)) -> anyhow::Result<()> {
    let name = &which.name;
    let access = ServiceAccess::QUERY_STATUS | ServiceAccess::START;
    let Some(service) = open(name, access)? else {
        bail!("there is no service {name}; `hostmessenger service install` makes one");
    };
    match service.start::<&OsStr>(&[]) {
        Ok(()) => say(&format!("service {name}: starting …")),
        Err(error) if code(&error) == Some(RUNS_ALREADY) => {}
        Err(error) => return Err(told(error, name)),
    }
    let status = wait(&service, name, |state| {
        matches!(state, ServiceState::Running | ServiceState::Stopped)
    })?;
    if status.current_state == ServiceState::Running {
        say(&format!("service {name}: running"));
        return Ok(());
    }
    let why = match status.exit_code {
        ServiceExitCode::ServiceSpecific(2) => {
            "its configuration has mistakes: hostmessenger check"
        }
        _ => "why is told by the Event Log (Application) and hostmessenger.log in its data folder",
    };
    bail!("service {name}: it ended at once; {why}")
}

/// Stops it, and waits until it has ended.
pub(crate) fn stop(which: &Which, say: fn(&str)) -> anyhow::Result<()> {
    let name = &which.name;
    match open(name, ServiceAccess::QUERY_STATUS | ServiceAccess::STOP)? {
        None => bail!("there is no service {name}"),
        Some(service) => end(&service, name, say),
    }
}

fn end(service: &Service, name: &str, say: fn(&str)) -> anyhow::Result<()> {
    let begun = Instant::now();
    // While it starts it takes no orders.
    let status = wait(service, name, |state| state != ServiceState::StartPending)?;
    if status.current_state == ServiceState::Stopped {
        say(&format!("service {name}: does not run"));
        return Ok(());
    }
    if status.current_state != ServiceState::StopPending {
        say(&format!("service {name}: stopping …"));
        match service.stop() {
            Ok(_) => {}
            Err(error) if code(&error) == Some(RUNS_NOT) => {}
            Err(error) => return Err(told(error, name)),
        }
    }
    wait(service, name, |state| state == ServiceState::Stopped)?;
    say(&format!(
        "service {name}: stopped after {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "no actors run in this process, and the manager cannot be waited for"
)]
fn wait(
    service: &Service,
    name: &str,
    until: impl Fn(ServiceState) -> bool,
) -> anyhow::Result<ServiceStatus> {
    let begun = Instant::now();
    loop {
        let status = service.query_status().map_err(|error| told(error, name))?;
        if until(status.current_state) {
            return Ok(status);
        }
        if begun.elapsed() > PATIENCE {
            bail!(
                "service {name}: still {} after {} s",
                word(status.current_state),
                PATIENCE.as_secs()
            );
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn word(state: ServiceState) -> &'static str {
    match state {
        ServiceState::Running => "running",
        ServiceState::Stopped => "stopped",
        ServiceState::StartPending => "starting",
        ServiceState::StopPending => "stopping",
        ServiceState::ContinuePending | ServiceState::PausePending | ServiceState::Paused => {
            "paused"
        }
    }
}

/// Says how it stands.
pub(crate) fn status(which: &Which, say: fn(&str)) -> anyhow::Result<Ending> {
    let name = &which.name;
    let access = ServiceAccess::QUERY_STATUS | ServiceAccess::QUERY_CONFIG;
    let Some(service) = open(name, access)? else {
        say(&format!("service {name}: not installed"));
        return Ok(Ending::NotInstalled);
    };
    let status = service.query_status().map_err(|error| told(error, name))?;
    let config = service.query_config().map_err(|error| told(error, name))?;
    let mut line = format!("service {name}: {}", word(status.current_state));
    if let Some(pid) = status.process_id {
        line = format!("{line}, process {pid}{}", since(pid));
    }
    match status.exit_code {
        ServiceExitCode::ServiceSpecific(code) => line = format!("{line}, ended with {code}"),
        ServiceExitCode::Win32(0 | 1077) => {}
        ServiceExitCode::Win32(code) => line = format!("{line}, Windows error {code}"),
    }
    say(&line);
    let account = config.account_name.unwrap_or_else(|| "LocalSystem".into());
    say(&format!("  starts:  {}", starts(config.start_type)));
    say(&format!("  account: {}", account.to_string_lossy()));
    say(&format!("  command: {}", config.executable_path.display()));
    Ok(match status.current_state {
        ServiceState::Stopped | ServiceState::StopPending => Ending::NotRunning,
        _ => Ending::Good,
    })
}

fn starts(kind: ServiceStartType) -> &'static str {
    match kind {
        ServiceStartType::AutoStart => "with Windows",
        ServiceStartType::OnDemand => "when it is started",
        ServiceStartType::Disabled => "never: disabled",
        _ => "as a driver",
    }
}

/// `, since 2026-11-23 14:03:05`, where it can be had.
fn since(pid: u32) -> String {
    hostmessenger_actors::machine::started(pid)
        .and_then(|second| jiff::Timestamp::from_second(second).ok())
        .map(|at| at.to_zoned(jiff::tz::TimeZone::system()))
        .map(|at| format!(", since {}", at.strftime("%Y-%m-%d %H:%M:%S")))
        .unwrap_or_default()
}
