//! ejabberd, the other XMPP server that hosts talk to.
//!
//! It runs as one Erlang node without distribution: no node name, no port mapper that would stay
//! behind, and any number side by side. Accounts are made inside it at its start. What it keeps is
//! in SQLite, written before a stanza is acknowledged; its own database loses the last seconds to
//! a kill, which would be counted against hostmessenger.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::certificates::Authority;
use super::free_port::free_port;
use super::guard::{Guard, which};
use super::prosody::{ACCOUNTS, BOSS, DOMAIN, password};
use super::server::{AnyServer, Server};

/// Debian keeps ejabberd and its libraries in the architecture's folder below this, in folders with
/// the version in their names.
const LIBRARIES: &str = "/usr/lib";

/// Longer than any test.
const VALID_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A server with the accounts, a certificate of its own authority, an archive and resumption.
pub(crate) struct Ejabberd {
    port: u16,
    direct_port: u16,
    accounts: Vec<String>,
    /// More lines for its configuration.
    more: String,
    process: Option<Guard>,
    authority: Authority,
    dir: TempDir,
}

impl Server for Ejabberd {
    fn port(&self) -> u16 {
        self.port
    }

    fn direct_port(&self) -> u16 {
        self.direct_port
    }

    fn ca_file(&self) -> PathBuf {
        self.authority.file()
    }
}

impl From<Ejabberd> for AnyServer {
    fn from(server: Ejabberd) -> Self {
        Self::Ejabberd(server)
    }
}

impl Ejabberd {
    /// Starts it and waits until it takes logins.
    pub(crate) async fn start() -> Self {
        Self::with(&ACCOUNTS).await
    }

    /// The same with these accounts.
    pub(crate) async fn with(accounts: &[impl AsRef<str>]) -> Self {
        Self::made(accounts, String::new()).await
    }

    /// One with an administrator, [`BOSS`], beside the usual accounts, and with these modules.
    pub(crate) async fn administered(modules: &[&str]) -> Self {
        let accounts: Vec<_> = ACCOUNTS.into_iter().chain([BOSS]).collect();
        let modules = modules.join("\n  ");
        let more = format!(
            "  {modules}\nacl: {{admin: {{user: [\"{BOSS}@{DOMAIN}\"]}}}}
access_rules: {{configure: {{allow: admin}}, register: {{allow: all}}}}
"
        );
        Self::made(&accounts, more).await
    }

    async fn made(accounts: &[impl AsRef<str>], more: String) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::new(dir.path());
        // Its timer for the end of a certificate cannot count to the year 4096.
        authority.issue_for(DOMAIN, VALID_FOR);
        let mut server = Self {
            port: free_port(),
            direct_port: free_port(),
            accounts: accounts.iter().map(|name| name.as_ref().into()).collect(),
            more,
            process: None,
            authority,
            dir,
        };
        std::fs::create_dir(server.dir.path().join("spool")).unwrap();
        std::fs::write(server.config(), server.settings()).unwrap();
        server.resume().await;
        server
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        drop(self.process.take());
    }

    /// Starts it again with what it had on its disk.
    pub(crate) async fn resume(&mut self) {
        let (libraries, own) = code();
        let dir = self.dir.path();
        let spool = format!("\"{}\"", dir.join("spool").display());
        // `erl` is a script that becomes the virtual machine: the process id stays the same.
        let mut command = Command::new(which("erl"));
        command
            .args(["-noinput", "-mnesia", "dir", &spool, "-pa"])
            .arg(own)
            .args(["-s", "ejabberd", "-eval", &self.registration()])
            .env("EJABBERD_CONFIG_PATH", self.config())
            .env("EJABBERD_LOG_PATH", dir.join("ejabberd.log"))
            .env("ERL_CRASH_DUMP_BYTES", "0")
            .env("ERL_LIBS", libraries)
            .env("HOME", dir);
        let mut process = Guard::start("ejabberd", &mut command);
        for (kind, port) in [("TCP", self.port), ("TLS", self.direct_port)] {
            process
                .says(&format!(
                    "Start accepting {kind} connections at 127.0.0.1:{port}"
                ))
                .await;
        }
        process.says("accounts are made").await;
        self.process = Some(process);
    }

    /// Its process, while it runs.
    pub(crate) fn process(&mut self) -> Option<&mut Guard> {
        self.process.as_mut()
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("ejabberd.yml")
    }

    /// Erlang that makes the accounts; those that exist stay as they are.
    fn registration(&self) -> String {
        let made = self.accounts.iter().map(|name| {
            let secret = password(name);
            format!(r#"ejabberd_auth:try_register(<<"{name}">>, <<"{DOMAIN}">>, <<"{secret}">>), "#)
        });
        made.collect::<String>() + r#"io:format("accounts are made~n")."#
    }

    fn settings(&self) -> String {
        settings(self.dir.path(), self.port, self.direct_port) + &self.more
    }
}

/// The folders of its libraries and of its own compiled code.
fn code() -> (PathBuf, PathBuf) {
    let libraries = folders(Path::new(LIBRARIES)).filter(|folder| {
        let name = folder.to_string_lossy();
        name.ends_with("-linux-gnu")
    });
    let mut found = libraries.flat_map(|libraries| {
        let own = folders(&libraries).map(|folder| folder.join("ebin"));
        let own: Vec<_> = own
            .filter(|ebin| ebin.join("ejabberd.app").is_file())
            .collect();
        own.into_iter().map(move |own| (libraries.clone(), own))
    });
    found
        .next()
        .unwrap_or_else(|| panic!("ejabberd is not installed; tests/run installs it"))
}

fn folders(of: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = std::fs::read_dir(of).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

fn settings(dir: &Path, port: u16, direct_port: u16) -> String {
    let dir = dir.display();
    format!(
        r#"hosts: ["{DOMAIN}"]
loglevel: info
certfiles: ["{dir}/cert.pem", "{dir}/key.pem"]
ca_file: "{dir}/ca.pem"
acme: {{auto: false}}
auth_password_format: scram
auth_scram_hash: sha256
default_db: sql
sql_type: sqlite
sql_database: "{dir}/spool/ejabberd.db"
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: true, starttls_required: true}}
  - {{port: {direct_port}, ip: "127.0.0.1", module: ejabberd_c2s, tls: true}}
modules:
  mod_roster: {{}}
  mod_stream_mgmt: {{resume_timeout: 600, resend_on_timeout: if_offline}}
  mod_ping: {{}}
  mod_disco: {{}}
  mod_time: {{}}
  mod_version: {{}}
  mod_offline: {{}}
  mod_carboncopy: {{}}
  mod_blocking: {{}}
  mod_privacy: {{}}
  mod_caps: {{}}
  mod_mam: {{default: always}}
  mod_muc: {{host: "conference.{DOMAIN}"}}
"#
    )
}
