//! What commands are run with: the addresses of the other actors, and a few facts.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use futures_util::future::LocalBoxFuture;

use super::Remainders;
use crate::authorizer::handover::{Asked, Failure, Offer};
use crate::host_info::HostInfo;
use crate::journal::Journal;
use crate::probe::Probe;
use crate::supervision;
use crate::time::Clock;
use crate::vnc_supervisor::VncSupervisor;
use hostmessenger_config::{Access, Language, OwnerChange};
use xmpp_parsers::jid::BareJid;

/// Reads the configuration again, for whom is named. Says what changed, or what is wrong with the
/// file.
pub type ReloadFn = Rc<dyn Fn(Language, String) -> LocalBoxFuture<'static, String>>;

/// Writes another owner into the configuration and puts it in force, or finds out whether that could
/// be done.
pub type ChangeOwnerFn = Rc<dyn Fn(OwnerChange) -> LocalBoxFuture<'static, Result<(), Failure>>>;

/// What commands are run with.
pub struct Services {
    /// States, history, mutes.
    pub journal: Addr<Journal>,
    /// OS and HD.
    pub host_info: Addr<HostInfo>,
    /// Remote control.
    pub vnc: Addr<VncSupervisor>,
    /// The tree, for ACTORS and for the addresses of the probes.
    pub supervisor: supervision::Supervisor,
    /// Names of the targets, in the order of the configuration.
    pub targets: RefCell<Arc<[Arc<str>]>>,
    /// Who may command, as it is in force.
    pub access: RefCell<Access>,
    /// The address of this host, where it has an account.
    pub account: RefCell<Option<BareJid>>,
    /// For RELOAD.
    pub reload: ReloadFn,
    /// For OWNER.
    pub change_owner: ChangeOwnerFn,
    /// Who has asked once to hand this host over.
    pub asked: RefCell<Asked>,
    /// To whom this host is offered; the journal has it too.
    pub offer: RefCell<Option<Offer>>,
    /// What did not fit into the last answers.
    pub remainders: RefCell<Remainders>,
    /// For uptime.
    pub clock: Clock,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

impl Services {
    /// What this host is called where several report to one person.
    pub fn host(&self) -> String {
        let account = self.account.borrow();
        account
            .as_ref()
            .map_or_else(String::new, ToString::to_string)
    }

    /// The probe of this target.
    pub fn probe(&self, target: &str) -> Option<Addr<Probe>> {
        self.supervisor.address(&Probe::actor_name(target))
    }
}

/// How long a command waits for another actor before it says that there is no answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Asks an actor; `None` where it does not answer in time or has ended.
pub(super) async fn ask<A, M>(actor: &Addr<A>, message: M, patience: Duration) -> Option<M::Result>
where
    A: Actor + Handler<M>,
    A::Context: actix::dev::ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    match tokio::time::timeout(patience, actor.send(message)).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(_)) | Err(_) => None,
    }
}
