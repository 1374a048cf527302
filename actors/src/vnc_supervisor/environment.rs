//! What of this process's environment matters to remote control: what is installed, which session.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Read once; an argument of all that depends on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    /// `PATH`.
    pub(super) path: OsString,
    /// `WAYLAND_DISPLAY`, empty where there is none.
    pub(super) wayland_display: OsString,
    /// `XDG_RUNTIME_DIR`.
    pub(super) runtime_dir: OsString,
    /// The system is Windows.
    pub(super) windows: bool,
}

impl Environment {
    /// This process's.
    pub(super) fn of_process() -> Self {
        let read = |name| std::env::var_os(name).unwrap_or_default();
        Self {
            path: read("PATH"),
            wayland_display: read("WAYLAND_DISPLAY"),
            runtime_dir: read("XDG_RUNTIME_DIR"),
            windows: cfg!(windows),
        }
    }

    /// Whether this is a Wayland session.
    pub(super) fn is_wayland(&self) -> bool {
        !self.wayland_display.is_empty()
    }

    /// The compositor's socket (`wl_display_connect(3)`).
    pub(super) fn wayland_socket(&self) -> Option<PathBuf> {
        let display = Path::new(&self.wayland_display);
        let known = display.is_absolute() || !self.runtime_dir.is_empty();
        (self.is_wayland() && known).then(|| Path::new(&self.runtime_dir).join(display))
    }

    /// Where a program is; a name with a slash is taken as it stands.
    pub(super) fn find(&self, name: &OsStr) -> Option<PathBuf> {
        if name.is_empty() {
            return None;
        }
        if Path::new(name).components().count() > 1 {
            let path = std::path::absolute(name).ok()?;
            return self.program(path);
        }
        std::env::split_paths(&self.path)
            .filter(|dir| dir.is_absolute())
            .find_map(|dir| self.program(dir.join(name)))
    }

    /// On Windows the end of a program's name may be left out.
    fn program(&self, path: PathBuf) -> Option<PathBuf> {
        if is_program(&path) {
            return Some(path);
        }
        let whole = self.windows.then(|| {
            let mut whole = path.into_os_string();
            whole.push(".exe");
            PathBuf::from(whole)
        })?;
        is_program(&whole).then_some(whole)
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
