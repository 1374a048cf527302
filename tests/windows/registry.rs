//! The registry of the VNC programs, in the prefix that all tests share: one test at a time.

use std::path::Path;

use tokio::sync::{Mutex, MutexGuard};

use crate::peers::runner::Runner;

/// TightVNC's settings.
const TIGHT: &str = r"HKEY_CURRENT_USER\Software\TightVNC\Server";
/// Those of all programs.
const KEYS: [&str; 4] = [
    r"HKEY_CURRENT_USER\Software\TightVNC",
    r"HKEY_CURRENT_USER\Software\TigerVNC",
    r"HKEY_CURRENT_USER\Software\RealVNC",
    r"HKEY_CURRENT_USER\Software\UltraVNC",
];
/// What [`Registry::set_theirs`] sets, as [`Registry::all`] tells it.
pub(crate) const THEIRS: &str = "HKEY_CURRENT_USER\\Software\\TightVNC\\Server\n\
    Password REG_BINARY 0123456789ABCDEF\n\
    RfbPort REG_DWORD 0x170d\n\
    Theirs REG_SZ a b";

static ONE: Mutex<()> = Mutex::const_new(());

/// Held by the test that has it; empty at both ends.
pub(crate) struct Registry {
    _one: MutexGuard<'static, ()>,
}

impl Registry {
    /// Waits for the others.
    pub(crate) async fn lock() -> Self {
        let one = ONE.lock().await;
        clear();
        Self { _one: one }
    }

    /// A user's own settings of TightVNC.
    pub(crate) fn set_theirs() {
        for (name, kind, value) in [
            ("RfbPort", "REG_DWORD", "5901"),
            ("Password", "REG_BINARY", "0123456789abcdef"),
            ("Theirs", "REG_SZ", "a b"),
        ] {
            reg(&["add", TIGHT, "/f", "/v", name, "/t", kind, "/d", value]);
        }
        assert_eq!(Self::all(), THEIRS);
    }

    /// All values, one a line, sorted within their key; empty: there is not one key.
    pub(crate) fn all() -> String {
        let mut told = Vec::new();
        for key in KEYS {
            let text = reg(&["query", key, "/s"]);
            let mut values = Vec::new();
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let words: Vec<&str> = line.split_whitespace().collect();
                if line.starts_with("HKEY") {
                    told.append(&mut values);
                    told.push(words.join(" "));
                } else {
                    values.push(words.join(" "));
                    values.sort();
                }
            }
            told.append(&mut values);
        }
        told.join("\n")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        clear();
    }
}

fn clear() {
    for key in KEYS {
        reg(&["delete", key, "/f"]);
    }
}

/// What `reg` prints of a key; nothing where it is not there.
fn reg(arguments: &[&str]) -> String {
    let mut command = Runner::Wine.command(Path::new("reg"));
    let output = command.args(arguments).output().unwrap();
    if !output.status.success() {
        return String::new();
    }
    String::from_utf8_lossy(&output.stdout).into_owned()
}
