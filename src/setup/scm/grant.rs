//! What the account of the service may do with files.
//!
//! A trap: only Windows knows `NT SERVICE\NAME`, and only once the service exists, so files are opened to it
//! after that.

use std::path::Path;

use anyhow::Context;

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
    std::fs::create_dir_all(&wish.data_dir)
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

fn grant(folder: &Path, right: Right, account: &str) -> anyhow::Result<()> {
    let words = [
        folder.as_os_str().to_owned(),
        "/grant".into(),
        format!("{account}:(OI)(CI){}", right.letters()).into(),
        "/T".into(),
        "/C".into(),
        "/Q".into(),
    ];
    tool::must("icacls", &words, PATIENCE)
        .with_context(|| format!("{} could not be opened to {account}", folder.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
