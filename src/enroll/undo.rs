//! Undoes an attempt at enrolment: the account, the contact, the staged folder.

use std::time::Duration;

use anyhow::Context;
use hostmessenger_actors::enrolment::{CommandError, Session};
use hostmessenger_actors::tls::TlsStore;

use super::attempt::Attempt;
use super::login;

/// A command that was on its way when its process was killed may still be carried out.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// What there was to undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undone {
    /// Nothing: it had come to its end.
    Complete,
    /// The folder alone.
    Folder,
    /// Account and folder.
    Account,
}

/// Undoes it. Errors: the server cannot be reached, or refuses; the staged folder is kept then, since
/// it holds the password that proves whose the account is.
pub(super) async fn undo(attempt: &Attempt, tls: &TlsStore) -> anyhow::Result<Undone> {
    if attempt.is_published() {
        return Ok(Undone::Complete);
    }
    let mut ours = is_ours(attempt, tls).await?;
    if !ours {
        tokio::time::sleep(ON_ITS_WAY).await;
        ours = is_ours(attempt, tls).await?;
    }
    if ours {
        remove_account(attempt, tls).await?;
    }
    attempt.discard()?;
    Ok(if ours {
        Undone::Account
    } else {
        Undone::Folder
    })
}

/// Whether there is an account that this attempt made: the password made for it opens it.
async fn is_ours(attempt: &Attempt, tls: &TlsStore) -> anyhow::Result<bool> {
    match Session::open(&attempt.host, tls).await {
        Ok(session) => {
            session.close().await;
            Ok(true)
        }
        Err(error) if error.is_wrong_password() => Ok(false),
        Err(error) => Err(error).context("the server cannot be asked whether the account is there"),
    }
}

async fn remove_account(attempt: &Attempt, tls: &TlsStore) -> anyhow::Result<()> {
    let mut admin = login(&attempt.admin, tls).await?;
    match admin.remove(&attempt.host.jid).await {
        Ok(()) | Err(CommandError::NoSuchAccount { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    admin.forget(&attempt.host.jid).await?;
    admin.close().await;
    Ok(())
}

impl Undone {
    /// For people.
    pub(super) fn said(self) -> &'static str {
        match self {
            Self::Complete => "the enrolment had come to its end",
            Self::Folder => "the enrolment was killed; no account had been made",
            Self::Account => "the enrolment was killed; the account was removed again",
        }
    }
}
