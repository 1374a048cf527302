//! Finds and reads the configuration, with what the command line says over it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use hostmessenger_config::{self as config, Config};

use super::Options;
use crate::logging;

/// Said once, of a configuration on a stick.
#[cfg(windows)]
pub(super) const UNGUARDED: &str = "others on this machine can read it and its secrets, \
    since its file system (FAT or exFAT) keeps no access lists; NTFS does";
#[cfg(unix)]
pub(super) const UNGUARDED: &str = "others on this machine can read it and its secrets, \
    since its file system knows no modes; mount it for yourself alone (umask=077)";

/// What came of it.
pub(super) enum Found {
    /// It is good.
    Good(Box<Config>),
    /// It has mistakes, which were told on standard error.
    Bad,
}

/// The file to read; `None`: there is none anywhere.
pub(super) fn find(options: &Options) -> anyhow::Result<Option<PathBuf>> {
    let cwd = std::env::current_dir().context("the current folder cannot be read")?;
    let env = || config::environment().into_iter();
    let user = config::user_config_dir(env());
    Ok(config::find(
        options.config.as_deref(),
        env(),
        &cwd,
        own_folder().as_deref(),
        user.as_deref(),
    ))
}

/// The folder that the program lies in: a stick, say.
pub(super) fn own_folder() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.to_owned())
}

/// Reads a file, tells its mistakes.
pub(super) fn load(file: &Path, options: &Options) -> Found {
    match read(file, options) {
        Ok(config) => Found::Good(Box::new(config)),
        Err(mistakes) => {
            tell(&mistakes);
            Found::Bad
        }
    }
}

/// Reads a file, tells its mistakes; that the secret of VNC codes is missing is none.
pub(super) fn load_without_vnc_code(file: &Path, options: &Options) -> Found {
    match config::load_without_vnc_code(file, config::environment().into_iter()) {
        Ok(config) => Found::Good(Box::new(adjusted(config, options))),
        Err(mistakes) => {
            tell(&mistakes);
            Found::Bad
        }
    }
}

fn tell(mistakes: &config::Mistakes) {
    for mistake in &mistakes.0 {
        logging::say_error(&mistake.to_string());
    }
}

/// Reads a file; what the command line says counts more.
pub(super) fn read(file: &Path, options: &Options) -> Result<Config, config::Mistakes> {
    let load = || config::load(file, config::environment().into_iter());
    Ok(adjusted(frugal(load)?, options))
}

/// Reads on a thread of its own. Reading takes many times what it leaves; a thread has a heap of its own,
/// and what is left is copied out of that, so that all of it can go back to the system.
fn frugal(
    load: impl FnOnce() -> Result<Config, config::Mistakes> + Send,
) -> Result<Config, config::Mistakes> {
    let loaded = std::thread::scope(|scope| match scope.spawn(load).join() {
        Ok(loaded) => loaded,
        Err(panic) => std::panic::resume_unwind(panic),
    })?;
    let mut judgings: HashMap<*const config::Judging, Arc<config::Judging>> = HashMap::new();
    let mut own = |target: &Arc<config::Target>| {
        let judging = &target.judging;
        let copy = judgings.entry(Arc::as_ptr(judging));
        let copy = copy.or_insert_with(|| Arc::new(config::Judging::clone(judging)));
        Arc::new(config::Target {
            name: Arc::from(&*target.name),
            judging: Arc::clone(copy),
            ..config::Target::clone(target)
        })
    };
    let copied = Config {
        targets: loaded.targets.iter().map(&mut own).collect(),
        ..loaded.clone()
    };
    drop(loaded);
    hostmessenger_memory::give_back();
    Ok(copied)
}

fn adjusted(mut config: Config, options: &Options) -> Config {
    if let Some(dir) = &options.data_dir {
        config.data_dir = std::path::absolute(dir).unwrap_or_else(|_| dir.clone());
    }
    if config.data_by_machine {
        config
            .data_dir
            .push(hostmessenger_actors::machine::folder_name());
    }
    if let Some(format) = options.log_format {
        config.log.format = format.into();
    }
    if config.own_disks {
        let written = &config.targets;
        let unnamed = own_disks(&config.alerts.to)
            .into_iter()
            .filter(|disk| written.iter().all(|target| target.name != disk.name))
            .map(Arc::new);
        let unnamed: Vec<_> = unnamed.collect();
        config.targets.extend(unnamed);
    }
    config
}

/// The machine's own disks as targets. One that is written with the same name wins.
fn own_disks(alert_to: &[config::AlertTo]) -> Vec<config::Target> {
    let target = |path: PathBuf| {
        let mut target = config::disk_target(&format!("disk {}", path.display()), &path);
        Arc::make_mut(&mut target.judging).alert_to = alert_to.to_vec();
        target
    };
    hostmessenger_actors::host_info::own_disks()
        .into_iter()
        .map(target)
        .collect()
}
