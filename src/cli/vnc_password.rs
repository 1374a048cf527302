//! `vnc-password`: sets the password for remote control, on this host only.

use std::io::IsTerminal;

use anyhow::{Context, bail};
use hostmessenger_actors::audit::Deed;
use hostmessenger_actors::vnc_supervisor::set_password;

use super::configuration::{self, Found};
use super::{Options, audit, println, secret};
use crate::outcome::{Ending, Outcome};

/// Asks twice without echo, or reads one line from standard input.
pub(super) fn run(options: &Options, from_stdin: bool) -> Outcome {
    let Some(file) = configuration::find(options)? else {
        bail!("there is no configuration yet; `hostmessenger init` makes one");
    };
    let Found::Good(config) = configuration::load(&file, options) else {
        return Ok(Ending::BadConfiguration);
    };
    let password = if from_stdin || !std::io::stdin().is_terminal() {
        secret::line()?
    } else {
        ask_twice()?
    };
    set_password(&config.data_dir, &password)?;
    audit::note(&config, Deed::VncPasswordSet);
    println("The password is set. The owner can now say VNC START.");
    Ok(Ending::Good)
}

fn ask_twice() -> anyhow::Result<String> {
    let ask = |prompt| rpassword::prompt_password(prompt).context("the terminal cannot be read");
    let first = ask("VNC password (1 to 8 characters): ")?;
    if ask("Once more: ")? != first {
        bail!("the two differ; nothing was changed");
    }
    Ok(first)
}
