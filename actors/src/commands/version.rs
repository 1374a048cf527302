//! VERSION: what runs here, and for how long.

use futures_util::FutureExt;

use super::{Answer, Ask};
use crate::wording::{commands as say, numbers};

/// Answers with version and uptime.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let up = numbers::duration(ask.services.clock.mono());
        say::version(ask.lang, env!("CARGO_PKG_VERSION"), up)
    }
    .boxed_local()
}
