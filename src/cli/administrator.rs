//! What the subcommands of an administrator share: who, at which server, and the password, which is
//! never an argument.

use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use hostmessenger_actors::enrolment::Administrator;
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{Account, AccountTls, BareJid, HostPort};

use super::secret;
use crate::enroll;

/// Options of `enroll`, `retire`, `lock`, `unlock` and `list`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct AdministratorOptions {
    /// An administrator of the XMPP server
    #[arg(long, value_name = "JID", value_parser = hostmessenger_config::parse_jid)]
    pub(super) admin: BareJid,
    /// Where to connect; default: the SRV records of the domain
    #[arg(long, value_name = "HOST:PORT", value_parser = hostmessenger_config::parse_server)]
    pub(super) server: Option<HostPort>,
    /// How the link is encrypted
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Tls::Starttls)]
    pub(super) tls: Tls,
    /// Certificates (PEM) trusted beside the system's
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// A file with the administrator's password, for no other's eyes; without it the password is
    /// asked for, or read from standard input where that is no terminal
    #[arg(long, value_name = "FILE")]
    admin_password_file: Option<PathBuf>,
}

/// As `account.tls` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Tls {
    /// Upgraded by STARTTLS
    Starttls,
    /// TLS from the first byte
    Direct,
    /// None; only on this machine
    None,
}

impl From<Tls> for AccountTls {
    fn from(tls: Tls) -> Self {
        match tls {
            Tls::Starttls => Self::StartTls,
            Tls::Direct => Self::Direct,
            Tls::None => Self::None,
        }
    }
}

impl AdministratorOptions {
    /// The administrator's account, with its password.
    pub(super) fn account(&self) -> anyhow::Result<Account> {
        let password = match &self.admin_password_file {
            Some(file) => hostmessenger_config::secret_file(file)
                .map_err(|why| anyhow::anyhow!("{} {why}", file.display()))?,
            None => secret::ask(&format!("Password of {}: ", self.admin))?,
        };
        let ca_file = self.ca_file.as_ref().map(std::path::absolute).transpose();
        Ok(Account {
            jid: self.admin.clone(),
            password,
            server: self.server.clone(),
            tls: self.tls.into(),
            ca_file: ca_file.context("the current folder cannot be read")?,
            resource: "hostmessenger".to_owned(),
            allow_plain: false,
        })
    }

    /// Logs in.
    pub(super) async fn login(&self, tls: &TlsStore) -> anyhow::Result<Administrator> {
        enroll::login(&self.account()?, tls).await
    }
}
