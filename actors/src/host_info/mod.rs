//! What OS and HD tell of this machine.
//!
//! A trap: nearly every question here can block for ever (a dead share, a stopped X server, a
//! directory service behind the home folder). So none is asked on the arbiter's thread, each has its
//! own deadline, and whoever asks again joins the question that is stuck (see [`apart`]).

use std::path::PathBuf;

use actix::prelude::*;
use hostmessenger_config::{IpSource, Language};

use crate::connection::AskExternalIp;
use crate::probe::kinds::disk::DiskHelpers;
use crate::supervised;
use crate::supervision::{Child, Life};
use crate::tls::TlsStore;

mod apart;
mod disks;
mod external;
mod facts;
mod lines;
#[cfg(windows)]
mod monitors;
#[cfg(not(windows))]
mod screens;

pub use disks::own_disks;

/// Asks for the eight lines of OS, ready to be sent.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "String")]
pub struct AskOs {
    /// The language of the answer.
    pub lang: Language,
}

/// Asks for the lines of HD, ready to be sent.
#[derive(Message, Debug, Clone)]
#[rtype(result = "String")]
pub struct AskHd {
    /// The language of the answer.
    pub lang: Language,
    /// One path; `None`: all disks.
    pub path: Option<String>,
    /// Whether the path may name another machine: Windows logs in there unasked, with the account
    /// that the program has, and whoever owns that machine can use what it hears.
    pub anywhere: bool,
}

/// What [`HostInfo`] is made from.
#[derive(Clone)]
pub struct HostInfoSpec {
    /// Where the program keeps its journal; one of the directories that OS names.
    pub data_dir: PathBuf,
    /// The X display, where one is configured.
    pub display: Option<String>,
    /// Who is asked for the external address, in turn. Nobody else ever is.
    pub external_ip: Vec<IpSource>,
    /// For XEP-0279; `None` without an account.
    pub connection: Option<Recipient<AskExternalIp>>,
    /// The system's certificates, for `https` sources.
    pub tls: TlsStore,
    /// Who asks the file systems; shared with the checks.
    pub disks: DiskHelpers,
}

/// Answers OS and HD.
pub struct HostInfo {
    spec: HostInfoSpec,
    life: Life,
}

impl Child for HostInfo {
    type Spec = HostInfoSpec;

    fn new(spec: HostInfoSpec, life: Life) -> Self {
        Self { spec, life }
    }

    fn origin(&self) -> (HostInfoSpec, Life) {
        (self.spec.clone(), self.life.clone())
    }
}
supervised!(HostInfo);

impl Handler<AskOs> for HostInfo {
    type Result = ResponseFuture<String>;

    fn handle(&mut self, AskOs { lang }: AskOs, _: &mut Context<Self>) -> Self::Result {
        let spec = self.spec.clone();
        Box::pin(async move { lines::answer(lang, &spec).await })
    }
}

impl Handler<AskHd> for HostInfo {
    type Result = ResponseFuture<String>;

    fn handle(&mut self, ask: AskHd, _: &mut Context<Self>) -> Self::Result {
        let helpers = self.spec.disks.clone();
        let AskHd { lang, path, .. } = ask;
        Box::pin(async move {
            match path {
                Some(path) if !ask.anywhere && disks::names_a_machine(&path) => {
                    crate::wording::host_info::owner_names_machines(lang)
                }
                Some(path) => disks::under(lang, &path, &helpers).await,
                None => disks::all(lang, &helpers).await,
            }
        })
    }
}

#[cfg(test)]
#[cfg(any(target_os = "linux", windows))]
mod tests;
