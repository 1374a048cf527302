//! `service`: the program as a service that the system starts.

#[cfg(windows)]
use std::path::Path;

use anyhow::Context;
use clap::Subcommand;

use super::configuration::{self, Found};
use super::{Options, println};
use crate::outcome::{Ending, Outcome};
use crate::setup::{self, NAME, Which, Wish, parse_name};

#[cfg(windows)]
pub(super) const HELP: &str = "\
Examples, in a command prompt that was opened with \"Run as administrator\":
  cd /d \"C:\\Program Files\\HostMessenger\"  such a prompt begins in C:\\Windows\\System32
  hostmessenger service install
  hostmessenger service start
  hostmessenger service status
  hostmessenger service uninstall       stops it first; configuration and data stay

It runs as NT SERVICE\\NAME, an account of its own with no more rights than `install` opens to it. It has no
desktop, so no remote control: for that, run hostmessenger as the user who is logged in. Its log is
hostmessenger.log in its data folder; warnings and errors stand in the Event Log too (Windows Logs,
Application). After a crash Windows starts it again, after 5, 30 and 60 seconds.

Exit codes: 0 done, or `status`: running; 1 it failed; 2 bad configuration or usage; of `status`:
3 not running, 4 not installed.";
#[cfg(unix)]
pub(super) const HELP: &str = "\
Examples:
  sudo hostmessenger --config /etc/hostmessenger/hostmessenger.yaml service install
  sudo hostmessenger service start
  hostmessenger service status
  sudo hostmessenger service uninstall  stops it first; configuration and data stay
  hostmessenger service install --user  with systemd's manager of your own

`install` writes the unit that `init` unpacks, for this program, this configuration and its folder's
owner (the system user hostmessenger, who is made, where that is root), and enables it. Its log:
journalctl -u hostmessenger

Exit codes: 0 done, or `status`: running; 1 it failed; 2 bad configuration or usage; of `status`:
3 not running, 4 not installed.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make the system start this program, with its configuration; again: put right what is there
    Install(InstallOptions),
    /// Stop and remove it; configuration and data stay
    Uninstall(WhichOptions),
    /// Start it, and wait until it runs
    Start(WhichOptions),
    /// Stop it, and wait until it has ended
    Stop(WhichOptions),
    /// Say whether it runs, since when, and with what
    Status(WhichOptions),
    /// What the service manager starts
    #[cfg(windows)]
    #[command(hide = true)]
    Run(WhichOptions),
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct WhichOptions {
    /// What it is called
    #[arg(long, default_value = NAME, value_parser = parse_name)]
    name: String,
    /// The manager of this user, in place of the system's
    #[cfg(unix)]
    #[arg(long)]
    user: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct InstallOptions {
    #[command(flatten)]
    which: WhichOptions,
    /// Who it runs as, in place of an account of its own: `LocalSystem`, `DOMAIN\user`
    #[cfg(windows)]
    #[arg(long)]
    account: Option<String>,
    /// Also replace a unit that was written or changed by hand
    #[cfg(unix)]
    #[arg(long)]
    force: bool,
}

impl From<WhichOptions> for Which {
    fn from(options: WhichOptions) -> Self {
        Self {
            name: options.name,
            #[cfg(unix)]
            user: options.user,
        }
    }
}

/// Runs a verb.
pub(super) fn run(options: &Options, verb: Verb) -> Outcome {
    match verb {
        Verb::Install(install) => return self::install(options, install),
        #[cfg(unix)]
        Verb::Uninstall(which) => setup::uninstall(&which.into(), println)?,
        #[cfg(windows)]
        Verb::Uninstall(which) => {
            let data_of = |file: &Path| Some(configuration::read(file, options).ok()?.data_dir);
            setup::uninstall(&which.into(), data_of, println)?;
        }
        Verb::Start(which) => setup::start(&which.into(), println)?,
        Verb::Stop(which) => setup::stop(&which.into(), println)?,
        Verb::Status(which) => return setup::status(&which.into(), println),
        #[cfg(windows)]
        Verb::Run(which) => return run_service(options, which.name),
    }
    Ok(Ending::Good)
}

fn install(options: &Options, install: InstallOptions) -> Outcome {
    let file = configuration::find(options)?.context(
        "there is no configuration; `hostmessenger init DIR` unpacks one, `--config FILE` names it",
    )?;
    let file = std::path::absolute(file)?;
    // A service that cannot start is of no use.
    let Found::Good(config) = configuration::load(&file, options) else {
        return Ok(Ending::BadConfiguration);
    };
    #[cfg(unix)]
    drop(config);
    setup::install(
        &Wish {
            program: std::env::current_exe().context("the program's own path is not known")?,
            config: file,
            #[cfg(windows)]
            data_dir: config.data_dir.clone(),
            #[cfg(windows)]
            password: password(install.account.as_deref())?,
            #[cfg(windows)]
            account: install.account,
            #[cfg(unix)]
            force: install.force,
            which: install.which.into(),
        },
        println,
    )?;
    Ok(Ending::Good)
}

/// The password of an account that has one.
#[cfg(windows)]
fn password(account: Option<&str>) -> anyhow::Result<Option<hostmessenger_config::SecretString>> {
    let Some(account) = account else {
        return Ok(None);
    };
    let upper = account.to_uppercase();
    let has_none = upper == "LOCALSYSTEM"
        || upper.starts_with("NT AUTHORITY\\")
        || upper.starts_with("NT SERVICE\\")
        || upper.ends_with('$');
    if has_none {
        return Ok(None);
    }
    super::secret::ask(&format!("Password of {account}: ")).map(Some)
}

/// Under the service manager.
#[cfg(windows)]
fn run_service(options: &Options, name: String) -> Outcome {
    let options = options.clone();
    let source = name.clone();
    crate::service::manager::run(&name, move || {
        // Without it the log file is all there is.
        let _none = crate::logging::start_event_log(&source);
        super::run::run(&options, &super::RunOptions::for_service())
    })
}
