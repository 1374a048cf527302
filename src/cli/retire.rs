//! `retire`, `lock` and `unlock`: what becomes of a host's account.

use std::path::PathBuf;

use anyhow::{Context, bail};
use hostmessenger_actors::enrolment::{CommandError, new_password};
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{BareJid, ExposeSecret, SecretString};

use super::administrator::AdministratorOptions;
use super::println;
use crate::enroll::folder;
use crate::outcome::{Ending, Outcome};

/// Whose account, and who says so.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct HostOptions {
    #[command(flatten)]
    administrator: AdministratorOptions,
    /// The host's address
    #[arg(long, value_name = "JID", value_parser = hostmessenger_config::parse_jid)]
    jid: BareJid,
}

/// Options of `lock`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct LockOptions {
    #[command(flatten)]
    host: HostOptions,
    /// Where the server cannot lock an account: give it a password that nobody knows
    #[arg(long)]
    change_password: bool,
}

/// Options of `unlock`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct UnlockOptions {
    #[command(flatten)]
    host: HostOptions,
    /// After `lock --change-password`: make a new password and write it here, to be put in the place
    /// of the host's `secrets/xmpp`
    #[arg(long, value_name = "FILE")]
    password_out: Option<PathBuf>,
}

impl HostOptions {
    fn run<T>(
        &self,
        work: impl AsyncFnOnce(&mut hostmessenger_actors::enrolment::Administrator) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        actix_rt::System::new().block_on(async {
            let mut admin = self.administrator.login(&TlsStore::load()?).await?;
            let result = work(&mut admin).await;
            admin.close().await;
            result
        })
    }
}

/// Removes the account; its sessions end.
pub(super) fn retire(options: &HostOptions) -> Outcome {
    options.run(async |admin| {
        admin.remove(&options.jid).await?;
        admin.forget(&options.jid).await?;
        Ok(())
    })?;
    println(&format!(
        "{} is retired: the account is gone, and its folder is of no more use.",
        options.jid
    ));
    Ok(Ending::Good)
}

/// Lets it log in no more.
pub(super) fn lock(options: &LockOptions) -> Outcome {
    let jid = &options.host.jid;
    options.host.run(async |admin| {
        match admin.lock(jid).await {
            Err(CommandError::NoCommand { .. }) if options.change_password => {
                admin.change_password(jid, &new_password()?).await?;
                admin.end_sessions(jid).await?;
            }
            Err(error @ CommandError::NoCommand { .. }) => {
                let hint = "this server cannot lock an account; `lock --change-password` gives it \
                            a password that nobody knows, `unlock --password-out FILE` a new one";
                return Err(anyhow::Error::from(error).context(hint));
            }
            other => other?,
        }
        Ok(())
    })?;
    println(&format!("{jid} is locked: it can no longer log in."));
    Ok(Ending::Good)
}

/// Lets it log in again.
pub(super) fn unlock(options: &UnlockOptions) -> Outcome {
    let jid = &options.host.jid;
    let Some(file) = &options.password_out else {
        options
            .host
            .run(async |admin| match admin.unlock(jid).await {
                Err(error @ CommandError::NoCommand { .. }) => {
                    let hint = "this server cannot unlock an account; after `lock \
                                --change-password` say `unlock --password-out FILE`";
                    Err(anyhow::Error::from(error).context(hint))
                }
                other => Ok(other?),
            })?;
        println(&format!("{jid} is unlocked: it can log in again."));
        return Ok(Ending::Good);
    };
    let password = new_password()?;
    // Before the server has it: a password that is nowhere opens nothing.
    write_new(file, &password)?;
    let changed = options
        .host
        .run(async |admin| Ok(admin.change_password(jid, &password).await?));
    if changed.is_err() {
        let _unused = std::fs::remove_file(file);
    }
    changed?;
    println(&format!(
        "{jid} has a new password, in {}: put it in the place of the host's secrets/xmpp.",
        file.display()
    ));
    Ok(Ending::Good)
}

/// A file that nobody else can read, and that was not there before.
fn write_new(file: &std::path::Path, secret: &SecretString) -> anyhow::Result<()> {
    use std::io::Write;

    let opened = folder::create(file, 0o600);
    if let Err(error) = &opened
        && error.kind() == std::io::ErrorKind::AlreadyExists
    {
        bail!("{} is there already; it is not overwritten", file.display());
    }
    let mut opened = opened.with_context(|| format!("{} cannot be written", file.display()))?;
    writeln!(opened, "{}", secret.expose_secret())?;
    opened.sync_all()?;
    Ok(())
}
