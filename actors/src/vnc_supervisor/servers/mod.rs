//! The programs for remote control: one file each, and which of them is taken.
//!
//! A newcomer's trap: a command line can be read by everyone on the machine, so no password is ever
//! on it; programs are given the name of a file.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use hostmessenger_config::{Vnc, VncServer};
use secrecy::SecretString;

use super::environment::Environment;
use super::line::Door;
use super::refusal::Refusal;

mod custom;
mod tigervnc;
mod wayvnc;
mod x11vnc;

pub(super) use wayvnc::USER as WAYVNC_USER;

/// What a program shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// An X display.
    X,
    /// A Wayland session.
    Wayland,
    /// Whatever it likes.
    Unknown,
}

/// What a command is made from.
pub(super) struct Wish<'a> {
    pub(super) vnc: &'a Vnc,
    pub(super) display: &'a str,
    pub(super) password: &'a SecretString,
    pub(super) password_file: &'a Path,
    pub(super) data_dir: &'a Path,
    /// What it listens on.
    pub(super) door: &'a Door,
}

/// What is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// The program's absolute path.
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// Files that hold a secret and are removed when it ended.
    pub(super) secrets: Vec<PathBuf>,
}

/// A program for remote control.
pub(super) struct Server {
    /// Its usual name.
    pub(super) name: &'static str,
    /// What it is looked for as, best first.
    binaries: &'static [&'static str],
    /// Debian's package.
    package: &'static str,
    pub(super) shows: Shows,
    arguments: fn(&Wish) -> Result<Arguments, Refusal>,
}

/// Its command line, and the files that were written for it.
struct Arguments {
    words: Vec<OsString>,
    secrets: Vec<PathBuf>,
}

impl Arguments {
    fn of<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Self {
        Self {
            words: words.into_iter().map(Into::into).collect(),
            secrets: Vec::new(),
        }
    }
}

/// A program that was found.
pub(super) enum Chosen {
    /// One that is known here.
    Known(&'static Server, PathBuf),
    /// `vnc.command`.
    Custom(PathBuf),
}

impl Chosen {
    /// Its name, for people.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Known(server, _) => server.name.to_owned(),
            Self::Custom(program) => {
                let name = program.file_name().unwrap_or(program.as_os_str());
                crate::text::clean(&name.to_string_lossy(), 60)
            }
        }
    }

    pub(super) fn shows(&self) -> Shows {
        match self {
            Self::Known(server, _) => server.shows,
            Self::Custom(_) => Shows::Unknown,
        }
    }

    /// Makes its command; writes the files that it wants.
    pub(super) fn command(&self, wish: &Wish) -> Result<Command, Refusal> {
        let (program, arguments) = match self {
            Self::Known(server, program) => (program, (server.arguments)(wish)?),
            Self::Custom(program) => match wish.door {
                Door::Port(listen) => (program, custom::arguments(wish, *listen)),
                Door::Socket(_) => {
                    let program = self.name();
                    return Err(Refusal::OnlyListens { program });
                }
            },
        };
        Ok(Command {
            program: program.clone(),
            arguments: arguments.words,
            secrets: arguments.secrets,
        })
    }
}

/// The configured program, or the first that is installed and fits the display.
pub(super) fn choose(vnc: &Vnc, environment: &Environment) -> Result<Chosen, Refusal> {
    match vnc.server {
        VncServer::Auto => any(environment),
        VncServer::X11vnc => one(&x11vnc::SERVER, environment),
        VncServer::Tigervnc => one(&tigervnc::SERVER, environment),
        VncServer::Wayvnc => one(&wayvnc::SERVER, environment),
        VncServer::Ultravnc => Err(Refusal::OtherSystem {
            program: "UltraVNC",
        }),
        VncServer::Tightvnc => Err(Refusal::OtherSystem {
            program: "TightVNC",
        }),
        VncServer::Custom => {
            let program = vnc.command.first().map_or("", String::as_str);
            let found = environment.find(OsStr::new(program));
            found.map(Chosen::Custom).ok_or_else(|| Refusal::Missing {
                program: crate::text::clean(program, 200),
                package: None,
            })
        }
    }
}

fn any(environment: &Environment) -> Result<Chosen, Refusal> {
    let wayland = environment.is_wayland();
    let fitting: &[&'static Server] = if wayland {
        &[&wayvnc::SERVER]
    } else {
        &[&x11vnc::SERVER, &tigervnc::SERVER]
    };
    fitting
        .iter()
        .find_map(|server| one(server, environment).ok())
        .ok_or(Refusal::NoneInstalled { wayland })
}

fn one(server: &'static Server, environment: &Environment) -> Result<Chosen, Refusal> {
    server
        .binaries
        .iter()
        .find_map(|name| environment.find(OsStr::new(name)))
        .map(|program| Chosen::Known(server, program))
        .ok_or_else(|| Refusal::Missing {
            program: server.name.to_owned(),
            package: Some(server.package),
        })
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
