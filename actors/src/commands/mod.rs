//! The chat commands: one file each, and [`COMMANDS`], the one list that dispatch, HELP and the
//! console's completion are made from.
//!
//! To add a command: a file with its `run`, its help in `wording/commands.rs`, and a row here.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use hostmessenger_config::Language;

use crate::authorizer::policy::Role;

mod actors;
mod answer;
mod audit;
mod check;
pub mod grammar;
mod hd;
pub mod help;
mod history;
mod mute;
mod os;
mod owner;
mod reload;
mod services;
mod status;
mod version;
pub mod vnc;

pub use answer::{LIMIT, Remainders};
pub use services::{ChangeOwnerFn, ReloadFn, Services};

/// A command as it was given.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The rest of the line, trimmed.
    pub rest: String,
    /// Language of the answer.
    pub lang: Language,
    /// What the sender may.
    pub role: Role,
    /// Who asks: a bare JID, or `console`.
    pub sender: String,
    /// What runs it all.
    pub services: Rc<Services>,
}

/// The answer to a command, of any length; what is too long for one message is cut later.
pub type Answer = LocalBoxFuture<'static, String>;

/// A row of [`COMMANDS`].
pub struct Command {
    /// Its English name, in capitals, with one space where it has two words.
    pub name: &'static str,
    /// Its German names.
    pub german: &'static [&'static str],
    /// Its arguments, as HELP shows them.
    pub arguments: &'static str,
    /// Who may give it.
    pub who: Role,
    /// Whether `access.vnc_code` guards it.
    pub needs_second_factor: bool,
    /// One line of help.
    pub help: fn(Language) -> String,
    /// Runs it.
    pub run: fn(Ask) -> Answer,
}

use crate::wording::{audit as say_audit, commands as say, owner as say_owner};
use Role::{Owner, Support as Look};

/// All commands, in the order of HELP. `VNC START` stands before `VNC`: the longest name that fits
/// is meant.
pub const COMMANDS: &[Command] = &[
    row("OS", &[], "", Look, say::help_os, os::run),
    row("HD", &[], "[PATH]", Look, say::help_hd, hd::run),
    guarded(row(
        "VNC START",
        &["VNC STARTEN"],
        "[VIEWER HOST[:PORT]] [MINUTES] [CODE]",
        Owner,
        say::help_vnc_start,
        vnc::start,
    )),
    row(
        "VNC STOP",
        &["VNC STOPPEN"],
        "",
        Owner,
        say::help_vnc_stop,
        vnc::stop,
    ),
    row("VNC", &[], "", Owner, say::help_vnc, vnc::show),
    row(
        "STATUS",
        &["LAGE"],
        "[TARGET]",
        Look,
        say::help_status,
        status::run,
    ),
    row(
        "CHECK",
        &["PRÜFEN", "PRUEFEN"],
        "TARGET|ALL",
        Look,
        say::help_check,
        check::run,
    ),
    row(
        "HISTORY",
        &["VERLAUF"],
        "[TARGET]",
        Look,
        say::help_history,
        history::run,
    ),
    row(
        "MUTE",
        &["STUMM"],
        "TARGET|ALL [2h] [REASON]",
        Owner,
        say::help_mute,
        mute::mute,
    ),
    row(
        "UNMUTE",
        &["LAUT"],
        "TARGET|ALL",
        Owner,
        say::help_unmute,
        mute::unmute,
    ),
    row(
        "ACTORS",
        &["AKTEURE"],
        "",
        Look,
        say::help_actors,
        actors::run,
    ),
    row(
        "RELOAD",
        &["NEULADEN"],
        "",
        Owner,
        say::help_reload,
        reload::run,
    ),
    row(
        "OWNER",
        &["BESITZER"],
        "[NEW@JID|CANCEL]",
        Owner,
        say_owner::help,
        owner::run,
    ),
    row(
        "AUDIT",
        &["PROTOKOLL"],
        "[N]",
        Owner,
        say_audit::help,
        audit::run,
    ),
    row(
        "HELP",
        &["HILFE"],
        "[COMMAND]",
        Look,
        say::help_help,
        help::run,
    ),
    row("VERSION", &[], "", Look, say::help_version, version::run),
    row("MORE", &["MEHR"], "", Look, say::help_more, answer::more),
];

const fn row(
    name: &'static str,
    german: &'static [&'static str],
    arguments: &'static str,
    who: Role,
    help: fn(Language) -> String,
    run: fn(Ask) -> Answer,
) -> Command {
    Command {
        name,
        german,
        arguments,
        who,
        needs_second_factor: false,
        help,
        run,
    }
}

/// The same row, behind the second factor.
const fn guarded(command: Command) -> Command {
    Command {
        needs_second_factor: true,
        ..command
    }
}
