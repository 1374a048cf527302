//! The server, the line, the program in its folder with a disk of its own.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clock::Clock;
use crate::disk::Disk;
use crate::load::Load;
use crate::peers::ejabberd::Ejabberd;
use crate::peers::prosody::{ACCOUNTS, DOMAIN};
use crate::peers::server::{AnyServer, Server};
use crate::peers::{Home, Program, Prosody, Proxy, RUN};

/// Which server, and what it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Prosody with XEP-0198 and XEP-0313.
    Prosody,
    /// ejabberd with both.
    Ejabberd,
    /// Prosody with neither: a message that was on its way when the link went may come twice.
    Bare,
}

impl Flavour {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Prosody => "prosody",
            Self::Ejabberd => "ejabberd",
            Self::Bare => "prosody-bare",
        }
    }

    /// Whether it can resume and be asked.
    pub(crate) fn remembers(self) -> bool {
        self != Self::Bare
    }

    /// Rounds of a run of about a minute: where nothing is resumed every login is a new one, and
    /// the pauses between these grow.
    pub(crate) fn short(self) -> usize {
        if self.remembers() { 8 } else { 5 }
    }

    async fn start(self) -> AnyServer {
        match self {
            Self::Prosody => Prosody::start().await.into(),
            Self::Ejabberd => Ejabberd::start().await.into(),
            Self::Bare => Prosody::with(&[], &ACCOUNTS).await.into(),
        }
    }
}

/// All but the owner.
pub(crate) struct Scene {
    program: Option<Program>,
    mark: usize,
    born: Instant,
    log: Vec<Value>,
    /// The server.
    pub(crate) server: AnyServer,
    /// The program's line to it.
    pub(crate) proxy: Proxy,
    /// The targets.
    pub(crate) load: Load,
    /// The program's clock, where it can be set.
    pub(crate) clock: Option<Clock>,
    /// The program's disk, where there can be one.
    pub(crate) disk: Option<Disk>,
    /// The program's folder.
    pub(crate) home: Home,
}

impl Scene {
    /// Sets it, with so many targets; the program does not run yet.
    pub(crate) async fn set(flavour: Flavour, targets: usize) -> Self {
        let server = flavour.start().await;
        let proxy = Proxy::before(server.port()).await;
        let home = Home::empty();
        let disk = Disk::at(&home.path().join("data"));
        let clock = Clock::in_folder(home.path());
        let load = Load::new(&home.path().join("triggers"), targets);
        home.configure(&(account("host", &server, &proxy) + &load.yaml()));
        Self {
            program: None,
            mark: 0,
            born: Instant::now(),
            log: Vec::new(),
            server,
            proxy,
            load,
            clock,
            disk,
            home,
        }
    }

    /// Starts the program.
    pub(crate) fn starts(&mut self) {
        self.starts_with(None);
    }

    /// Starts the program with this in its environment.
    pub(crate) fn starts_with(&mut self, variable: Option<(&str, String)>) {
        let mut command = self.home.command(&RUN);
        command.env("TZ", "UTC").envs(variable);
        if let Some(clock) = &self.clock {
            clock.rules(&mut command);
        }
        self.program = Some(Program::of(&mut command));
        self.mark = 0;
        self.born = Instant::now();
    }

    /// The program.
    pub(crate) fn program(&mut self) -> &mut Program {
        self.program.as_mut().unwrap()
    }

    /// kill -9 of the program.
    pub(crate) async fn crashes(&mut self) {
        if self.program().ended().is_none() {
            self.program().crash().await;
        }
        self.is_gone().await;
    }

    /// The program is asked to end.
    pub(crate) async fn stops(&mut self) {
        let code = self.program().stop().await;
        assert_eq!(code, Some(0), "asked to stop");
        self.is_gone().await;
    }

    /// Takes note of the last words of a program that ended.
    async fn is_gone(&mut self) {
        // Its log is read by a thread, to its end.
        self.program().reads_all().await;
        self.listen();
        self.forget_program();
    }

    fn forget_program(&mut self) {
        let Some(program) = self.program.take() else {
            return;
        };
        let pid = program.pid();
        drop(program);
        if self.clock.is_some() {
            Clock::clean_up_after(pid);
        }
    }

    /// Whether the program ended by itself: true where by a signal.
    pub(crate) fn ended(&mut self) -> Option<bool> {
        self.program.as_mut()?.ended()
    }

    /// How long the program runs.
    pub(crate) fn age(&self) -> Option<Duration> {
        self.program.as_ref().map(|_| self.born.elapsed())
    }

    /// Takes note of what the program logged since.
    pub(crate) fn listen(&mut self) {
        let Some(program) = &self.program else { return };
        let (lines, mark) = program.log_after(self.mark);
        self.mark = mark;
        for line in lines {
            self.load.note(&line);
            self.log.push(line);
        }
    }

    /// Whether the log has this message after a place.
    pub(crate) fn said(&self, place: usize, message: &str) -> Option<&Value> {
        let mut lines = self.log[place..].iter();
        lines.find(|line| line["message"] == message)
    }

    /// The log of all lives.
    pub(crate) fn log(&self) -> &[Value] {
        &self.log
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // Before its disk goes.
        self.forget_program();
    }
}

/// The first lines of a configuration.
pub(crate) fn account(name: &str, server: &AnyServer, proxy: &Proxy) -> String {
    format!(
        "language: en
data_dir: data
account:
  jid: {name}@{DOMAIN}
  password: {name}-secret
  server: 127.0.0.1:{}
  ca_file: {}
access: {{owner: owner@{DOMAIN}}}
alerts: {{fail_after: 1, retry_every: 500ms, batch_window: 200ms, flapping: {{window: 0}}, remind_every: off}}
defaults: {{every: 1s, timeout: 1s}}
",
        proxy.port,
        server.ca_file().display()
    )
}
