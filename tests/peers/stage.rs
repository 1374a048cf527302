//! The usual scene: an XMPP server, a line to it that can be cut, and the program's folder.

use serde_json::Value;

use super::prosody::DOMAIN;
use super::runner::Runner;
use super::{Home, Human, Program, Prosody, Proxy};

/// Everything but the program and the humans.
pub(crate) struct Stage {
    /// The XMPP server.
    pub(crate) prosody: Prosody,
    /// The program's line to it.
    pub(crate) proxy: Proxy,
    /// The program's folder.
    pub(crate) home: Home,
}

impl Stage {
    /// Sets it, with these lines at the end of the configuration.
    pub(crate) async fn set(more: &str) -> Self {
        Self::set_for(Runner::Native, more).await
    }

    /// The same for a program that is started so.
    pub(crate) async fn set_for(runner: Runner, more: &str) -> Self {
        let prosody = Prosody::start().await;
        let proxy = Proxy::before(prosody.port).await;
        let stage = Self {
            prosody,
            proxy,
            home: Home::empty_for(runner),
        };
        stage.configure(more);
        stage
    }

    /// Writes the configuration anew.
    pub(crate) fn configure(&self, more: &str) {
        self.home
            .configure(&format!("{}{more}", self.account("host-secret")));
    }

    /// The first lines of the configuration; the language is left open.
    pub(crate) fn account(&self, password: &str) -> String {
        format!(
            "account:
  jid: host@{DOMAIN}
  password: {password}
  server: 127.0.0.1:{}
  ca_file: {}
access: {{owner: owner@{DOMAIN}, support: [support@{DOMAIN}]}}
alerts: {{fail_after: 1, retry_every: 500ms, batch_window: 200ms, flapping: {{window: 0}}}}
defaults: {{every: 1s, timeout: 1s}}
",
            self.proxy.port,
            self.home.names(&self.prosody.ca_file())
        )
    }

    /// Somebody logs in.
    pub(crate) async fn human(&self, name: &str) -> Human {
        Human::login(name, &self.prosody).await
    }

    /// The program starts and is logged in.
    pub(crate) async fn program(&self) -> Program {
        let program = Program::start(&self.home);
        program.logs("connected").await;
        program
    }

    /// The owner is there, then the program; they see each other.
    pub(crate) async fn owner_and_program(&self) -> (Human, Program) {
        let owner = self.human("owner").await;
        let program = self.program_for(&owner).await;
        (owner, program)
    }

    /// The program starts, and somebody who was there before sees it.
    pub(crate) async fn program_for(&self, human: &Human) -> Program {
        let seen = human.presences().len();
        let program = self.program().await;
        human.meets(seen).await;
        program
    }

    /// Somebody logs in who is to see the running program.
    pub(crate) async fn meeting(&self, name: &str) -> Human {
        let human = self.human(name).await;
        human.meets(0).await;
        human
    }
}

/// Whether a log line is about this actor.
pub(crate) fn of_actor(name: &str) -> impl Fn(&Value) -> bool {
    move |line| line["actor"] == name
}
