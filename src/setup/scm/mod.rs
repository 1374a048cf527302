//! The service manager of Windows.
//!
//! A trap: a service that was deleted stays until the last handle to it is closed, the one of an open
//! window of `services.msc`, say.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use windows_service::Error;
use windows_service::service::{
    Service, ServiceAccess, ServiceExitCode, ServiceState, ServiceStatus,
};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};

use super::{Which, event_source};

mod grant;
mod install;
mod status;
mod trust;

pub(crate) use install::install;
pub(crate) use status::status;

/// How long starting and stopping may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);

const ACCESS_DENIED: i32 = 5;
const NOT_INSTALLED: i32 = 1060;
const RUNS_ALREADY: i32 = 1056;
const RUNS_NOT: i32 = 1062;
const MARKED_FOR_DELETE: i32 = 1072;
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

/// Stops and removes it, and takes back what its account was given. `data_of`: the data folder that a configuration
/// names, where that can be read.
pub(crate) fn uninstall(
    which: &Which,
    data_of: impl Fn(&Path) -> Option<PathBuf>,
    say: fn(&str),
) -> anyhow::Result<()> {
    let name = &which.name;
    let access = ServiceAccess::QUERY_STATUS
        | ServiceAccess::QUERY_CONFIG
        | ServiceAccess::STOP
        | ServiceAccess::DELETE;
    match open(name, access)? {
        None => say(&format!("service {name}: is not installed")),
        Some(service) => {
            end(&service, name, say)?;
            // While its account still has a name.
            if let Ok(config) = service.query_config() {
                grant::take_back(&config, data_of, say);
            }
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
