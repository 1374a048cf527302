//! What the account of the service may do with files.
//!
//! A trap: only Windows knows `NT SERVICE\NAME`, and only once the service exists, so files are opened to it
//! after that.

use std::path::{Path, PathBuf};

use anyhow::Context;
use hostmessenger_config::create_private_dirs;
use windows_service::service::ServiceConfig;

use super::super::{Wish, tool};
use super::PATIENCE;

/// What the account may do with a folder, in the letters of `icacls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// Read, and start programs.
    Read,
    /// Read, write and remove.
    Change,
}

impl Right {
    fn letters(self) -> &'static str {
        match self {
            Self::Read => "RX",
            Self::Change => "M",
        }
    }
}

/// The folders that the account needs. Where the program itself lies it may not write: a service that was
/// taken over would hand the next administrator who starts it a program of its own.
fn needed<'a>(program: &Path, folder: &'a Path, data: &'a Path) -> Vec<(&'a Path, Right)> {
    if program.starts_with(folder) {
        return vec![(folder, Right::Read), (data, Right::Change)];
    }
    let mut all = vec![(folder, Right::Change)];
    if !data.starts_with(folder) {
        all.push((data, Right::Change));
    }
    all
}

/// The service's account must read the configuration and write its data.
pub(super) fn open_to(wish: &Wish, account: &str, say: fn(&str)) -> anyhow::Result<()> {
    if account.eq_ignore_ascii_case("LocalSystem") {
        return Ok(());
    }
    let folder = wish.config.parent().unwrap_or(Path::new("."));
    create_private_dirs(&wish.data_dir)
        .with_context(|| format!("{} cannot be made", wish.data_dir.display()))?;
    for (folder, right) in needed(&wish.program, folder, &wish.data_dir) {
        if folder.parent().is_none() {
            say(&format!(
                "{}: is a whole drive; give {account} the right to read the configuration and to write into {}",
                folder.display(),
                wish.data_dir.display()
            ));
            continue;
        }
        grant(folder, right, account)?;
        say(&match right {
            Right::Change => format!("{}: opened to {account}", folder.display()),
            Right::Read => format!(
                "{}: readable for {account}, no more, since the program lies in it (so OWNER cannot change the file)",
                folder.display()
            ),
        });
    }
    Ok(())
}

/// Takes from the account of a service what [`open_to`] gave it. Only from one that goes with the service: from a
/// person's account it would take what the person has of its own.
pub(super) fn take_back(
    service: &ServiceConfig,
    data_of: impl Fn(&Path) -> Option<PathBuf>,
    say: fn(&str),
) {
    let account = service.account_name.as_deref().unwrap_or_default();
    let account = account.to_string_lossy();
    if !account.to_ascii_uppercase().starts_with(r"NT SERVICE\") {
        return;
    }
    // The command line is kept as one text.
    let line = service.executable_path.to_string_lossy();
    let Some(config) = config_of(&line) else {
        return;
    };
    let data = data_of(&config);
    for folder in config.parent().into_iter().chain(data.as_deref()) {
        if folder.parent().is_none() || !folder.is_dir() {
            continue;
        }
        say(&match icacls(folder, "/remove:g", &account) {
            Ok(()) => format!("{}: closed to {account}", folder.display()),
            Err(error) => format!("{}: stays open to {account}: {error:#}", folder.display()),
        });
    }
}

/// The configuration in the command line of a service of ours.
fn config_of(line: &str) -> Option<PathBuf> {
    let (_, rest) = line.split_once(" --config ")?;
    let (file, _) = rest.rsplit_once(" service run ")?;
    let file = file.trim_matches('"');
    (!file.is_empty()).then(|| file.into())
}

fn grant(folder: &Path, right: Right, account: &str) -> anyhow::Result<()> {
    let right = format!("{account}:(OI)(CI){}", right.letters());
    icacls(folder, "/grant", &right)
        .with_context(|| format!("{} could not be opened to {account}", folder.display()))
}

/// For a folder and all that is in it.
fn icacls(folder: &Path, verb: &str, whom: &str) -> anyhow::Result<()> {
    let mut words = vec![folder.as_os_str().to_owned()];
    words.extend([verb, whom, "/T", "/C", "/Q"].map(Into::into));
    tool::must(&tool::of_windows("icacls.exe")?, &words, PATIENCE)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_found_in_the_command_line() {
        let of = |line: &str| config_of(line).map(|file| file.display().to_string());
        let plain = r"C:\hm\hm.exe --config C:\hm\hm.yaml service run --name web";
        assert_eq!(of(plain).as_deref(), Some(r"C:\hm\hm.yaml"));
        let quoted = r#""C:\a b\hm.exe" --config "C:\a b\hm.yaml" service run --name web"#;
        assert_eq!(of(quoted).as_deref(), Some(r"C:\a b\hm.yaml"));
        assert_eq!(of(r"C:\other.exe"), None);
    }

    #[test]
    fn where_the_program_lies_the_service_may_not_write() {
        let folder = Path::new(r"C:\hm");
        let data = Path::new(r"C:\hm\data");
        let beside = needed(Path::new(r"C:\hm\hostmessenger.exe"), folder, data);
        assert_eq!(beside, [(folder, Right::Read), (data, Right::Change)]);
        let apart = needed(Path::new(r"C:\bin\hostmessenger.exe"), folder, data);
        assert_eq!(apart, [(folder, Right::Change)]);
        let far = Path::new(r"D:\data");
        let two = needed(Path::new(r"C:\bin\hostmessenger.exe"), folder, far);
        assert_eq!(two, [(folder, Right::Change), (far, Right::Change)]);
    }
}
