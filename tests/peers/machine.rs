//! A machine with a real systemd as its process 1, in namespaces of its own (systemd-nspawn(1)): the
//! host's `/usr`, nothing else of its disk, and its network, so that the test's servers are reached.
//!
//! It needs root, and a kernel that lets it mount and has cgroups; where it cannot be had [`boot`]
//! says why.
//!
//! [`boot`]: Machine::boot

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::guard::{Lines, which};
use super::runner::PROGRAM;
use super::until;

/// Where the shared folder is inside.
pub(crate) const FOLDER: &str = "/srv/hm";

/// What a machine takes to boot at the most; here it takes a second.
const PATIENCE: Duration = Duration::from_secs(25);

/// A booted machine; it ends with its value.
pub(crate) struct Machine {
    nspawn: Child,
    console: Lines,
    /// Process 1 of the machine, as the host numbers it.
    leader: u32,
}

impl Machine {
    /// Boots one. `folder` is shared as [`FOLDER`], the program lies in `/opt/hm`.
    pub(crate) async fn boot(folder: &Path) -> Result<Self, String> {
        if !rustix::process::geteuid().is_root() {
            return Err("not root".into());
        }
        let nspawn = find("systemd-nspawn").ok_or("systemd-nspawn is not installed")?;
        find("nsenter").ok_or("nsenter is not installed")?;
        let mut command = Command::new(nspawn);
        command.args([
            "--quiet",
            "--register=no",
            "--directory=/",
            "--volatile=yes",
        ]);
        // Without a systemd outside there is nobody to ask for a scope.
        if !Path::new("/run/systemd/system").exists() {
            command.arg("--keep-unit");
        }
        let name = format!("hm-{}", std::process::id());
        let mut nspawn = command
            .args([format!("--machine={name}"), "--console=pipe".into()])
            .arg(bind("--bind=", folder, FOLDER))
            .arg(bind(
                "--bind-ro=",
                Path::new(PROGRAM),
                "/opt/hm/hostmessenger",
            ))
            .args(["--boot", "systemd.unit=basic.target"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        drop(nspawn.stdout.take().map(Lines::of));
        let console = Lines::of(nspawn.stderr.take().unwrap());
        let leader = until("the machine has a process 1, or ended", || {
            if let Ok(Some(_)) = nspawn.try_wait() {
                return Some(None);
            }
            leader_of(nspawn.id()).map(Some)
        })
        .await;
        let mut machine = Self {
            nspawn,
            console,
            leader: leader.unwrap_or_default(),
        };
        machine.booted().await?;
        Ok(machine)
    }

    async fn booted(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        let booted = until("the machine is up, or will not be", || {
            if let Ok(Some(status)) = self.nspawn.try_wait() {
                return Some(Err(format!("systemd-nspawn ended: {status}")));
            }
            let state = self.run(&["systemctl", "is-system-running"]).1;
            if begin.elapsed() > PATIENCE {
                return Some(Err(format!("it does not come up: {state}")));
            }
            matches!(state.trim(), "running" | "degraded").then_some(Ok(()))
        })
        .await;
        booted.map_err(|why| format!("{why}: {}", self.console.all().join("; ")))
    }

    /// Runs a command inside, as root: whether it succeeded, and all it said.
    pub(crate) fn run(&self, words: &[&str]) -> (bool, String) {
        let output = Command::new(which("nsenter"))
            .args(["-t", &self.leader.to_string()])
            .args(["-m", "-u", "-i", "-p", "-C", "--"])
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("SYSTEMD_PAGER", "")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        (output.status.success(), text)
    }

    /// The same for one that must succeed.
    ///
    /// # Panics
    /// Where it fails, with all it said.
    pub(crate) fn does(&self, words: &[&str]) -> String {
        let (good, said) = self.run(words);
        assert!(good, "{words:?}: {said}");
        said
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The kernel ends all that is inside with its process 1; nspawn then clears up.
        let leader = i32::try_from(self.leader)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        let killed =
            leader.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::KILL));
        if killed.is_none_or(|killed| killed.is_err()) {
            drop(self.nspawn.kill());
        }
        drop(self.nspawn.wait());
    }
}

fn bind(option: &str, from: &Path, to: &str) -> std::ffi::OsString {
    let colon = from.as_os_str().as_bytes().contains(&b':');
    assert!(!colon, "{}: a colon parts the words", from.display());
    let mut word = std::ffi::OsString::from(option);
    word.push(from);
    word.push(":");
    word.push(to);
    word
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/bin".into()])
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// Process 1 of the machine; before it nspawn has other children for a moment.
fn leader_of(nspawn: u32) -> Option<u32> {
    let children = format!("/proc/{nspawn}/task/{nspawn}/children");
    let children = std::fs::read_to_string(children).ok()?;
    let mut children = children.split_whitespace();
    let is_leader = |pid: &u32| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "systemd\n")
    };
    children.find_map(|pid| pid.parse().ok().filter(is_leader))
}
