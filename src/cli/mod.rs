//! The command line: what there is, in the words of `--help`. One file a subcommand.

use std::path::PathBuf;

use clap::{ArgAction, CommandFactory, Parser, Subcommand, ValueEnum};
use hostmessenger_config::LogFormat;

use crate::enroll::guard;
use crate::outcome::{Ending, Outcome};

mod administrator;
mod audit;
mod check;
mod configuration;
mod enroll;
mod help;
mod init;
mod list;
mod reload;
mod retire;
mod run;
mod secret;
mod service;
mod vnc_code;
mod vnc_password;

/// Watches this host and its neighbours, tells its owner over XMPP, obeys a few chat commands.
#[derive(Debug, Parser)]
#[command(name = "hostmessenger", version, after_help = help::AFTER)]
pub(crate) struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options for all subcommands.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// The configuration to use
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where journal and VNC password are kept, in place of `data_dir`
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Log for people or for programs, in place of `log.format`
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    log_format: Option<Format>,
    /// Log more; twice: everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Log less; twice: errors only
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "verbose")]
    quiet: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Readable, coloured on a terminal
    Pretty,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run until stopped (the default)
    Run(RunOptions),
    #[cfg_attr(
        unix,
        doc = "Unpack the commented configuration, its JSON Schema and a systemd unit; never overwrites"
    )]
    #[cfg_attr(
        windows,
        doc = "Unpack the commented configuration and its JSON Schema; never overwrites"
    )]
    Init {
        /// Where to; default: the program's own folder
        dir: Option<PathBuf>,
    },
    /// Read the configuration and print every mistake in it
    Check(CheckOptions),
    /// Make a client for a host: its account and its folder; only an administrator of the server can
    #[command(after_help = help::ENROLL)]
    Enroll(Box<enroll::EnrollOptions>),
    /// Remove a host's account; its sessions end
    Retire(retire::HostOptions),
    /// Let a host's account log in no more
    Lock(retire::LockOptions),
    /// Let it log in again
    Unlock(retire::UnlockOptions),
    /// List the hosts that an administrator enrolled: online or not, and their version
    List(list::ListOptions),
    /// Set the password for remote control (VNC), on this host only
    VncPassword {
        /// Read it from standard input, one line, in place of asking
        #[arg(long)]
        stdin: bool,
    },
    /// Make the secret for the second factor of VNC START, on this host only, and show it as a QR code
    VncCode(VncCodeOptions),
    /// Show who did what on this host, or tried to, oldest first; also while the program runs
    #[command(after_help = help::AUDIT)]
    Audit(AuditOptions),
    /// Have the system start this program: install, uninstall, start, stop, status
    #[command(after_help = service::HELP)]
    Service {
        #[command(subcommand)]
        verb: service::Verb,
    },
    /// Print the JSON Schema of the configuration
    Schema,
    /// Print tab completion for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Undoes an enrolment whose process was killed
    #[command(hide = true, name = guard::SUBCOMMAND)]
    EnrollGuard,
    /// Shows the icon in the notification area for the program that started it
    #[cfg(all(windows, feature = "tray"))]
    #[command(hide = true, name = crate::tray::windows::SUBCOMMAND)]
    TrayWindow,
    /// Holds a remote-control program, and ends it when this program ends
    #[command(hide = true, name = "vnc-guard")]
    VncGuard {
        /// What to start
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
}

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct RunOptions {
    /// Do not read commands from standard input
    #[arg(long)]
    no_console: bool,
    /// Show no icon in the notification area, and no notice while remote control runs
    #[arg(long)]
    no_tray: bool,
    /// The log goes into a file in the data folder
    #[arg(skip)]
    #[cfg(windows)]
    log_file: bool,
}

#[cfg(windows)]
impl RunOptions {
    /// Nobody types there, nobody reads standard error, and nobody sees a screen.
    fn for_service() -> Self {
        Self {
            no_console: true,
            no_tray: true,
            log_file: true,
        }
    }
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CheckOptions {
    /// Also check each target once
    #[arg(long)]
    probe: bool,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = Table::Table)]
    output: Table,
}

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct VncCodeOptions {
    /// Make a new one in place of the one that is there
    #[arg(long)]
    replace: bool,
    /// Show it even where standard output is no terminal
    #[arg(long)]
    show: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct AuditOptions {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// So many, the newest
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Not older than this: 2h, 7d
    #[arg(long, value_name = "DURATION", value_parser = audit::duration)]
    since: Option<std::time::Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Table {
    /// For people
    Table,
    /// For programs
    Json,
}

impl From<Format> for LogFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Pretty => Self::Pretty,
            Format::Json => Self::Json,
        }
    }
}

/// Runs the subcommand.
pub(crate) fn dispatch(arguments: Arguments) -> Outcome {
    let options = arguments.options;
    match arguments
        .command
        .unwrap_or(Command::Run(RunOptions::default()))
    {
        Command::Run(run) => run::run(&options, &run),
        Command::Init { dir } => init::run(dir),
        Command::Check(check) => check::run(&options, &check),
        Command::Enroll(enroll) => enroll::run(*enroll),
        Command::Retire(host) => retire::retire(&host),
        Command::Lock(lock) => retire::lock(&lock),
        Command::Unlock(unlock) => retire::unlock(&unlock),
        Command::List(list) => list::run(&list),
        Command::EnrollGuard => guard::run(),
        Command::VncPassword { stdin } => vnc_password::run(&options, stdin),
        Command::VncCode(code) => vnc_code::run(&options, &code),
        Command::Audit(audit) => audit::run(&options, &audit),
        Command::Service { verb } => service::run(&options, verb),
        Command::Schema => {
            println(&format!("{:#}", hostmessenger_config::schema()));
            Ok(Ending::Good)
        }
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Arguments::command(),
                "hostmessenger",
                &mut std::io::stdout(),
            );
            Ok(Ending::Good)
        }
        #[cfg(all(windows, feature = "tray"))]
        Command::TrayWindow => {
            hostmessenger_windows::session::goes_late();
            crate::tray::windows::screen::run()
        }
        Command::VncGuard { arguments } => vnc_guard(arguments),
    }
}

fn vnc_guard(arguments: Vec<std::ffi::OsString>) -> Outcome {
    #[cfg(windows)]
    hostmessenger_windows::session::goes_late();
    hostmessenger_actors::vnc_supervisor::guard::run(arguments)?;
    Ok(Ending::Good)
}

/// Answers go to standard output; a closed one is no reason to panic.
fn println(text: &str) {
    use std::io::Write;
    let _closed = writeln!(std::io::stdout(), "{text}");
}
