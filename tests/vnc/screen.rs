//! X servers without a screen, each ended by its test.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running Xvfb.
pub(crate) struct Screen {
    server: Child,
    pub(crate) display: String,
}

impl Screen {
    /// One that lets everyone in.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// One that wants the cookie in this file.
    pub(crate) fn locked(authority: &Path) -> Self {
        std::fs::write(authority, "").expect("written");
        add_cookie(authority, ":0");
        let screen = Self::with(&["-auth", authority.to_str().expect("UTF-8")]);
        // Clients look for the cookie of the display's number, which is known only now.
        add_cookie(authority, &screen.display);
        screen
    }

    fn with(arguments: &[&str]) -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "320x240x24"])
            .args(["-nolisten", "tcp"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        let mut number = String::new();
        let stdout = server.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut number)
            .expect("a display");
        Self {
            server,
            display: format!(":{}", number.trim()),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _gone = self.server.kill();
        let _collected = self.server.wait();
    }
}

fn add_cookie(authority: &Path, display: &str) {
    let added = Command::new("xauth")
        .arg("-f")
        .arg(authority)
        .args(["add", display, ".", "00112233445566778899aabbccddeeff"])
        .status()
        .expect("xauth");
    assert!(added.success());
}
