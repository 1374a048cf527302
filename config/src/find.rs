//! Where the configuration is.

use std::path::{Path, PathBuf};

/// The name of the file, wherever it is.
pub const FILE_NAME: &str = "hostmessenger.yaml";
/// The folder of the file below the user's and the system's configuration folders.
const FOLDER: &str = "hostmessenger";

/// The configuration: `explicit` (`--config`), `$HOSTMESSENGER_CONFIG`, then the first that is
/// there of `cwd`, `exe_dir`, `user_config_dir`/hostmessenger (see [`user_config_dir`]) and
/// `/etc/hostmessenger`. What was named is not looked for: `load` says that it is missing.
pub fn find(
    explicit: Option<&Path>,
    env: impl Iterator<Item = (String, String)>,
    cwd: &Path,
    exe_dir: Option<&Path>,
    user_config_dir: Option<&Path>,
) -> Option<PathBuf> {
    let system = cfg!(unix).then_some(Path::new("/etc"));
    find_in(
        explicit,
        env,
        [Some(cwd), exe_dir],
        [user_config_dir, system],
    )
}

fn find_in(
    explicit: Option<&Path>,
    mut env: impl Iterator<Item = (String, String)>,
    folders: [Option<&Path>; 2],
    parents: [Option<&Path>; 2],
) -> Option<PathBuf> {
    if let Some(file) = explicit {
        return Some(file.to_owned());
    }
    let named = env.find(|(name, value)| name == "HOSTMESSENGER_CONFIG" && !value.is_empty());
    if let Some((_, file)) = named {
        return Some(file.into());
    }
    let folders = folders.into_iter().flatten().map(Path::to_owned);
    let parents = parents
        .into_iter()
        .flatten()
        .map(|parent| parent.join(FOLDER));
    folders
        .chain(parents)
        .map(|folder| folder.join(FILE_NAME))
        // Another user's folder, where $HOME is a leftover of sudo, is passed over. A file that is
        // there and cannot be read is found, and `load` says so.
        .find(|file| file.exists())
}

/// The user's configuration folder: `$XDG_CONFIG_HOME` or `~/.config` (XDG Base Directory
/// Specification), on Windows `%APPDATA%`.
pub fn user_config_dir(env: impl Iterator<Item = (String, String)>) -> Option<PathBuf> {
    let (mut config, mut home) = (None, None);
    for (name, value) in env {
        match name.as_str() {
            "APPDATA" if cfg!(windows) => config = Some(PathBuf::from(value)),
            "XDG_CONFIG_HOME" if cfg!(unix) => config = Some(PathBuf::from(value)),
            "HOME" if cfg!(unix) => home = Some(PathBuf::from(value).join(".config")),
            _ => {}
        }
    }
    // The specification: a relative path is invalid and to be ignored.
    config
        .filter(|path| path.is_absolute())
        .or(home.filter(|path| path.is_absolute()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_place_of_the_order_wins() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        for folder in ["cwd", "exe", "user/hostmessenger", "etc/hostmessenger"] {
            fs::create_dir_all(at(folder)).expect("a folder");
            fs::write(at(folder).join(FILE_NAME), "").expect("a file");
        }
        let env = |value: &str| [("HOSTMESSENGER_CONFIG".to_owned(), value.to_owned())].into_iter();
        let (cwd, exe, user, etc) = (at("cwd"), at("exe"), at("user"), at("etc"));
        let find = |explicit, env| {
            find_in(
                explicit,
                env,
                [Some(&*cwd), Some(&*exe)],
                [Some(&*user), Some(&*etc)],
            )
        };
        assert_eq!(find(Some(Path::new("x")), env("y")), Some("x".into()));
        assert_eq!(find(None, env("y")), Some("y".into()));
        for folder in ["cwd", "exe", "user/hostmessenger", "etc/hostmessenger"] {
            let file = at(folder).join(FILE_NAME);
            assert_eq!(find(None, env("")), Some(file.clone()));
            fs::remove_file(file).expect("a file");
        }
        assert_eq!(find(None, env("")), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_users_folder_follows_xdg() {
        let dir = |env: &[(&str, &str)]| {
            user_config_dir(env.iter().map(|(k, v)| ((*k).into(), (*v).into())))
        };
        let home = ("HOME", "/home/a");
        assert_eq!(dir(&[home, ("XDG_CONFIG_HOME", "/c")]), Some("/c".into()));
        assert_eq!(
            dir(&[("XDG_CONFIG_HOME", "c"), home]),
            Some("/home/a/.config".into())
        );
        assert_eq!(dir(&[("HOME", "")]), None);
    }
}
