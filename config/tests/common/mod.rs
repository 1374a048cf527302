//! A folder as an owner would have it: a configuration with mode 0600 and its secrets beside it.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]

use std::fs;
use std::path::{Path, PathBuf};

use hostmessenger_config::{Config, Mistakes, load};
use tempfile::TempDir;

/// The files under `secrets/`, their text and their mode.
const SECRETS: [(&str, &str, u32); 7] = [
    ("xmpp", "hunter2-xmpp\n", 0o600),
    ("totp", "JBSWY3DPEHPK3PXP\n", 0o600),
    ("shop", "hunter2-shop\n", 0o600),
    ("mirror", "hunter2-mirror\n", 0o600),
    ("empty", "\n", 0o600),
    ("open", "hunter2-open\n", 0o644),
    ("not-base32", "hunter2-!\n", 0o600),
];

/// The reference file.
pub(crate) fn reference() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/reference.yaml");
    fs::read_to_string(file).unwrap()
}

pub(crate) struct Home {
    pub(crate) dir: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("secrets")).unwrap();
        for (name, text, mode) in SECRETS {
            let file = dir.path().join("secrets").join(name);
            write(&file, text.as_bytes(), mode);
        }
        Self { dir }
    }

    /// Writes a file with mode 0600.
    pub(crate) fn write(&self, name: &str, text: &[u8]) -> PathBuf {
        let file = self.dir.path().join(name);
        write(&file, text, 0o600);
        file
    }

    /// Loads a configuration.
    pub(crate) fn load(&self, text: &str, env: &[(&str, &str)]) -> Result<Config, Mistakes> {
        let file = self.write("f.yaml", text.as_bytes());
        load(&file, env.iter().map(|(k, v)| ((*k).into(), (*v).into())))
    }

    /// Mistakes as lines, without the folder's name.
    pub(crate) fn mistakes(&self, result: Result<Config, Mistakes>) -> Vec<String> {
        let folder = format!("{}{}", self.dir.path().display(), std::path::MAIN_SEPARATOR);
        let text = result.err().map(|mistakes| mistakes.to_string());
        let text = text.unwrap_or_default().replace(&folder, "");
        text.lines().map(str::to_owned).collect()
    }
}

pub(crate) fn write(file: &Path, text: &[u8], mode: u32) {
    fs::write(file, text).unwrap();
    protect(file, mode);
}

#[cfg(unix)]
fn protect(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

/// What others may do there is everything or nothing.
#[cfg(windows)]
fn protect(file: &Path, mode: u32) {
    let for_others = mode & 0o077;
    if for_others == 0 {
        hostmessenger_config::close_to_others(file).unwrap();
        return;
    }
    // No access list at all lets everyone do everything ([MS-DTYP] 2.4.6).
    let mut no_list = [0; 20];
    no_list[..4].copy_from_slice(&[1, 0, 0x4, 0x80]);
    hostmessenger_windows::acl::set_access(file, &no_list).unwrap();
}
