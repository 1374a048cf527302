//! The log file of a service: it has a size that it never passes by much, and four older ones.
//!
//! A newcomer's trap: on Windows a file that somebody has open cannot be renamed unless he allows it.
//! Then the same file goes on, so that no line is lost for the sake of order.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hostmessenger_config::create_private;

/// Bytes of one file.
pub(super) const LIMIT: u64 = 5 << 20;
/// Older files that are kept: `.1` is the newest of them.
const OLDER: u32 = 4;

/// The file that is written now.
pub(super) struct Rotated {
    path: PathBuf,
    file: File,
    size: u64,
    limit: u64,
}

impl Rotated {
    /// Opens it, to go on at its end.
    pub(super) fn open(path: &Path, limit: u64) -> io::Result<Self> {
        // Made for nobody else; one that is there stays as open as it is.
        match create_private(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().append(true).open(path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path: path.to_owned(),
            file,
            size,
            limit,
        })
    }

    /// Writes a line.
    pub(super) fn write(&mut self, line: &str) -> io::Result<()> {
        if self.size > 0 && self.size.saturating_add(line.len() as u64) > self.limit {
            self.turn()?;
        }
        self.file.write_all(line.as_bytes())?;
        self.size = self.size.saturating_add(line.len() as u64);
        Ok(())
    }

    fn turn(&mut self) -> io::Result<()> {
        for older in (1..OLDER).rev() {
            // One that is not there is none to move.
            let _none = fs::rename(self.older(older), self.older(older + 1));
        }
        if fs::rename(&self.path, self.older(1)).is_ok() {
            *self = Self::open(&self.path, self.limit)?;
        } else {
            // It is tried again when as much again is written.
            self.size = 0;
        }
        Ok(())
    }

    fn older(&self, number: u32) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(format!(".{number}"));
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_stay_and_the_files_keep_their_size() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("hostmessenger.log");
        let mut log = Rotated::open(&path, 40).expect("opened");
        for number in 0..98 {
            log.write(&format!("line {number:04}\n")).expect("written");
        }
        drop(log);
        let now = File::open(&path).expect("there");
        let is_open = hostmessenger_config::is_open_to_others(&path, &now);
        assert!(!is_open.expect("judged"));
        let mut log = Rotated::open(&path, 40).expect("opened again");
        log.write("the last\n").expect("written");
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("there");
        assert!(read("hostmessenger.log").ends_with("line 0097\nthe last\n"));
        let entries = fs::read_dir(dir.path()).expect("a folder").count();
        assert_eq!(entries, 5);
        for older in 1..=4 {
            let text = read(&format!("hostmessenger.log.{older}"));
            assert!(text.len() <= 40 && text.ends_with('\n'), "{text}");
        }
    }
}
