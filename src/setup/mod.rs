//! The program as a service that the system starts: put there, taken away, started, stopped, asked.
//!
//! `crate::service` is the other side: what the program tells the manager while it runs. A newcomer's
//! trap: all of it may be said twice. Whatever is as it should be already is no error.

use std::path::PathBuf;

#[cfg(windows)]
mod event_source;
#[cfg(windows)]
#[path = "scm/mod.rs"]
mod system;
#[cfg(unix)]
#[path = "systemd/mod.rs"]
mod system;
mod tool;

pub(crate) use system::{install, start, status, stop, uninstall};

/// What a service is called that nobody gave a name.
pub(crate) const NAME: &str = if cfg!(windows) {
    "HostMessenger"
} else {
    "hostmessenger"
};

/// Which service is meant.
#[derive(Debug, Clone)]
pub(crate) struct Which {
    /// What it is called.
    pub(crate) name: String,
    /// Of this person's own manager, in place of the system's (systemd alone).
    #[cfg(unix)]
    pub(crate) user: bool,
}

/// What is to be installed.
#[derive(Debug)]
pub(crate) struct Wish {
    /// The service.
    pub(crate) which: Which,
    /// This program.
    pub(crate) program: PathBuf,
    /// Its configuration.
    pub(crate) config: PathBuf,
    /// Where it keeps what it remembers.
    #[cfg(windows)]
    pub(crate) data_dir: PathBuf,
    /// As whom it runs; `None`: an account of its own.
    #[cfg(windows)]
    pub(crate) account: Option<String>,
    /// The password of that account, where it needs one.
    #[cfg(windows)]
    pub(crate) password: Option<hostmessenger_config::SecretString>,
    /// Also replaces what somebody else wrote.
    #[cfg(unix)]
    pub(crate) force: bool,
}

/// A name that both systems take, in a path and on a command line.
pub(crate) fn parse_name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let first = |c: char| c.is_ascii_alphanumeric();
    if text.len() <= 80 && text.chars().all(plain) && text.starts_with(first) {
        Ok(text.to_owned())
    } else {
        Err("letters, digits, '-', '_' and '.', at most 80, and a letter or digit first".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_no_option() {
        for good in ["HostMessenger", "hm-2", "a.b_c"] {
            assert_eq!(parse_name(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "-x",
            "../x",
            "a b",
            "a/b",
            r"a\b",
            "ä",
            "a@b",
            &"x".repeat(81),
        ] {
            assert!(parse_name(bad).is_err(), "{bad}");
        }
    }
}
