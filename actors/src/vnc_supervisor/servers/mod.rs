//! The programs for remote control: one file each, and which of them is taken.
//!
//! A newcomer's trap: a command line can be read by everyone on the machine, so no password is ever
//! on it; programs are given the name of a file.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hostmessenger_config::{Vnc, VncServer};
use secrecy::SecretString;

use super::environment::Environment;
use super::line::Door;
use super::places::{Places, Usual};
use super::refusal::Refusal;
use super::registry::Setting;

mod custom;
mod realvnc;
mod tigervnc;
mod tightvnc;
mod ultravnc;
mod wayvnc;
mod winvnc4;
mod x11vnc;

pub(super) use wayvnc::USER as WAYVNC_USER;

/// Those of Windows, best first.
static OF_WINDOWS: [&Server; 4] = [
    &ultravnc::SERVER,
    &tightvnc::SERVER,
    &winvnc4::SERVER,
    &realvnc::SERVER,
];

/// The keys in the registry that they are lent values of; no others are ever touched.
pub(super) const KEYS: [&str; 4] = [tightvnc::KEY, winvnc4::KEY, realvnc::OLD, realvnc::NEW];

/// What a program shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// An X display.
    X,
    /// A Wayland session.
    Wayland,
    /// The desktop of Windows.
    Desktop,
    /// Whatever it likes.
    Unknown,
}

/// What a command is made from.
pub(super) struct Wish<'a> {
    pub(super) vnc: &'a Vnc,
    pub(super) display: &'a str,
    pub(super) password: &'a SecretString,
    /// The same as a password file holds it.
    pub(super) block: [u8; 8],
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
    /// Files that hold a secret, and folders of ours, that are removed when it ended.
    pub(super) secrets: Vec<PathBuf>,
    /// What it finds in the registry for as long as it runs.
    pub(super) settings: Vec<Setting>,
}

/// A program for remote control.
pub(super) struct Server {
    /// Its usual name.
    pub(super) name: &'static str,
    /// What it is looked for as, best first.
    binaries: &'static [&'static str],
    home: Home,
    pub(super) shows: Shows,
    arguments: fn(&Wish, &Path) -> Result<Arguments, Refusal>,
}

/// Where a program comes from.
enum Home {
    /// Debian's package; it is on `PATH`.
    Package(&'static str),
    /// A folder of Windows.
    Windows(Usual),
}

/// Whom a program is open to, where it knows no addresses but these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// This machine.
    Loopback,
    /// All that can reach this machine.
    All,
}

impl Reach {
    /// Where it is to listen, if it can: `knows` says which of such addresses it knows.
    fn of(
        program: &'static str,
        wish: &Wish,
        knows: fn(&SocketAddr) -> bool,
    ) -> Result<(SocketAddr, Self), Refusal> {
        let (Door::Port(listen) | Door::Loopback(listen)) = *wish.door else {
            let program = program.to_owned();
            return Err(Refusal::OnlyListens { program });
        };
        match listen.ip() {
            ip if ip.is_loopback() && knows(&listen) => Ok((listen, Self::Loopback)),
            ip if ip.is_unspecified() && knows(&listen) => Ok((listen, Self::All)),
            _ => Err(Refusal::Address { program, listen }),
        }
    }
}

/// Its command line, and the files that were written for it.
struct Arguments {
    words: Vec<OsString>,
    secrets: Vec<PathBuf>,
    settings: Vec<Setting>,
}

impl Arguments {
    fn of<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Self {
        Self {
            words: words.into_iter().map(Into::into).collect(),
            secrets: Vec::new(),
            settings: Vec::new(),
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
            Self::Known(server, program) => (program, (server.arguments)(wish, program)?),
            Self::Custom(program) => match wish.door {
                Door::Port(listen) => (program, custom::arguments(wish, *listen)),
                Door::Socket(_) | Door::Loopback(_) => {
                    let program = self.name();
                    return Err(Refusal::OnlyListens { program });
                }
            },
        };
        Ok(Command {
            program: program.clone(),
            arguments: arguments.words,
            secrets: arguments.secrets,
            settings: arguments.settings,
        })
    }

    /// Makes it ready to be started, where that takes more than a command. Not on the arbiter's thread.
    pub(super) fn staged(self, data_dir: &Path) -> Result<Self, Refusal> {
        match self {
            Self::Known(server, program) if server.name == ultravnc::SERVER.name => {
                let program = ultravnc::stage(&program, data_dir)?;
                Ok(Self::Known(server, program))
            }
            other => Ok(other),
        }
    }

    /// Says more of a start that failed, where this program is known for it.
    pub(super) fn explain(&self, refusal: Refusal) -> Refusal {
        let silent = matches!(refusal, Refusal::Ended { .. } | Refusal::NoGreeting { .. });
        match self {
            Self::Known(server, _) if silent && server.name == realvnc::SERVER.name => {
                let program = self.name();
                Refusal::NotDirect { program }
            }
            _ => refusal,
        }
    }
}

/// The configured program, or the first that is installed and fits the system and the display.
pub(super) fn choose(
    vnc: &Vnc,
    environment: &Environment,
    places: &Places,
) -> Result<Chosen, Refusal> {
    let windows = environment.windows;
    let server = match vnc.server {
        VncServer::Auto if windows => return any_of_windows(places),
        VncServer::Auto => return any(environment),
        VncServer::Tigervnc if windows => &winvnc4::SERVER,
        VncServer::Tigervnc => &tigervnc::SERVER,
        VncServer::X11vnc => &x11vnc::SERVER,
        VncServer::Wayvnc => &wayvnc::SERVER,
        VncServer::Ultravnc => &ultravnc::SERVER,
        VncServer::Tightvnc => &tightvnc::SERVER,
        VncServer::Realvnc => &realvnc::SERVER,
        VncServer::Custom => {
            let program = vnc.command.first().map_or("", String::as_str);
            let found = environment.find(OsStr::new(program));
            return found.map(Chosen::Custom).ok_or_else(|| Refusal::Missing {
                program: crate::text::clean(program, 200),
                package: None,
            });
        }
    };
    match &server.home {
        Home::Package(_) if !windows => one(server, environment),
        Home::Windows(_) if windows => found(server, places).ok_or_else(|| Refusal::NotFound {
            program: Some(server.name),
            looked: places.told(),
            best: places.best(),
        }),
        home => Err(Refusal::OtherSystem {
            program: server.name,
            system: match home {
                Home::Package(_) => "Linux",
                Home::Windows(_) => "Windows",
            },
        }),
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
            package: match server.home {
                Home::Package(package) => Some(package),
                Home::Windows(_) => None,
            },
        })
}

fn any_of_windows(places: &Places) -> Result<Chosen, Refusal> {
    let mut servers = OF_WINDOWS.iter();
    let first = servers.find_map(|server| found(server, places));
    first.ok_or_else(|| Refusal::NotFound {
        program: None,
        looked: places.told(),
        best: places.best(),
    })
}

/// The first of its folders that has it.
fn found(server: &'static Server, places: &Places) -> Option<Chosen> {
    let Home::Windows(usual) = server.home else {
        return None;
    };
    let folders = places.folders(usual);
    let files = folders
        .iter()
        .flat_map(|folder| server.binaries.iter().map(|name| folder.join(name)));
    let program = files.into_iter().find(|file| file.is_file())?;
    Some(Chosen::Known(server, program))
}

/// Two digits a byte.
fn hex<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    use std::fmt::Write;
    bytes.into_iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
#[cfg(test)]
mod tests_of_windows;
