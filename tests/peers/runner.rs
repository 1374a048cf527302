//! How the program is started: as built for this machine, or as built for Windows, under Wine.
//!
//! A newcomer's trap: what Wine starts first (its server, its services) inherits the pipes of whoever
//! came first and holds them open; so [`Runner::awake`] starts them before, with none.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

/// The program as built for this machine.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_hostmessenger");

/// What starts a program for Windows; it knows how Wine is to be called.
const WINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/windows/wine");

/// Where Wine keeps its drives, unless `$WINEPREFIX` says otherwise.
const PREFIX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/wine");

/// How long Wine's server waits for more after the last program, in seconds.
const LINGER: &str = "-p15";

/// What the program was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// This machine.
    Native,
    /// Windows; it runs under Wine.
    Wine,
}

impl Runner {
    /// The program under test.
    pub(crate) fn program(self) -> PathBuf {
        match self {
            Self::Native => PROGRAM.into(),
            Self::Wine => exe(),
        }
    }

    /// Starts this program, with nothing of the tester's surroundings but `$PATH`.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = match self {
            Self::Native => Command::new(program),
            Self::Wine => {
                let mut wine = Command::new(WINE);
                wine.arg(program);
                wine
            }
        };
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "en_GB.UTF-8");
        if self == Self::Wine {
            awake();
            // Wine takes paths and keys for what the locale says; this one is everywhere.
            command.env("WINEPREFIX", prefix()).env("LC_ALL", "C.UTF-8");
        }
        command
    }

    /// A path as the program names it: under Wine, drive Z is this machine's root.
    pub(crate) fn path(self, path: &Path) -> String {
        let path = path.display().to_string();
        match self {
            Self::Native => path,
            Self::Wine => format!("Z:{}", path.replace('/', "\\")),
        }
    }
}

/// The built program for Windows.
fn exe() -> PathBuf {
    let exe = std::env::var_os("HOSTMESSENGER_EXE").unwrap_or_else(|| {
        panic!("HOSTMESSENGER_EXE names no program built for Windows: tests/run --windows builds it and runs these tests")
    });
    std::path::absolute(&exe)
        .ok()
        .filter(|exe| exe.is_file())
        .unwrap_or_else(|| panic!("HOSTMESSENGER_EXE: {} is no file", exe.display()))
}

/// Where Wine keeps its drives.
pub(crate) fn prefix() -> PathBuf {
    std::env::var_os("WINEPREFIX").map_or_else(|| PREFIX.into(), PathBuf::from)
}

/// Wine's server and services run, and hold no pipe of ours. They go by themselves soon after the last
/// program of this prefix.
fn awake() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        silently(Command::new("wineserver").arg(LINGER));
        silently(Command::new(WINE).args(["cmd", "/c", "ver"]));
    });
}

fn silently(command: &mut Command) {
    let status = command
        .env("WINEPREFIX", prefix())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // A server that runs already says so by its exit code.
    assert!(status.is_ok(), "{command:?}: {status:?}; see tests/run");
}
