//! A small disk for the program alone, that can be filled.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::peers::guard::which;

/// Room for what the journal of a run needs.
const SIZE: &str = "size=24m";

/// A file system in memory; only root can have one.
pub(crate) struct Disk {
    path: PathBuf,
}

impl Disk {
    /// Mounts it; `None` where that is not allowed.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        std::fs::create_dir_all(path).unwrap();
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let mut mount = Command::new(which("mount"));
        mount.args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(path);
        let mounted = mount.output().unwrap();
        mounted.status.success().then(|| Self {
            path: path.to_owned(),
        })
    }

    /// Leaves no byte free.
    pub(crate) fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        for block in [vec![0; 1 << 20], vec![0; 1 << 12], vec![0; 1]] {
            // Until there is no room for one more.
            while file.write_all(&block).is_ok() {}
        }
    }

    /// Gives the room back.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.filler()).ok();
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the program may still have it open.
        Command::new(which("umount"))
            .arg("-l")
            .arg(&self.path)
            .output()
            .ok();
    }
}
