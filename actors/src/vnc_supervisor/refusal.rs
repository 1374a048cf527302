//! Why remote control was not started. Said to the owner by [`crate::wording::vnc::refusal`].

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::probe::net::NetReason;

/// Why remote control was not started.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No password was set on this host.
    #[error("no VNC password is set on this host")]
    NoPassword,
    /// The file's mode lets others read or change it.
    #[error("others can read or change {}", path.display())]
    PasswordOpenToOthers {
        /// The password file.
        path: PathBuf,
    },
    /// The password file has another form than `vnc-password` gives it.
    #[error("{} is damaged", path.display())]
    PasswordDamaged {
        /// The password file.
        path: PathBuf,
    },
    /// A file in the data directory cannot be read or written.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The program that is configured is not installed.
    #[error("{program} is not installed")]
    Missing {
        /// What was looked for.
        program: String,
        /// The package that has it, where it is known.
        package: Option<&'static str>,
    },
    /// With `server: auto`: none of those that fit is installed.
    #[error("no program for remote control is installed")]
    NoneInstalled {
        /// The display is Wayland's.
        wayland: bool,
    },
    /// On Windows: the configured program, or any that is known, was not found.
    #[error("no program for remote control was found in {looked}")]
    NotFound {
        /// The one that is configured; `None`: any.
        program: Option<&'static str>,
        /// The folders that were looked into.
        looked: String,
        /// The folder into which one may be put.
        best: PathBuf,
    },
    /// The configured program is for another system.
    #[error("{program} is for {system}")]
    OtherSystem {
        /// Its name.
        program: &'static str,
        /// The system it is for.
        system: &'static str,
    },
    /// This program listens for this machine alone or for all, and for nothing between.
    #[error("{program} cannot listen on {listen} alone")]
    Address {
        /// Its name.
        program: &'static str,
        /// Where it should listen.
        listen: SocketAddr,
    },
    /// On Windows: this process has no desktop that could be shown.
    #[error("there is no desktop here")]
    NoDesktop,
    /// The settings of the program cannot be lent to it, or those of before not be put back.
    #[error("the registry cannot be changed: {why}")]
    Registry {
        /// What the system said.
        why: io::Error,
    },
    /// It is open to more than was asked for.
    #[error("{program} listens on {at}, which was not asked for")]
    ListensElsewhere {
        /// Its name.
        program: String,
        /// Where it listens.
        at: SocketAddr,
    },
    /// It is of those whose free editions let nobody connect directly, and nobody can.
    #[error("{program} lets nobody connect directly")]
    NotDirect {
        /// Its name.
        program: String,
    },
    /// There is no X server at this display.
    #[error("no X server answers at {display}: {why}")]
    NoDisplay {
        /// `:0`.
        display: String,
        /// What was found.
        why: String,
    },
    /// There is no Wayland compositor.
    #[error("no Wayland compositor answers: {why}")]
    NoWayland {
        /// What was found.
        why: String,
    },
    /// The X server does not let us in.
    #[error("the X server at {display} refuses access: {why}")]
    XAuthority {
        /// `:0`.
        display: String,
        /// What it said.
        why: String,
    },
    /// Another program has the port.
    #[error("{listen} is taken")]
    PortTaken {
        /// Where it should listen.
        listen: SocketAddr,
        /// The program that has it, where the system tells.
        holder: Option<String>,
    },
    /// The system does not grant this address and port.
    #[error("cannot listen on {listen}: {why}")]
    CannotListen {
        /// Where it should listen.
        listen: SocketAddr,
        /// What the system said.
        why: String,
    },
    /// The guard or the program cannot be executed.
    #[error("{program} cannot be started: {why}")]
    NotStarted {
        /// Its name.
        program: String,
        /// What the system said.
        why: String,
    },
    /// It ended before it spoke RFB.
    #[error("{program} ended ({end}): {evidence}")]
    Ended {
        /// Its name.
        program: String,
        /// `exit code 1`.
        end: String,
        /// Its last lines.
        evidence: String,
    },
    /// It did not greet in time.
    #[error("{program} does not speak RFB on {at}: {evidence}")]
    NoGreeting {
        /// Its name.
        program: String,
        /// Where it should.
        at: String,
        /// What came in place of a greeting, or its last lines.
        evidence: String,
    },
    /// `vnc.viewers` does not hold this viewer.
    #[error("vnc.viewers does not allow a connection to {viewer}")]
    ViewerNotAllowed {
        /// Its name or address, and port.
        viewer: String,
    },
    /// This program cannot be led to a viewer.
    #[error("{program} cannot be connected to a viewer")]
    OnlyListens {
        /// Its name.
        program: String,
    },
    /// The viewer does not answer.
    #[error("the viewer {viewer} is not reached: {why}")]
    ViewerNotReached {
        /// Its name or address, and port.
        viewer: String,
        /// What the network said.
        why: NetReason,
    },
    /// The system gives no random numbers for a password.
    #[error("no one-time password can be made: {why}")]
    NoRandom {
        /// What the system said.
        why: String,
    },
    /// VNC STOP came while it was being started.
    #[error("stopped while it was being started")]
    StoppedMeanwhile,
    /// What an earlier run left behind does not end.
    #[error("processes of an earlier run do not end: {pids}")]
    Leftovers {
        /// Their pids.
        pids: String,
    },
}

