//! The remote-control program: started on command, watched, stopped with all that it started.
//!
//! The actor answers and decides; [`desk`] does the work, one start or stop after another. The
//! program runs under a [`guard`], a process of our own that outlives this one by a moment, so that
//! nothing stays behind after `kill -9`. [`record`] is for when the guard was killed, too.

use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::{Language, ViewerAddress};

mod actor;
mod desk;
mod display;
mod environment;
pub mod guard;
mod held;
mod line;
mod password;
mod peers;
mod places;
mod port;
pub(crate) mod private_file;
mod processes;
mod record;
mod refusal;
mod registry;
mod reverse;
mod rising;
mod servers;
mod tail;
mod viewers;

pub use actor::{VncSpec, VncSupervisor};
pub use password::{PasswordError, set_password};
pub use refusal::Refusal;

pub(crate) use desk::{Finished, Running};
pub(crate) use guard::End;
pub(crate) use line::Line;

/// Starts the remote-control program. Answered, once it speaks RFB (and is connected to the viewer
/// that was named) or has failed, with the text for who asked. That may hold a password.
#[derive(Message, Debug, Clone)]
#[rtype(result = "String")]
pub struct StartVnc {
    /// The language of the answer.
    pub lang: Language,
    /// For how long; `None`: as configured.
    pub minutes: Option<u32>,
    /// The viewer that is to be connected to, in place of waiting for viewers.
    pub viewer: Option<ViewerAddress>,
}

/// Stops it. Answered once its port is closed.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "String")]
pub struct StopVnc {
    /// The language of the answer.
    pub lang: Language,
}

/// Asks whether it runs, since when, until when, who is connected.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "String")]
pub struct AskVnc {
    /// The language of the answer.
    pub lang: Language,
}

/// How long at most a start may take.
pub const START_DEADLINE: Duration = Duration::from_secs(15);
