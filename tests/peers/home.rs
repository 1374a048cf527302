//! A folder as an owner would have it: the configuration, mode 0600, and what the program keeps.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::runner::Runner;

/// The folder; it goes away with its value.
pub(crate) struct Home {
    dir: TempDir,
    runner: Runner,
}

impl Home {
    /// With nothing in it.
    pub(crate) fn empty() -> Self {
        Self::empty_for(Runner::Native)
    }

    /// With nothing in it, for a program that is started so.
    pub(crate) fn empty_for(runner: Runner) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            runner,
        }
    }

    /// With this configuration.
    pub(crate) fn with(yaml: &str) -> Self {
        let home = Self::empty();
        home.configure(yaml);
        home
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A path as the program names it.
    pub(crate) fn names(&self, path: &Path) -> String {
        self.runner.path(path)
    }

    /// The configuration's place.
    pub(crate) fn config(&self) -> PathBuf {
        self.path().join("hostmessenger.yaml")
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, yaml: &str) {
        self.secret("hostmessenger.yaml", yaml);
    }

    /// Removes a folder in it.
    pub(crate) fn forget(&self, name: &str) {
        std::fs::remove_dir_all(self.path().join(name)).unwrap();
    }

    /// Writes a file for no other's eyes.
    pub(crate) fn secret(&self, name: &str, text: &str) -> PathBuf {
        let file = self.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        file
    }

    /// The program, in this folder, with nothing of the tester's surroundings but `$PATH`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(&self.runner.program(), arguments)
    }

    /// The same for a copy of the program.
    pub(crate) fn command_of(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = self.runner.command(program);
        command
            .args(arguments)
            .env("HOME", self.path())
            .current_dir(self.path());
        command
    }

    /// Runs a subcommand to its end, with `input` as its standard input.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Done {
        use std::io::Write;
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that reads nothing may be gone already.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        Done::of(&child.wait_with_output().unwrap())
    }
}

/// How a subcommand ended.
#[derive(Debug)]
pub(crate) struct Done {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Done {
    /// As the system tells it.
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
