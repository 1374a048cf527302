//! A process that ends with its guard, and all that it wrote.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};

use super::until;

/// Lines as they come, in the order of their coming.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>, Arc<AtomicBool>);

impl Lines {
    /// Reads in a thread of its own until the other end closes.
    pub(crate) fn of(source: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let sink = lines.clone();
        std::thread::spawn(move || {
            let mut source = BufReader::new(source);
            let mut line = Vec::new();
            while matches!(source.read_until(b'\n', &mut line), Ok(1..)) {
                sink.push(String::from_utf8_lossy(&line).trim_end().to_owned());
                line.clear();
            }
            sink.1.store(true, Ordering::SeqCst);
        });
        lines
    }

    fn push(&self, line: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    /// All so far.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether the other end is closed and all it wrote is here.
    pub(crate) fn at_end(&self) -> bool {
        self.1.load(Ordering::SeqCst)
    }

    /// Those after the first `mark`.
    pub(crate) fn after(&self, mark: usize) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.get(mark..).unwrap_or_default().to_vec()
    }

    /// How many there are so far; a place to look on from.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// A server in the foreground.
pub(crate) struct Guard {
    name: &'static str,
    child: Child,
    out: Lines,
    err: Lines,
}

impl Guard {
    /// Starts it.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} cannot be started: {error}; see tests/run"));
        let out = Lines::of(child.stdout.take().unwrap());
        let err = Lines::of(child.stderr.take().unwrap());
        Self {
            name,
            child,
            out,
            err,
        }
    }

    /// All it wrote so far.
    pub(crate) fn log(&self) -> String {
        let mut lines = self.out.all();
        lines.extend(self.err.all());
        lines.join("\n")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Waits until it ended by itself, or by a signal.
    pub(crate) async fn ends(&mut self) {
        let what = format!("{} ends", self.name);
        let child = &mut self.child;
        until(&what, || child.try_wait().unwrap()).await;
    }

    /// Waits until it says so; panics where it ends before.
    pub(crate) async fn says(&mut self, needle: &str) {
        let name = self.name;
        let what = format!("{name} says {needle:?}");
        until(&what, || self.heard(needle).then_some(())).await;
    }

    fn heard(&mut self, needle: &str) -> bool {
        self.assert_alive();
        self.log().contains(needle)
    }

    /// Waits until it listens; panics where it ends before.
    pub(crate) async fn listens(&mut self, port: u16) {
        let what = format!("{} listens on {port}", self.name);
        until(&what, || {
            self.assert_alive();
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        })
        .await;
    }

    fn assert_alive(&mut self) {
        let ended: Option<ExitStatus> = self.child.try_wait().unwrap();
        assert!(
            ended.is_none(),
            "{} ended: {ended:?}\n{}",
            self.name,
            self.log()
        );
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.child.kill().and_then(|()| self.child.wait()));
        if std::thread::panicking() {
            eprintln!("--- {} ---\n{}", self.name, self.log());
        }
    }
}

/// A program by its name: in the folders of `$PATH`, or where only root looks.
pub(crate) fn which(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed; tests/run installs it"))
}

/// A process by its id, as the system lists it: its command line, while it runs.
pub(crate) fn command_line(pid: u32) -> Option<String> {
    let raw = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let text = String::from_utf8_lossy(&raw).replace('\0', " ");
    (!text.is_empty()).then_some(text)
}

/// Processes whose command line or environment names this folder: those that a test left behind.
pub(crate) fn processes_of(folder: &Path) -> Vec<(u32, String)> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let needle = folder.as_os_str();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|&pid| names(pid, needle))
        .filter_map(|pid| Some((pid, command_line(pid)?)))
        .collect()
}

fn names(pid: u32, needle: &OsStr) -> bool {
    let needle = needle.as_encoded_bytes();
    ["cmdline", "environ"].iter().any(|file| {
        let held = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        held.windows(needle.len()).any(|part| part == needle)
    })
}
