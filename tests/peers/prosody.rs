//! Prosody, the XMPP server that most hosts of this kind talk to.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::certificates::Authority;
use super::free_port::free_port;
use super::guard::{Guard, which};
use super::server::{AnyServer, Server};

/// The one domain it serves.
pub(crate) const DOMAIN: &str = "hm.test";

/// Local parts of all accounts; each has the password `NAME-secret`.
pub(crate) const ACCOUNTS: [&str; 4] = ["host", "owner", "support", "stranger"];

/// The local part of an administrator, where there is one.
pub(crate) const BOSS: &str = "boss";

/// A module that locks accounts, which this version cannot by itself.
const LOCK_MODULE: &str = include_str!("mod_test_lock.lua");

/// A server with the accounts, a certificate of its own authority, and no way out to others.
pub(crate) struct Prosody {
    /// STARTTLS.
    pub(crate) port: u16,
    /// TLS from the first byte.
    pub(crate) direct_port: u16,
    process: Option<Guard>,
    authority: Authority,
    dir: TempDir,
}

impl Server for Prosody {
    fn port(&self) -> u16 {
        self.port
    }

    fn direct_port(&self) -> u16 {
        self.direct_port
    }

    fn ca_file(&self) -> PathBuf {
        self.ca_file()
    }
}

impl From<Prosody> for AnyServer {
    fn from(server: Prosody) -> Self {
        Self::Prosody(server)
    }
}

impl Prosody {
    /// Starts it and waits until it takes logins.
    pub(crate) async fn start() -> Self {
        Self::with(&["smacks", "mam"], &ACCOUNTS).await
    }

    /// The same with these modules (`smacks`, `mam`) beside the usual ones, and these accounts.
    pub(crate) async fn with(modules: &[&str], accounts: &[impl AsRef<str>]) -> Self {
        Self::made(modules, accounts, "").await
    }

    /// One with an administrator, [`BOSS`], beside the usual accounts, with these modules, and with
    /// these lines in its configuration.
    pub(crate) async fn administered(modules: &[&str], more: &str) -> Self {
        let accounts: Vec<_> = ACCOUNTS.into_iter().chain([BOSS]).collect();
        let more = format!("  admins = {{ \"{BOSS}@{DOMAIN}\" }}\n{more}");
        Self::made(modules, &accounts, &more).await
    }

    async fn made(modules: &[&str], accounts: &[impl AsRef<str>], more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::new(dir.path());
        authority.issue(DOMAIN);
        let mut server = Self {
            port: free_port(),
            direct_port: free_port(),
            process: None,
            authority,
            dir,
        };
        std::fs::create_dir(server.dir.path().join("data")).unwrap();
        std::fs::write(server.dir.path().join("mod_test_lock.lua"), LOCK_MODULE).unwrap();
        let settings = server.settings(modules) + more;
        std::fs::write(server.config(), settings).unwrap();
        for account in accounts {
            server.register(account.as_ref());
        }
        server.resume().await;
        server
    }

    /// The certificate that clients trust.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.authority.file()
    }

    /// All it wrote since it was started last.
    pub(crate) fn log(&self) -> String {
        self.process.as_ref().map(Guard::log).unwrap_or_default()
    }

    /// Who signs its certificates; a new one holds from its next start.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Its process, while it runs.
    pub(crate) fn process(&mut self) -> Option<&mut Guard> {
        self.process.as_mut()
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        drop(self.process.take());
    }

    /// Starts it again with what it had on its disk.
    pub(crate) async fn resume(&mut self) {
        let mut command = Command::new(which("prosody"));
        command.arg("--config").arg(self.config()).arg("-F");
        let mut process = Guard::start("prosody", &mut command);
        for (service, port) in [("c2s", self.port), ("c2s_direct_tls", self.direct_port)] {
            // Its own word: on a port taken meanwhile somebody else would listen.
            process
                .says(&format!(
                    "Activated service '{service}' on [127.0.0.1]:{port}"
                ))
                .await;
        }
        self.process = Some(process);
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("prosody.cfg.lua")
    }

    fn register(&self, account: &str) {
        let made = Command::new(which("prosodyctl"))
            .arg("--config")
            .arg(self.config())
            .args(["register", account, DOMAIN, &password(account)])
            .output()
            .unwrap();
        assert!(made.status.success(), "no account {account}: {made:?}");
    }

    fn settings(&self, modules: &[&str]) -> String {
        let ports = (self.port, self.direct_port);
        settings(self.dir.path(), ports, modules)
    }
}

/// An account's password.
pub(crate) fn password(account: &str) -> String {
    format!("{account}-secret")
}

fn settings(dir: &Path, (port, direct_port): (u16, u16), modules: &[&str]) -> String {
    let modules: Vec<_> = modules.iter().map(|name| format!("{name:?}")).collect();
    let modules = modules.join(", ");
    let dir = dir.display();
    let tls = format!(r#"{{ certificate = "{dir}/cert.pem", key = "{dir}/key.pem" }}"#);
    format!(
        r#"run_as_root = true
pidfile = "{dir}/prosody.pid"
data_path = "{dir}/data"
plugin_paths = {{ "{dir}" }}
certificates = "{dir}"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
modules_enabled = {{ "roster", "saslauth", "tls", "disco", "ping", "time", "version",
  "carbons", "blocklist", "offline", {modules} }}
modules_disabled = {{ "s2s" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ {direct_port} }}
c2s_direct_tls_ssl = {tls}
c2s_require_encryption = true
authentication = "internal_hashed"
storage = "internal"
smacks_hibernation_time = 600
default_archive_policy = true
archive_expires_after = "never"
VirtualHost "{DOMAIN}"
  ssl = {tls}
"#
    )
}
