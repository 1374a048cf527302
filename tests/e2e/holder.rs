//! One account, two programs: a stick that was copied, or started at two machines. The one that was
//! first keeps it, the other one says who that is and stops.

use std::path::PathBuf;

use crate::peers::ejabberd::Ejabberd;
use crate::peers::free_port::free_port;
use crate::peers::prosody::{ACCOUNTS, DOMAIN};
use crate::peers::server::{AnyServer, Server};
use crate::peers::{Home, Human, Listener, Program, Prosody, RUN, until};

/// A server, and a folder that is carried from one machine to another.
struct Stick {
    server: AnyServer,
    home: Home,
    port: u16,
}

impl Stick {
    fn at(server: AnyServer) -> Self {
        let port = free_port();
        let yaml = format!(
            "account:
  jid: host@{DOMAIN}
  password: host-secret
  server: 127.0.0.1:{}
  ca_file: {}
access: {{owner: owner@{DOMAIN}}}
language: en
data_by_machine: true
alerts: {{fail_after: 1, retry_every: 500ms, batch_window: 200ms, flapping: {{window: 0}}}}
defaults: {{every: 1s, timeout: 1s}}
targets:
  - {{name: shop, kind: port, host: 127.0.0.1, port: {port}}}
",
            server.port(),
            server.ca_file().display()
        );
        Self {
            server,
            home: Home::with(&yaml),
            port,
        }
    }

    /// The program, as if started on a machine of this name, with an id of its own.
    fn on(&self, machine: &str, variables: &[(&str, &str)]) -> Program {
        let id = machine.bytes().map(|byte| format!("{byte:02x}"));
        let id: String = id.collect::<String>() + &"0".repeat(32);
        let file = self
            .home
            .secret(&format!("machine-id-of-{machine}"), &id[..32]);
        let mut command = self.home.command(&RUN);
        command
            .env("HOSTMESSENGER_FAULT_MACHINE_ID_FILE", file)
            .env("HOSTMESSENGER_FAULT_HOST_NAME", machine)
            .envs(variables.iter().copied());
        Program::of(&mut command)
    }

    /// The folders of machines in the data folder.
    fn machines(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.home.path().join("data")).unwrap();
        let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        found.sort();
        found
    }
}

/// It stops by itself, and names the machine that it gives way to.
async fn gives_way_to(program: &mut Program, machine: &str) {
    assert_eq!(program.ends().await, Some(1));
    program.reads_all().await;
    let said = format!("the account host@{DOMAIN} is held by {machine} since 2");
    let line = program.logs("account held elsewhere").await;
    let reason = line["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with(&said), "{line}");
    let errors = program.errors();
    let last = errors.lines().last().unwrap_or_default();
    assert!(
        last.contains(&said) && last.contains("stop it there first"),
        "{last}"
    );
}

async fn the_first_keeps_the_account(stick: &Stick, variables: &[(&str, &str)]) {
    let open = Listener::on(stick.port).await;
    let owner = Human::login("owner", &stick.server).await;
    let first = stick.on("alpha", &[]);
    first.target_goes("shop", "UP").await;
    first.is_the_elder().await;
    let mut second = stick.on("beta", variables);
    second.logs("connected").await;
    gives_way_to(&mut second, "alpha").await;
    let told = "another program with this account is told to stop";
    let line = first.logs(told).await;
    assert_eq!(line["host"], "beta");
    open.close().await;
    first.target_goes("shop", "DOWN").await;
    owner.hears_line("DOWN shop: ").await;
    assert_eq!(owner.lines_heard("DOWN shop"), 1, "{:?}", owner.texts());
    let [alpha, beta] = &stick.machines()[..] else {
        panic!("{:?}", stick.machines());
    };
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name(alpha).starts_with("alpha-") && name(beta).starts_with("beta-"));
    assert!(alpha.join("journal.db").exists() && beta.join("journal.db").exists());
}

