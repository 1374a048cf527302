//! Where the configuration is.

use std::path::{Path, PathBuf};

/// The name of the file, wherever it is.
pub const FILE_NAME: &str = "hostmessenger.yaml";
/// The folder of the file below the user's and the system's configuration folders.
pub const FOLDER: &str = if cfg!(windows) {
    "HostMessenger"
} else {
    "hostmessenger"
};

/// The configuration: `explicit` (`--config`), `$HOSTMESSENGER_CONFIG`, then the first that is
/// there of `cwd`, `exe_dir`, `user_config_dir`/hostmessenger (see [`user_config_dir`]) and
/// `/etc/hostmessenger`, on Windows `%PROGRAMDATA%\HostMessenger`. What was named is not looked for: `load` says that it is missing.
pub fn find(
    explicit: Option<&Path>,
    env: impl Iterator<Item = (String, String)>,
    cwd: &Path,
    exe_dir: Option<&Path>,
    user_config_dir: Option<&Path>,
) -> Option<PathBuf> {
    let env: Vec<_> = env.collect();
    let system = system_config_dir(&env);
    find_in(
        explicit,
        env.into_iter(),
        [Some(cwd), exe_dir],
        [user_config_dir, system.as_deref()],
    )
}

/// Where the system keeps configurations: `/etc`, on Windows `%PROGRAMDATA%`.
pub(crate) fn system_config_dir(env: &[(String, String)]) -> Option<PathBuf> {
    if cfg!(unix) {
        return Some("/etc".into());
    }
    let (_, dir) = env.iter().find(|(name, _)| is_name(name, "PROGRAMDATA"))?;
    Some(PathBuf::from(dir)).filter(|dir| dir.is_absolute())
}

/// Whether a file lies in the system's folder of configurations, in which every user may make files.
#[cfg(windows)]
pub fn is_in_system_folder(file: &Path, env: &[(String, String)]) -> bool {
    let folder = std::path::absolute(file).ok();
    let folder = folder.as_deref().and_then(Path::parent);
    let system = system_config_dir(env).map(|dir| dir.join(FOLDER));
    match (folder, system) {
        (Some(folder), Some(system)) => folder.as_os_str().eq_ignore_ascii_case(system.as_os_str()),
        _ => false,
    }
}

/// Whether a variable has this name; on Windows the case does not matter.
fn is_name(name: &str, wanted: &str) -> bool {
    name == wanted || cfg!(windows) && name.eq_ignore_ascii_case(wanted)
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
    let named =
        env.find(|(name, value)| is_name(name, "HOSTMESSENGER_CONFIG") && !value.is_empty());
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
            name if cfg!(windows) && is_name(name, "APPDATA") => {
                config = Some(PathBuf::from(value));
            }
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
        let (user_folder, system_folder) = (format!("user/{FOLDER}"), format!("etc/{FOLDER}"));
        for folder in ["cwd", "exe", &user_folder, &system_folder] {
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
        for folder in ["cwd", "exe", &user_folder, &system_folder] {
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

    #[cfg(windows)]
    #[test]
    fn the_folders_of_windows_are_those_that_it_names() {
        let env = |name: &str, value: &str| [(name.to_owned(), value.to_owned())];
        let user = |name, value| user_config_dir(env(name, value).into_iter());
        let roaming = r"C:\Users\ä b\AppData\Roaming";
        assert_eq!(user("APPDATA", roaming), Some(roaming.into()));
        assert_eq!(user("AppData", "relative"), None);
        assert_eq!(user("HOME", r"C:\Users\a"), None);
        let system = |name, value| system_config_dir(&env(name, value));
        let data = r"C:\ProgramData";
        assert_eq!(system("ProgramData", data), Some(data.into()));
        assert_eq!(system("ProgramData", ""), None);
        // A drive's own current folder, or the root of whichever drive.
        assert_eq!(
            (system("ProgramData", "C:x"), system("ProgramData", r"\x")),
            (None, None)
        );
        let env_of = env("ProgramData", data);
        for (file, is_there) in [
            (r"c:\programdata\hostmessenger\hostmessenger.yaml", true),
            (r"C:\ProgramData\x\..\HostMessenger\f.yaml", true),
            (r"C:\ProgramData\Other\f.yaml", false),
        ] {
            assert_eq!(
                is_in_system_folder(Path::new(file), &env_of),
                is_there,
                "{file}"
            );
        }
        let here = Path::new(r"C:\no\such");
        let named = env("HostMessenger_Config", r"D:\f.yaml").into_iter();
        assert_eq!(
            find(None, named, here, None, None),
            Some(r"D:\f.yaml".into())
        );
    }
}