/// What the last lines of a program that ended say of the cause, where that is known.
pub(super) fn recognise(output: &str, listen: SocketAddr, display: &str) -> Option<Refusal> {
    let holds = |signs: &[&str]| {
        output
            .lines()
            .find(|line| signs.iter().any(|sign| line.contains(sign)))
            .map(|line| line.trim().to_owned())
    };
    if holds(&IN_USE).is_some() {
        let holder = None;
        return Some(Refusal::PortTaken { listen, holder });
    }
    if let Some(why) = holds(&NOT_LET_IN) {
        let display = display.to_owned();
        return Some(Refusal::XAuthority { display, why });
    }
    if let Some(why) = holds(&NO_WAYLAND) {
        return Some(Refusal::NoWayland { why });
    }
    let display = display.to_owned();
    holds(&NO_DISPLAY).map(|why| Refusal::NoDisplay { display, why })
}

/// x11vnc (`LibVNCServer`) and TigerVNC, wayvnc.
const IN_USE: [&str; 3] = [
    "Address already in use",
    "could not obtain listening port",
    "Failed to bind to address",
];
/// Xlib, and the X server's own words.
const NOT_LET_IN: [&str; 3] = [
    "Authorization required",
    "Invalid MIT-MAGIC-COOKIE-1",
    "No protocol specified",
];
/// wayvnc, on compositors that do not know wlroots' protocols.
const NO_WAYLAND: [&str; 4] = [
    "Failed to initialise wayland",
    "Ensure wayland is running",
    "Compositor doesn't support",
    "compositor doesn't support",
];
const NO_DISPLAY: [&str; 4] = [
    "unable to open the X DISPLAY",
    "XOpenDisplay failed",
    "unable to open display",
    "Can't open display",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_programs_say_of_the_cause_is_understood() {
        let listen = "127.0.0.1:5900".parse().unwrap();
        let of = |text| recognise(text, listen, ":0");
        let taken = "x\n23/11/2026 08:58:56 ListenOnTCPPort: Address already in use\nbye";
        assert!(matches!(of(taken), Some(Refusal::PortTaken { .. })));
        let cookie = "Authorization required, but no authorization protocol specified\n\
                      *** XOpenDisplay failed (:1)";
        assert!(matches!(of(cookie), Some(Refusal::XAuthority { .. })));
        let gone = "X0tigervnc: unable to open display \":77\"";
        assert!(matches!(of(gone), Some(Refusal::NoDisplay { .. })));
        assert!(of("Segmentation fault").is_none());
    }
}
