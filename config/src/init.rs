//! What `hostmessenger init` unpacks: the commented configuration, its JSON Schema and, where systemd may
//! be, a unit. Nothing is ever overwritten.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::find::FILE_NAME;
use crate::privacy::create_private;
use crate::schema::schema;

pub(crate) const CONFIG: &str = include_str!("../assets/hostmessenger.yaml");
#[cfg(unix)]
const UNIT: &str = include_str!("../assets/hostmessenger.service");

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpacked {
    /// It was written.
    Written,
    /// It was there and is as it was.
    Kept,
}

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written", path.display())]
pub struct InitError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Unpacks into a folder, which is made where it is missing. Says of each file, in the order
/// configuration, schema and (not on Windows, which has no use for it) unit, what became of it.
pub fn init(dir: &Path) -> Result<Vec<(PathBuf, Unpacked)>, InitError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |source| InitError { path, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    let dir = std::path::absolute(dir).map_err(failed(dir))?;
    let files = [
        // It may get a password one day.
        (FILE_NAME, CONFIG.to_owned(), For::Private),
        (
            "hostmessenger.schema.json",
            format!("{:#}\n", schema()),
            For::Plain,
        ),
        #[cfg(unix)]
        ("hostmessenger.service", own_unit(&dir), For::Plain),
    ];
    let mut done = Vec::new();
    for (name, text, whom) in files {
        let path = dir.join(name);
        let unpacked = write_new(&path, &text, whom).map_err(failed(&path))?;
        done.push((path, unpacked));
    }
    Ok(done)
}

/// Whom a new file is for.
#[derive(Clone, Copy)]
enum For {
    /// Its owner alone.
    Private,
    /// Whom the umask, or the folder, allows it.
    Plain,
}

fn write_new(path: &Path, text: &str, whom: For) -> io::Result<Unpacked> {
    let made = match whom {
        For::Private => create_private(path),
        For::Plain => File::create_new(path),
    };
    match made {
        Ok(mut file) => {
            let written = file
                .write_all(text.as_bytes())
                .and_then(|()| file.sync_all());
            // Half a file would be kept for ever.
            written.inspect_err(|_| drop(fs::remove_file(path)))?;
            Ok(Unpacked::Written)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Unpacked::Kept),
        Err(error) => Err(error),
    }
}

/// The unit for a program and its configuration, and the user that it names: the owner of the
/// configuration's folder, by number, or `hostmessenger` where that is root or has the number `made`.
#[cfg(unix)]
pub fn service_unit(program: &Path, config: &Path, made: Option<&str>) -> (String, String) {
    let mut user = service_user(config.parent().unwrap_or(config));
    if Some(user.as_str()) == made {
        "hostmessenger".clone_into(&mut user);
    }
    (unit_with(program, config, &user), user)
}

/// The unit for this very program in this folder.
#[cfg(unix)]
fn own_unit(dir: &Path) -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| dir.join("hostmessenger"));
    unit(&program, dir, &service_user(dir))
}

/// The unit for this program, folder and user.
#[cfg(unix)]
fn unit(program: &Path, dir: &Path, user: &str) -> String {
    unit_with(program, &dir.join(FILE_NAME), user)
}

#[cfg(unix)]
fn unit_with(program: &Path, config: &Path, user: &str) -> String {
    let dir = config.parent().unwrap_or(config);
    let folder = dir.display().to_string();
    UNIT.replace("@PROGRAM@", &quoted(&program.display().to_string()))
        .replace("@CONFIG@", &quoted(&config.display().to_string()))
        .replace("@PATH@", &quoted(&folder))
        .replace("@USER@", user)
        // This one takes the rest of the line as it is.
        .replace("@FOLDER@", &folder.replace('%', "%%"))
}

/// Who the service runs as: the folder's owner, by number, so that it may write there. Never root:
/// for root's folder a user is named that is still to be made, as the unit says.
#[cfg(unix)]
fn service_user(dir: &Path) -> String {
    if let Ok(folder) = dir.metadata() {
        let owner = std::os::unix::fs::MetadataExt::uid(&folder);
        if owner != 0 {
            return owner.to_string();
        }
    }
    "hostmessenger".to_owned()
}

