//! Whether others could hand the service a program or a configuration of their own.
//!
//! A newcomer's trap: a new folder on a drive, `C:\hm`, takes from the drive that every user who is logged in may change
//! what is in it. What runs without that user's rights is not to be started from there.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hostmessenger_config::untrusted_path;

use super::super::Wish;

/// A place where nobody but administrators may write.
const GOOD: &str = r"C:\Program Files\HostMessenger";

/// What the service obeys: the program and its configuration, each with its folder (who may write there may put
/// another in its place, or a library beside the program), and its data.
fn obeyed(wish: &Wish) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for file in [&wish.program, &wish.config] {
        let folder = file.parent().map(Path::to_owned);
        for path in std::iter::once(file.clone()).chain(folder) {
            if !all.contains(&path) {
                all.push(path);
            }
        }
    }
    if wish.data_dir.is_dir() && !all.contains(&wish.data_dir) {
        all.push(wish.data_dir.clone());
    }
    all
}

/// In words: what is wrong with each of them, and what to do.
fn told(found: &[(PathBuf, String)]) -> Option<String> {
    if found.is_empty() {
        return None;
    }
    let line = |(path, why): &(PathBuf, String)| match path.parent() {
        Some(_) => format!("{}: {why}", path.display()),
        // Closing a whole drive would break more than it mends.
        None => format!(
            "{}: is a whole drive, where others may write; use a folder of its own",
            path.display()
        ),
    };
    let lines: Vec<_> = found.iter().map(line).collect();
    Some(format!(
        "others could hand the service a program or a configuration of their own, so nothing was installed. Move all of it \
         to {GOOD}, or close it:\n{}",
        lines.join("\n")
    ))
}

/// Fails where the service would have to obey what others can write.
pub(super) fn check(wish: &Wish) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for path in obeyed(wish) {
        let why = untrusted_path(&path)
            .with_context(|| format!("who may change {} cannot be read", path.display()))?;
        found.extend(why.map(|why| (path, why)));
    }
    match told(&found) {
        Some(why) => bail!(why),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{NAME, Which};
    use super::*;

    fn wish(program: &str, config: &str, data_dir: &Path) -> Wish {
        Wish {
            which: Which { name: NAME.into() },
            program: program.into(),
            config: config.into(),
            data_dir: data_dir.to_owned(),
            account: None,
            password: None,
        }
    }

    #[test]
    fn all_that_the_service_obeys_is_looked_at_once() {
        let data = tempfile::tempdir().expect("a folder");
        let looked = obeyed(&wish(r"C:\hm\hm.exe", r"C:\hm\hm.yaml", data.path()));
        let expected = [r"C:\hm\hm.exe", r"C:\hm", r"C:\hm\hm.yaml"].map(PathBuf::from);
        assert_eq!(looked[..3], expected);
        assert_eq!(looked[3..], [data.path().to_owned()]);
        let none_yet = obeyed(&wish(
            r"C:\a\hm.exe",
            r"C:\b\hm.yaml",
            Path::new(r"C:\none"),
        ));
        assert_eq!(none_yet.len(), 4);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_mends_it_and_no_drive_is_ever_closed() {
        assert_eq!(told(&[]), None);
        let why = |path: &str| {
            (
                PathBuf::from(path),
                "can be changed by X: icacls …".to_owned(),
            )
        };
        let said = told(&[why(r"C:\hm"), why(r"D:\")]).expect("something is wrong");
        assert!(said.contains(GOOD) && said.contains("C:\\hm: can be changed by X: icacls …"));
        assert!(
            said.ends_with(
                "D:\\: is a whole drive, where others may write; use a folder of its own"
            )
        );
    }

    #[test]
    fn what_is_ours_alone_may_be_installed_and_what_others_may_change_may_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let (program, config) = (dir.path().join("hm.exe"), dir.path().join("hm.yaml"));
        drop(hostmessenger_config::create_private(&program).expect("made"));
        drop(hostmessenger_config::create_private(&config).expect("made"));
        hostmessenger_config::close_to_others(dir.path()).expect("closed");
        let text = |path: &Path| path.display().to_string();
        let wish = wish(&text(&program), &text(&config), dir.path());
        check(&wish).expect("ours alone");
        let mut no_list = [0; 20];
        no_list[..4].copy_from_slice(&[1, 0, 0x4, 0x80]);
        hostmessenger_windows::acl::set_access(&program, &no_list).expect("opened");
        let why = check(&wish).expect_err("open to everyone").to_string();
        assert!(
            why.contains("hm.exe: can be changed by") && why.contains("icacls"),
            "{why}"
        );
    }
}
