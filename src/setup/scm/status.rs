//! `service status`.

use windows_service::service::{ServiceAccess, ServiceExitCode, ServiceStartType, ServiceState};

use super::super::Which;
use super::{open, told, word};
use crate::outcome::Ending;

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
