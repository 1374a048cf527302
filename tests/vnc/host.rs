//! A running `hostmessenger`, told by its console.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::free_port::free_port;
use crate::processes::{self, wait_until};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hostmessenger");
const PATIENCE: Duration = Duration::from_secs(25);

/// What a host is started with.
pub(crate) struct Setup {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) port: u16,
    /// Lines under `vnc:`.
    pub(crate) vnc: Vec<String>,
    /// More of the configuration.
    pub(crate) more: String,
    pub(crate) env: Vec<(&'static str, String)>,
}

impl Setup {
    pub(crate) fn new(server: &str, display: &str) -> Self {
        let port = free_port();
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            port,
            vnc: vec![
                format!("server: {server}"),
                format!("display: '{display}'"),
                format!("port: {port}"),
            ],
            env: Vec::new(),
            more: String::new(),
        }
    }

    pub(crate) fn with(mut self, line: &str) -> Self {
        self.vnc.push(line.to_owned());
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.to_owned()));
        self
    }

    /// A script in the folder, executable.
    pub(crate) fn script(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("mode");
        path.to_str().expect("UTF-8").to_owned()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let config = self.dir.path().join("hostmessenger.yaml");
        let vnc = self.vnc.join("\n  ");
        let data = self.dir.path().join("data");
        let text = format!(
            "data_dir: {}\nlanguage: en\nvnc:\n  {vnc}\n{}",
            data.display(),
            self.more
        );
        std::fs::write(&config, text).expect("written");
        let mut command = Command::new(PROGRAM);
        command.args(arguments).arg("--config").arg(config);
        command.args(["--log-format", "json"]);
        command
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XAUTHORITY")
            .env("HOME", self.dir.path())
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Sets the password as its administrator would.
    pub(crate) fn set_password(&self, password: &str) -> std::process::Output {
        let mut child = self
            .command(&["vnc-password", "--stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut stdin = child.stdin.take().expect("piped");
        writeln!(stdin, "{password}").expect("written");
        drop(stdin);
        child.wait_with_output().expect("ended")
    }

    pub(crate) fn run(self) -> Host {
        assert!(self.set_password("geheim12").status.success());
        self.run_without_password()
    }

    pub(crate) fn run_without_password(self) -> Host {
        Host::start(self)
    }
}

/// A running one.
pub(crate) struct Host {
    pub(crate) setup: Setup,
    child: Child,
    stdin: ChildStdin,
    said: Receiver<String>,
    log: Arc<Mutex<String>>,
}

impl Host {
    fn start(setup: Setup) -> Self {
        let mut child = setup
            .command(&["run"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let (tx, said) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _over = tx.send(line);
            }
        });
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                written.lock().expect("whole").push_str(&(line + "\n"));
            }
        });
        Self {
            stdin: child.stdin.take().expect("piped"),
            child,
            said,
            log,
            setup,
        }
    }

    pub(crate) fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid")
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("whole").clone()
    }

    /// Types a line.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").expect("written");
    }

    /// Waits for a line that holds this; what comes before it is passed over.
    pub(crate) fn hear(&self, sign: &str) -> String {
        let mut before = String::new();
        loop {
            let Ok(line) = self.said.recv_timeout(PATIENCE) else {
                panic!("not said: {sign}; but: {before}; log: {}", self.log());
            };
            if line.contains(sign) {
                return line;
            }
            before += &(line + "\n");
        }
    }

    pub(crate) fn ask(&mut self, line: &str, sign: &str) -> String {
        self.tell(line);
        self.hear(sign)
    }

    /// VNC START, with the address that it must answer.
    pub(crate) fn start_vnc(&mut self) -> String {
        let sign = format!("127.0.0.1:{}", self.setup.port);
        let answer = self.ask("VNC START", &sign);
        assert!(answer.contains("is on: "), "{answer}");
        assert!(processes::is_open(self.setup.port));
        answer
    }

    /// VNC STOP; the port must be closed when the answer comes.
    pub(crate) fn stop_vnc(&mut self) {
        self.ask("VNC STOP", "is closed");
        assert!(!processes::is_open(self.setup.port));
        assert_eq!(self.of_vnc(), Vec::<i32>::new());
    }

    /// The processes of remote control: all that name the folder, but for `run` itself.
    pub(crate) fn of_vnc(&self) -> Vec<i32> {
        of_vnc(self.setup.dir.path())
    }

    pub(crate) fn signal(&self, signal: &str) {
        processes::signal(self.pid(), signal);
    }

    /// All that it logs until it ends.
    pub(crate) fn log_until_its_end(&self) -> String {
        let stopped = r#""message":"stopped""#;
        wait_until("the last line", || self.log().contains(stopped));
        self.log()
    }

    /// Waits for its end; hands the folder on.
    pub(crate) fn wait(mut self) -> Setup {
        let child = &mut self.child;
        wait_until("the end", || child.try_wait().expect("a child").is_some());
        let other = Setup::new("auto", ":0");
        std::mem::replace(&mut self.setup, other)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _collected = self.child.wait();
    }
}

pub(crate) fn of_vnc(dir: &Path) -> Vec<i32> {
    let pids = processes::with(dir.to_str().expect("UTF-8")).into_iter();
    pids.filter(|pid| !processes::command_line(*pid).contains(" run --config "))
        .collect()
}
