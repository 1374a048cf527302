//! Enrolment: an account at the server and a folder for the host, both or neither.
//!
//! What is made is made in an order in which the last step, the folder's own name, is what makes it
//! a client. Until then everything can be undone: by this process after an error, by its [`guard`]
//! after `kill -9`, by the next `enroll` after a power cut. A newcomer's trap: an account
//! is removed only when the password made here opens it, so that nobody else's ever is.

use std::cell::Cell;
use std::path::PathBuf;

use anyhow::Context;
use hostmessenger_actors::enrolment::{
    Administrator, CommandError, NewAccount, Session, acquaint, new_password,
};
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{Account, BareJid, Language};

mod attempt;
pub(crate) mod folder;
pub(crate) mod guard;
pub(crate) mod record;
mod undo;

use attempt::Attempt;
use folder::{FolderError, Staged, Wish};
use guard::Guard;

/// What is to be made.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Who makes it.
    pub(crate) admin: Account,
    /// The account of the host.
    pub(crate) jid: BareJid,
    /// Who will command it.
    pub(crate) owner: BareJid,
    /// What it is called in contact lists.
    pub(crate) name: String,
    /// The language of its answers.
    pub(crate) language: Language,
    /// Where its folder goes.
    pub(crate) dir: PathBuf,
    /// The program to put in; `None`: this one.
    pub(crate) binary: Option<PathBuf>,
}

/// Makes it. `say` is told each step.
pub(crate) async fn run(plan: &Plan, tls: &TlsStore, say: fn(&str)) -> anyhow::Result<()> {
    undo_interrupted(plan, tls, say).await?;
    say(&format!("logging in as {}", plan.admin.jid));
    let admin = login(&plan.admin, tls).await?;
    let staged = folder::staging(&plan.dir)?;
    let attempt = Attempt::new(plan, plan.jid.clone(), new_password()?, staged);
    let guard = Guard::start(&attempt)?;
    fault("guarded");
    let making = Making {
        plan,
        tls,
        say,
        asked: Cell::new(false),
    };
    let made = making.all(admin, &attempt).await;
    let undone = match &made {
        Ok(()) => Ok(()),
        Err(error) => making.undo(&attempt, error).await,
    };
    guard.dismiss();
    undone.and(made)
}

/// What an earlier attempt left behind when it was killed with its guard, or lost power.
async fn undo_interrupted(plan: &Plan, tls: &TlsStore, say: fn(&str)) -> anyhow::Result<()> {
    let Some(left) = folder::interrupted(&plan.dir) else {
        return Ok(());
    };
    say(&format!(
        "undoing an interrupted enrolment of {} in {}",
        left.jid,
        plan.dir.display()
    ));
    let attempt = Attempt::new(plan, left.jid, left.password, left.path);
    undo::undo(&attempt, tls).await?;
    Ok(())
}

/// Logs an administrator in.
pub(crate) async fn login(account: &Account, tls: &TlsStore) -> anyhow::Result<Administrator> {
    let session = Session::open(account, tls).await;
    let session = session.with_context(|| format!("{} cannot log in", account.jid))?;
    Ok(Administrator::new(session))
}

struct Making<'a> {
    plan: &'a Plan,
    tls: &'a TlsStore,
    say: fn(&str),
    /// Whether the server was asked for the account.
    asked: Cell<bool>,
}

impl Making<'_> {
    async fn all(&self, mut admin: Administrator, attempt: &Attempt) -> anyhow::Result<()> {
        let (plan, host) = (self.plan, &attempt.host);
        (self.say)("writing the folder");
        let staged = self.stage(attempt)?;
        fault("staged");
        (self.say)(&format!("making the account {}", plan.jid));
        self.asked.set(true);
        admin.add(&plan.jid, &host.password).await?;
        fault("made");
        (self.say)("logging in as the new account");
        let session = Session::open(host, self.tls).await;
        let session = session.context("the account was made but cannot log in")?;
        let mut account = NewAccount::new(session);
        account.introduce(&plan.owner, &plan.name).await?;
        fault("introduced");
        (self.say)("bringing owner and host together");
        if plan.owner == plan.admin.jid {
            let owner = plan.owner.node().map_or("owner", |node| node.as_str());
            acquaint(&mut admin, &mut account, &plan.name, owner).await?;
        } else {
            admin.befriend(&plan.jid, &plan.name).await?;
        }
        fault("befriended");
        account.close().await;
        admin.close().await;
        staged.publish()?;
        fault("published");
        Ok(())
    }

    /// Undoes what was made before this error.
    async fn undo(&self, attempt: &Attempt, error: &anyhow::Error) -> anyhow::Result<()> {
        (self.say)("undoing what was made");
        let refused = error
            .downcast_ref::<CommandError>()
            .is_some_and(|error| !error.is_uncertain());
        // An account that is there all the same is somebody else's.
        let undone = if refused || !self.asked.get() {
            attempt.discard()
        } else {
            undo::undo(attempt, self.tls).await.map(drop)
        };
        undone.with_context(|| left_behind(attempt, error))
    }

    fn stage(&self, attempt: &Attempt) -> Result<Staged, FolderError> {
        let plan = self.plan;
        folder::stage(&Wish {
            dir: &plan.dir,
            jid: &plan.jid,
            owner: &plan.owner,
            enrolled_by: &plan.admin.jid,
            language: plan.language,
            server: plan.admin.server.as_ref(),
            tls: plan.admin.tls,
            ca_file: plan.admin.ca_file.as_deref(),
            binary: plan.binary.as_deref(),
            password: &attempt.host.password,
        })
    }
}

fn left_behind(attempt: &Attempt, error: &anyhow::Error) -> String {
    format!(
        "{error:#}; and it could not be undone: the account {} may be there still, and {} is \
         (the same `enroll` again undoes both)",
        attempt.host.jid,
        attempt.staged.display()
    )
}

/// Test builds only: at a step by its name `kill -9`, or somebody takes the folder's place.
#[cfg(feature = "faults")]
fn fault(step: &str) {
    let taken = std::env::var("HOSTMESSENGER_FAULT_ENROLL_TAKEN").unwrap_or_default();
    if let Some((_, file)) = taken.split_once(':').filter(|(named, _)| *named == step) {
        let file = std::path::Path::new(file);
        let _made = std::fs::create_dir_all(file.parent().unwrap_or(file));
        let _written = std::fs::write(file, "");
    }
    if std::env::var("HOSTMESSENGER_FAULT_ENROLL_KILL").is_ok_and(|named| named == step) {
        hostmessenger_actors::faults::die();
    }
}

#[cfg(not(feature = "faults"))]
fn fault(_: &str) {}