async fn a_dead_one_is_replaced(stick: &Stick, variables: &[(&str, &str)]) {
    let open = Listener::on(stick.port).await;
    let owner = Human::login("owner", &stick.server).await;
    let mut first = stick.on("alpha", &[]);
    first.logs("connected").await;
    first.target_goes("shop", "UP").await;
    first.crash().await;
    let mut second = stick.on("beta", variables);
    second.logs("connected").await;
    second.target_goes("shop", "UP").await;
    open.close().await;
    second.target_goes("shop", "DOWN").await;
    owner.hears_line("DOWN shop: ").await;
    assert!(!second.has_ended());
    assert_eq!(second.stop().await, Some(0));
}

const OTHER_RESOURCE: (&str, &str) = ("HOSTMESSENGER__ACCOUNT__RESOURCE", "other");

#[tokio::test]
async fn at_prosody_the_first_keeps_the_account_and_still_delivers() {
    let stick = Stick::at(Prosody::start().await.into());
    the_first_keeps_the_account(&stick, &[]).await;
}

#[tokio::test]
async fn at_ejabberd_the_first_keeps_the_account_and_still_delivers() {
    let stick = Stick::at(Ejabberd::start().await.into());
    the_first_keeps_the_account(&stick, &[]).await;
}

#[tokio::test]
async fn without_acknowledgements_and_archive_too() {
    let stick = Stick::at(Prosody::with(&[], &ACCOUNTS).await.into());
    the_first_keeps_the_account(&stick, &[]).await;
}

#[tokio::test]
async fn at_prosody_one_with_another_resource_gives_way_too() {
    let stick = Stick::at(Prosody::start().await.into());
    the_first_keeps_the_account(&stick, &[OTHER_RESOURCE]).await;
}

#[tokio::test]
async fn at_ejabberd_one_with_another_resource_gives_way_too() {
    let stick = Stick::at(Ejabberd::start().await.into());
    the_first_keeps_the_account(&stick, &[OTHER_RESOURCE]).await;
}

#[tokio::test]
async fn at_prosody_one_that_was_killed_is_replaced_at_once() {
    let stick = Stick::at(Prosody::start().await.into());
    a_dead_one_is_replaced(&stick, &[]).await;
}

#[tokio::test]
async fn at_ejabberd_one_that_was_killed_is_replaced_at_once() {
    let stick = Stick::at(Ejabberd::start().await.into());
    a_dead_one_is_replaced(&stick, &[]).await;
}

#[tokio::test]
async fn the_ghost_of_one_that_was_killed_makes_nobody_stop() {
    let stick = Stick::at(Prosody::start().await.into());
    a_dead_one_is_replaced(&stick, &[OTHER_RESOURCE]).await;
}

#[tokio::test]
async fn a_chat_client_with_the_same_account_is_left_alone() {
    let stick = Stick::at(Prosody::start().await.into());
    let program = stick.on("alpha", &[]);
    program.logs("connected").await;
    let client = Human::login("host", &stick.server).await;
    let from = format!("host@{DOMAIN}/hostmessenger");
    client
        .sees("the program", |presence| {
            presence
                .from
                .as_ref()
                .is_some_and(|jid| jid.to_string() == from)
        })
        .await;
    let owner = Human::login("owner", &stick.server).await;
    owner.meets(0).await;
    assert!(owner.asks("VERSION").await.contains("HostMessenger"));
}

#[tokio::test]
async fn a_second_program_on_the_same_data_is_told_who_is_there() {
    let stick = Stick::at(Prosody::start().await.into());
    let mut first = stick.on("alpha", &[]);
    first.logs("connected").await;
    let mut second = stick.on("alpha", &[]);
    assert_eq!(second.ends().await, Some(1));
    second.reads_all().await;
    let held = format!(
        "in use by another hostmessenger (process {}, since 2",
        first.pid()
    );
    assert!(second.errors().contains(&held), "{}", second.errors());
    first.crash().await;
    let third = stick.on("alpha", &[]);
    third.logs("connected").await;
    until("one folder of one machine", || {
        (stick.machines().len() == 1).then_some(())
    })
    .await;
}
