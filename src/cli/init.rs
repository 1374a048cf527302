//! `init`: unpacks what a configuration needs.

use std::path::PathBuf;

use anyhow::Context;
use hostmessenger_config::{Unpacked, init};

use super::{configuration, println};
use crate::outcome::{Ending, Outcome};

/// Unpacks into `dir`, or into the program's own folder.
pub(super) fn run(dir: Option<PathBuf>) -> Outcome {
    let dir = dir
        .or_else(configuration::own_folder)
        .context("the program's own folder is not known; name one")?;
    for (path, unpacked) in init(&dir)? {
        let word = match unpacked {
            Unpacked::Written => "written",
            Unpacked::Kept => "kept as it was",
        };
        println(&format!("{}: {word}", path.display()));
    }
    if cfg!(windows) {
        println("To start it with Windows, as an administrator: hostmessenger service install");
    }
    Ok(Ending::Good)
}
