//! One attempt at enrolment, as the guard is told of it: through a pipe, since it holds passwords.

use std::path::PathBuf;

use anyhow::Context;
use hostmessenger_config::{Account, AccountTls, BareJid, ExposeSecret, HostPort, SecretString};
use serde::{Deserialize, Serialize};

use super::Plan;
use super::folder::Staged;

/// What must be known to undo it.
pub(super) struct Attempt {
    /// Who makes it.
    pub(super) admin: Account,
    /// The account that is made.
    pub(super) host: Account,
    /// The folder while it is made.
    pub(super) staged: PathBuf,
    /// The folder once it is a client.
    pub(super) dir: PathBuf,
}

/// The same as text.
#[derive(Serialize, Deserialize)]
struct Told {
    admin: BareJid,
    admin_password: String,
    host: BareJid,
    host_password: String,
    server: Option<(String, u16)>,
    tls: u8,
    ca_file: Option<PathBuf>,
    staged: PathBuf,
    dir: PathBuf,
}

const WAYS: [AccountTls; 3] = [AccountTls::StartTls, AccountTls::Direct, AccountTls::None];

impl Attempt {
    /// One that makes this account, at the administrator's server, with a folder staged there.
    pub(super) fn new(plan: &Plan, jid: BareJid, password: SecretString, staged: PathBuf) -> Self {
        Self {
            host: beside(&plan.admin, jid, password),
            admin: plan.admin.clone(),
            staged,
            dir: plan.dir.clone(),
        }
    }

    /// Whether it came to its end: the folder has its name.
    pub(super) fn is_published(&self) -> bool {
        !self.staged.exists() && Staged::is_published(&self.dir, &self.host)
    }

    /// Removes the staged folder.
    pub(super) fn discard(&self) -> anyhow::Result<()> {
        match std::fs::remove_dir_all(&self.staged) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", self.staged.display()))
            }
            _ => Ok(()),
        }
    }

    /// As one line.
    pub(super) fn to_line(&self) -> anyhow::Result<String> {
        let password = |account: &Account| account.password.expose_secret().to_owned();
        let server = self.admin.server.as_ref();
        let told = Told {
            admin: self.admin.jid.clone(),
            admin_password: password(&self.admin),
            host: self.host.jid.clone(),
            host_password: password(&self.host),
            server: server.map(|server| (server.host.clone(), server.port)),
            tls: WAYS
                .iter()
                .position(|way| *way == self.admin.tls)
                .and_then(|at| u8::try_from(at).ok())
                .unwrap_or_default(),
            ca_file: self.admin.ca_file.clone(),
            staged: self.staged.clone(),
            dir: self.dir.clone(),
        };
        Ok(serde_json::to_string(&told)?)
    }

    /// From one line.
    pub(super) fn from_line(line: &str) -> anyhow::Result<Self> {
        let told: Told = serde_json::from_str(line)?;
        let admin = Account {
            jid: told.admin,
            password: told.admin_password.into(),
            server: told.server.map(|(host, port)| HostPort { host, port }),
            tls: *WAYS.get(usize::from(told.tls)).unwrap_or(&WAYS[0]),
            ca_file: told.ca_file,
            resource: "hostmessenger".to_owned(),
            allow_plain: false,
        };
        Ok(Self {
            host: beside(&admin, told.host, told.host_password.into()),
            admin,
            staged: told.staged,
            dir: told.dir,
        })
    }
}

/// An account at the same server.
fn beside(admin: &Account, jid: BareJid, password: SecretString) -> Account {
    Account {
        jid,
        password,
        ..admin.clone()
    }
}
