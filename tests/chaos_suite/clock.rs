//! The wall clock as the program reads it, and its jumps. The monotonic one is left alone, as by a
//! system whose clock is set.
//!
//! libfaketime stands between the program and the C library, and reads the offset from a file.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::SignedDuration;

/// Where distributions put it.
const LIBRARIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
];

/// A clock that can be set.
pub(crate) struct Clock {
    library: PathBuf,
    offset: PathBuf,
    /// Every offset so far.
    offsets: RefCell<Vec<i64>>,
}

impl Clock {
    /// Right for now, with its file in this folder; `None` where libfaketime is not installed.
    pub(crate) fn in_folder(folder: &Path) -> Option<Self> {
        let library = LIBRARIES
            .iter()
            .map(PathBuf::from)
            .find(|at| at.is_file())?;
        let clock = Self {
            library,
            offset: folder.join("clock"),
            offsets: RefCell::default(),
        };
        clock.set(0);
        Some(clock)
    }

    /// Lets it be wrong by so many seconds.
    pub(crate) fn set(&self, seconds: i64) {
        // Never half a file.
        let fresh = self.offset.with_extension("new");
        std::fs::write(&fresh, format!("{seconds:+}\n")).unwrap();
        std::fs::rename(&fresh, &self.offset).unwrap();
        self.offsets.borrow_mut().push(seconds);
    }

    /// By how much it was set back, each time that it was.
    pub(crate) fn set_back(&self) -> Vec<SignedDuration> {
        let offsets = self.offsets.borrow();
        let steps = offsets.windows(2).map(|pair| pair[0] - pair[1]);
        let back = steps.filter(|by| *by > 0);
        back.map(SignedDuration::from_secs).collect()
    }

    /// Makes a program go by it.
    pub(crate) fn rules(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.offset)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }

    /// Takes away what the library leaves behind where a program is killed.
    pub(crate) fn clean_up_after(pid: u32) {
        for name in [
            format!("faketime_shm_{pid}"),
            format!("sem.faketime_sem_{pid}"),
        ] {
            // A program that ended by itself took it away.
            std::fs::remove_file(Path::new("/dev/shm").join(name)).ok();
        }
    }
}
