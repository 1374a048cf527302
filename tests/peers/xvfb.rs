//! A screen that nobody sees.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::guard::{Guard, which};
use super::until;

/// An X server on a display of its own choice, with an Xauthority file.
pub(crate) struct Xvfb {
    /// `:99`
    pub(crate) display: String,
    /// Its Xauthority file.
    pub(crate) xauthority: PathBuf,
    _dir: tempfile::TempDir,
    _process: Guard,
}

impl Xvfb {
    /// Starts it and waits until it takes clients.
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let xauthority = dir.path().join("Xauthority");
        let cookie = format!("{:032x}", std::process::id());
        let chosen = dir.path().join("display");
        let mut command = Command::new("sh");
        // -displayfd alone finds a free display without a race; the file gets its number.
        command
            .args([
                "-c",
                r#"exec "$0" -displayfd 3 -screen 0 800x600x24 -nolisten tcp -auth "$1" 3>"$2""#,
            ])
            .arg(which("Xvfb"))
            .args([&xauthority, &chosen]);
        add_cookie(&xauthority, ":0", &cookie);
        let process = Guard::start("Xvfb", &mut command);
        let number = until("Xvfb chooses a display", || {
            let text = std::fs::read_to_string(&chosen).ok()?;
            text.ends_with('\n').then(|| text.trim().to_owned())
        })
        .await;
        let display = format!(":{number}");
        // The server knows its cookies whatever display they name; clients look theirs up by it.
        add_cookie(&xauthority, &display, &cookie);
        Self {
            display,
            xauthority,
            _dir: dir,
            _process: process,
        }
    }
}

fn add_cookie(file: &PathBuf, display: &str, cookie: &str) {
    let added = Command::new(which("xauth"))
        .arg("-f")
        .arg(file)
        .args(["add", display, ".", cookie])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(added.success(), "xauth add {display}");
}
