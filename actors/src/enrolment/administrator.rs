//! What an administrator does to accounts of the server (XEP-0133).
//!
//! Whether somebody is an administrator is the server's word alone: it is asked by running the
//! command, and a refusal comes before anything is changed.

use hostmessenger_config::Account;
use secrecy::{ExposeSecret, SecretString};
use xmpp_parsers::jid::BareJid;

use super::error::{CommandError, OpenError};
use super::form::Known;
use super::session::Session;
use super::xep0133::{ACCOUNT, ACCOUNTS, AdminCommand, PASSWORD, PASSWORD_VERIFY};
use crate::connection::{LoginError, Registration};

/// How an account came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedBy {
    /// By the server's command Add User.
    Command,
    /// By registration (XEP-0077), since the server has no such command for its administrators.
    Registration,
}

/// A session of somebody who should be an administrator; the server decides that.
pub struct Administrator(pub(super) Session);

impl Administrator {
    /// Of a session.
    pub fn new(session: Session) -> Self {
        Self(session)
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.0
    }

    /// Says goodbye.
    pub async fn close(self) {
        self.0.close().await;
    }

    /// Makes an account. One that exists is left as it is: [`CommandError::Exists`]. Where the server
    /// has no such command it is registered (XEP-0077), if the server allows that and shows us other
    /// commands of an administrator's: somebody who is none must not enrol.
    pub async fn add(
        &mut self,
        jid: &BareJid,
        password: &SecretString,
    ) -> Result<AddedBy, CommandError> {
        let known = [whose(jid), secret(password), again(password)];
        match self.run(AdminCommand::AddUser, jid, &known).await {
            Ok(_) => Ok(AddedBy::Command),
            Err(CommandError::NoCommand {
                administrator: true,
                by_hand,
                ..
            }) => Box::pin(self.register(jid, password, by_hand)).await,
            Err(error) => Err(error),
        }
    }

    /// The second way to an account, on a connection of its own with the same rules.
    async fn register(
        &self,
        jid: &BareJid,
        password: &SecretString,
        by_hand: String,
    ) -> Result<AddedBy, CommandError> {
        let (same, tls) = self.0.same_server();
        let account = Account {
            jid: jid.clone(),
            password: password.clone(),
            ..same.clone()
        };
        let registration = Registration::default();
        let opened = Session::open_as(account, tls, Some(registration.clone()));
        match Box::pin(opened).await {
            Ok(session) => {
                session.close().await;
                Ok(AddedBy::Registration)
            }
            Err(OpenError::Login(LoginError::AccountExists)) => {
                Err(CommandError::Exists { jid: jid.clone() })
            }
            Err(error) => Err(CommandError::Registration {
                why: error.to_string(),
                by_hand,
                sent: registration.is_sent(),
            }),
        }
    }

    /// Removes an account; the server ends its sessions.
    pub async fn remove(&mut self, jid: &BareJid) -> Result<(), CommandError> {
        let said = self
            .run(AdminCommand::DeleteUser, jid, &[whose(jid)])
            .await?;
        all_done(&said, jid)
    }

    /// Makes that an account can no longer log in, where the server can, and ends its sessions, which
    /// XEP-0133 does not promise.
    pub async fn lock(&mut self, jid: &BareJid) -> Result<(), CommandError> {
        self.run(AdminCommand::DisableUser, jid, &[whose(jid)])
            .await?;
        match self.end_sessions(jid).await {
            // A server may know no such command, or no such account while it is locked.
            Err(CommandError::NoCommand { .. } | CommandError::NoSuchAccount { .. }) => Ok(()),
            result => result,
        }
    }

    /// Undoes [`Self::lock`].
    pub async fn unlock(&mut self, jid: &BareJid) -> Result<(), CommandError> {
        self.run(AdminCommand::ReenableUser, jid, &[whose(jid)])
            .await
            .map(drop)
    }

    /// Gives an account another password. Its sessions live on: see [`Self::end_sessions`].
    pub async fn change_password(
        &mut self,
        jid: &BareJid,
        new: &SecretString,
    ) -> Result<(), CommandError> {
        let known = [whose(jid), secret(new), again(new)];
        self.run(AdminCommand::ChangeUserPassword, jid, &known)
            .await
            .map(drop)
    }

    /// Ends all sessions of an account; it may log in again.
    pub async fn end_sessions(&mut self, jid: &BareJid) -> Result<(), CommandError> {
        let known = [whose(jid)];
        let said = self.run(AdminCommand::EndUserSession, jid, &known).await?;
        all_done(&said, jid)
    }

    async fn run(
        &mut self,
        which: AdminCommand,
        jid: &BareJid,
        known: &[Known<'_>],
    ) -> Result<Vec<String>, CommandError> {
        self.check(jid)?;
        match Box::pin(self.0.run(which, jid, known)).await {
            Ok(said) => Ok(said),
            Err(error) => Err(self.0.explained(error, which, jid).await),
        }
    }

    /// Whether this account is one that we may touch.
    fn check(&self, jid: &BareJid) -> Result<(), CommandError> {
        let jid = jid.clone();
        let own = self.0.account();
        if jid.node().is_none() {
            return Err(CommandError::NoAccount { jid });
        }
        if jid.domain() != own.domain() {
            let domain = own.domain().to_string();
            return Err(CommandError::NotThisDomain { jid, domain });
        }
        if jid == own {
            return Err(CommandError::Own { jid });
        }
        Ok(())
    }
}

/// Prosody calls it completed where nothing was done, and says so in a note.
fn all_done(said: &[String], jid: &BareJid) -> Result<(), CommandError> {
    if said.iter().any(|note| note.contains("could not be ")) {
        return Err(CommandError::NoSuchAccount { jid: jid.clone() });
    }
    Ok(())
}

fn whose(jid: &BareJid) -> Known<'_> {
    Known {
        names: &[ACCOUNT, ACCOUNTS],
        value: jid.as_str(),
        needed: true,
    }
}

fn secret(password: &SecretString) -> Known<'_> {
    Known {
        names: &[PASSWORD],
        value: password.expose_secret(),
        needed: true,
    }
}

fn again(password: &SecretString) -> Known<'_> {
    Known {
        names: &[PASSWORD_VERIFY],
        value: password.expose_secret(),
        needed: false,
    }
}