/// A word for a unit file (systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers").
#[cfg(unix)]
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    let escaped = word
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%")
        .replace('$', "$$");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten_and_what_was_kept_is_said() {
        let dir = tempfile::tempdir().expect("a folder");
        let dir = dir.path().join("new/folder");
        let first = init(&dir).expect("unpacked");
        assert!(
            first
                .iter()
                .all(|(_, unpacked)| *unpacked == Unpacked::Written)
        );
        fs::write(dir.join(FILE_NAME), "language: de\n").expect("written");
        let last = &first.last().expect("files").0;
        fs::remove_file(last).expect("removed");
        let second: Vec<_> = init(&dir)
            .expect("unpacked")
            .into_iter()
            .map(|(_, u)| u)
            .collect();
        let (last, others) = second.split_last().expect("files");
        assert!(others.iter().all(|unpacked| *unpacked == Unpacked::Kept));
        assert_eq!(*last, Unpacked::Written);
        assert_eq!(dir.join("hostmessenger.service").exists(), cfg!(unix));
        let text = fs::read_to_string(dir.join(FILE_NAME)).expect("read");
        assert_eq!(text, "language: de\n");
    }

    #[test]
    fn the_unpacked_configuration_is_closed_to_others_and_has_no_mistake() {
        let dir = tempfile::tempdir().expect("a folder");
        init(dir.path()).expect("unpacked");
        let file = dir.path().join(FILE_NAME);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&file).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let opened = File::open(&file).expect("there");
        assert!(!crate::is_open_to_others(&file, &opened).expect("judged"));
        let config = crate::load(&file, std::iter::empty()).unwrap_or_else(|m| panic!("{m}"));
        assert!(config.targets.is_empty() && config.account.is_none());
        assert_eq!(config.history_keep.as_secs(), 90 * 86_400);
    }

    #[test]
    fn the_examples_in_the_comments_are_right_once_they_are_uncommented() {
        let text: Vec<_> = CONFIG
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if rest.starts_with([' ', '#']) && !rest.starts_with("  ") => "",
                Some(rest) if rest.trim_start().starts_with('#') || rest.contains("umask") => "",
                Some(rest) => rest,
                None => line,
            })
            .collect();
        let text = text.join("\n");
        let mut mistakes = Vec::new();
        let file = Path::new("f");
        let tree = crate::yaml::read(&text, file, &mut mistakes).unwrap_or_default();
        crate::check::check(&tree, file, &mut mistakes);
        let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{told:#?}\n{text}");
        assert!(text.contains("\n  - name: router") && text.contains("\naccount:"));
    }

    #[cfg(unix)]
    #[test]
    fn the_unit_survives_odd_paths() {
        let unit = unit(
            Path::new("/opt/h m/100%/hostmessenger"),
            Path::new("/srv/a b%"),
            "1000",
        );
        assert!(unit.contains(
            "ExecStart=\"/opt/h m/100%%/hostmessenger\" run --no-console --config \"/srv/a b%%/hostmessenger.yaml\"\n"
        ));
        assert!(unit.contains("WorkingDirectory=/srv/a b%%\n") && !unit.contains("@P"));
        assert!(unit.contains("ReadWritePaths=\"/srv/a b%%\"\n"));
        assert!(unit.contains("\nUser=1000\n"));
    }

    #[cfg(unix)]
    #[test]
    fn the_service_runs_as_the_owner_of_the_folder_but_never_as_root() {
        use std::os::unix::fs::MetadataExt;

        assert_eq!(service_user(Path::new("/")), "hostmessenger");
        let dir = tempfile::tempdir().expect("a folder");
        let owner = dir.path().metadata().expect("there").uid();
        if owner == 0 {
            std::os::unix::fs::chown(dir.path(), Some(1234), None).expect("given away");
        }
        let user = if owner == 0 { 1234 } else { owner };
        assert_eq!(service_user(dir.path()), user.to_string());
    }
}
