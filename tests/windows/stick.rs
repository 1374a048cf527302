//! A stick with the program for Windows on it, VNC programs beside it, and an owner who commands it.

use std::net::TcpStream;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

use crate::peers::free_port::free_port;
use crate::peers::runner::Runner;
use crate::peers::{Human, Program, RUN, Stage, until};
use crate::registry::Registry;
use crate::viewer::is_let_in;

pub(crate) const PASSWORD: &str = "secret12";

/// The stand-in, as built for Windows beside the program.
fn stand_in() -> PathBuf {
    let exe = Runner::Wine.program();
    let target = exe.parent().and_then(Path::parent).unwrap();
    target.join("debug/examples/vnc_stand_in.exe")
}

/// A stick with this program and others on it, and an owner.
pub(crate) struct Stick {
    pub(crate) stage: Stage,
    pub(crate) owner: Human,
    pub(crate) program: Program,
    pub(crate) port: u16,
}

impl Stick {
    /// With the stand-in under these names.
    pub(crate) async fn with(files: &[&str], vnc: &str) -> Self {
        let (stage, port) = (Stage::set_for(Runner::Wine, "").await, free_port());
        let exe = stage.home.path().join("hostmessenger.exe");
        std::fs::copy(Runner::Wine.program(), &exe).unwrap();
        for file in files {
            let file = stage.home.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::copy(stand_in(), file).unwrap();
        }
        configure(&stage, port, vnc);
        let mut set = stage.home.command_of(&exe, &["vnc-password", "--stdin"]);
        let input = stage.home.secret("typed", PASSWORD);
        set.stdin(std::fs::File::open(input).unwrap());
        assert!(set.status().unwrap().success());
        let owner = stage.human("owner").await;
        let program = run(&stage).await;
        owner.meets(0).await;
        Self {
            stage,
            owner,
            program,
            port,
        }
    }

    /// All processes of this stick but the program itself, as this machine sees them.
    pub(crate) fn processes(&self) -> Vec<(i32, String)> {
        let folder = self.stage.home.path().file_name().unwrap();
        let folder = folder.to_str().unwrap();
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mut found: Vec<(i32, String)> = pids
            .filter_map(|pid: i32| {
                let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                line.contains(folder).then_some((pid, line))
            })
            .collect();
        // The icon's process comes and goes with the program itself.
        found.retain(|(_, line)| !line.contains("--log-format") && !line.contains("tray-window"));
        found
    }

    pub(crate) async fn all_gone(&self) {
        until("all processes of remote control are gone", || {
            self.processes().is_empty().then_some(())
        })
        .await;
    }

    /// `kill -9` of the guard, or of the VNC program.
    pub(crate) fn kill(&self, guard: bool) {
        let found = self.processes();
        let mut found = found.iter();
        let wanted = found
            .find(|(_, line)| line.contains("vnc-guard") == guard && !line.contains("--child"));
        let (pid, _) = wanted.unwrap();
        kill_process(Pid::from_raw(*pid).unwrap(), Signal::KILL).unwrap();
    }

    pub(crate) async fn starts(&self, name: &str) {
        let answer = self.owner.asks("VNC START").await;
        let expected = format!("Remote control is on: 127.0.0.1:{} ({name})", self.port);
        assert!(answer.starts_with(&expected), "{answer}");
    }

    pub(crate) async fn refuses(&self, why: &str) {
        let answer = self.owner.asks("VNC START").await;
        let begin = "Remote control was not started: ";
        assert!(
            answer.starts_with(begin) && answer.contains(why),
            "{answer}"
        );
        self.all_gone().await;
        assert_eq!(Registry::all(), "");
        self.nothing_is_left();
    }

    pub(crate) async fn stops(&self) {
        let answer = self.owner.asks("VNC STOP").await;
        assert!(answer.starts_with("Remote control is off; "), "{answer}");
        assert_eq!(self.processes(), []);
        assert!(TcpStream::connect(("127.0.0.1", self.port)).is_err());
        self.nothing_is_left();
    }

    /// No record, no file with a secret but the password's own.
    pub(crate) fn nothing_is_left(&self) {
        for file in ["vnc.json", "vnc-password-once", "vnc-ultravnc"] {
            assert!(!self.data(file).exists(), "{file}");
        }
    }

    pub(crate) fn data(&self, file: &str) -> PathBuf {
        self.stage.home.path().join("data").join(file)
    }

    pub(crate) async fn lets_in(&self, password: &'static str) -> bool {
        let port = self.port;
        let viewer = tokio::task::spawn_blocking(move || is_let_in(port, password));
        viewer.await.unwrap()
    }
}

fn configure(stage: &Stage, port: u16, vnc: &str) {
    let lines = format!("language: en\ntargets: []\nvnc: {{port: {port}, {vnc}}}\n");
    stage.configure(&lines);
}

/// The program on the stick.
pub(crate) async fn run(stage: &Stage) -> Program {
    let exe = stage.home.path().join("hostmessenger.exe");
    let program = Program::of(&mut stage.home.command_of(&exe, &RUN));
    program.logs("connected").await;
    program
}
