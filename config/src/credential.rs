//! Credentials that the service manager hands to the service (systemd.exec(5), `LoadCredential=`):
//! the key of a secret's file says `credential:NAME`, and NAME is a file in the folder that
//! `$CREDENTIALS_DIRECTORY` names.
//!
//! A trap: the folder is of one start of the service. Whoever calls `check` by hand has none, and
//! a secret that changed is seen after a restart, not at a RELOAD.

use std::path::{Path, PathBuf};

use crate::source;

/// What the value begins with. A file that is really called so is `./credential:…`.
const PREFIX: &str = "credential:";

/// Why a secret could not be had: what is wrong, and what would be right.
pub(crate) struct NoSecret {
    pub(crate) problem: String,
    pub(crate) allowed: String,
}

/// Reads a secret: a credential, or a file whose relative path starts at `folder`.
/// `credentials` is what `$CREDENTIALS_DIRECTORY` says.
pub(crate) fn read_secret(
    file: &Path,
    folder: &Path,
    credentials: Option<&Path>,
) -> Result<String, NoSecret> {
    let name = file.to_str().and_then(|text| text.strip_prefix(PREFIX));
    let (path, allowed) = match name {
        Some(name) => (
            place(name, credentials)?,
            format!("a credential that the unit loads, LoadCredential={name}:FILE"),
        ),
        None => (
            folder.join(file),
            "a file that holds nothing but the secret, on one line".to_owned(),
        ),
    };
    source::read_secret(&path).map_err(|problem| NoSecret {
        // The command that mends it says it all.
        allowed: if problem.contains("mend it with") {
            String::new()
        } else {
            allowed
        },
        problem,
    })
}

/// The file that a secret's key names; `None`: it names a credential, which only the service
/// manager can change.
pub(crate) fn file(file: &Path, folder: &Path) -> Option<PathBuf> {
    let named = file.to_str().is_some_and(|text| text.starts_with(PREFIX));
    (!named).then(|| folder.join(file))
}

/// The file of a credential.
fn place(name: &str, credentials: Option<&Path>) -> Result<PathBuf, NoSecret> {
    // What systemd takes for a name, and no way out of the folder.
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | '\\' | ':');
    if matches!(name, "" | "." | "..") || name.len() > 255 || !name.chars().all(plain) {
        return Err(NoSecret {
            problem: "names no credential".into(),
            allowed: "credential:NAME, a name without a slash".into(),
        });
    }
    match credentials {
        Some(folder) => Ok(folder.join(name)),
        None => Err(NoSecret {
            problem: "is a credential, and CREDENTIALS_DIRECTORY is not set".into(),
            allowed: format!(
                "in a service whose unit has LoadCredential={name}:FILE; elsewhere set it to a folder with a file '{name}'"
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Result<PathBuf, String> {
        place(name, Some(Path::new("/run/credentials/x"))).map_err(|no| no.problem)
    }

    #[test]
    fn a_credential_is_a_file_of_its_folder_and_of_no_other() {
        assert_eq!(found("xmpp"), Ok("/run/credentials/x/xmpp".into()));
        for name in [
            "",
            ".",
            "..",
            "../shadow",
            "/etc/shadow",
            "a b",
            "a\\b",
            "ä",
        ] {
            assert_eq!(found(name), Err("names no credential".into()), "{name}");
        }
        assert!(found(&"x".repeat(256)).is_err());
    }
}
