//! The remote-control program: started on command, watched, stopped with all that it started.

use std::time::Duration;

use actix::prelude::*;
use hostmessenger_config::Language;

mod environment;
pub mod guard;
mod password;
mod private_file;
#[cfg(target_os = "linux")]
mod processes;
mod refusal;
mod servers;

pub use password::{PasswordError, set_password};

/// Starts the remote-control program. Answered, once it speaks RFB or has failed, with the text for
/// who asked.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "String")]
pub struct StartVnc {
    /// The language of the answer.
    pub lang: Language,
    /// For how long; `None`: as configured.
    pub minutes: Option<u32>,
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
