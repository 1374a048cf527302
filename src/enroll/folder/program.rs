//! The program that goes into the folder: this one, or one for another system.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{FolderError, failed, file};

/// The program of Windows, in the folder.
pub(crate) const WINDOWS: &str = "hostmessenger.exe";

/// A test build has about 300 MiB.
const LIMIT: u64 = 1 << 30;

/// Copies it. Answers its name there.
pub(super) fn put(folder: &Path, binary: Option<&Path>) -> Result<&'static str, FolderError> {
    let (path, opened) = open(binary)?;
    let mut program = opened.map_err(failed(&path, "read"))?;
    let is_file = program.metadata().is_ok_and(|found| found.is_file());
    let mut magic = Vec::new();
    let began = if is_file {
        let begin = program.by_ref().take(4).read_to_end(&mut magic);
        begin.and_then(|_| program.seek(SeekFrom::Start(0)))
    } else {
        Ok(0)
    };
    began.map_err(failed(&path, "read"))?;
    let Some(name) = name_of(&magic) else {
        return Err(FolderError::NoProgram { path });
    };
    file::write(folder, name, program, LIMIT)?;
    Ok(name)
}

fn open(binary: Option<&Path>) -> Result<(PathBuf, io::Result<File>), FolderError> {
    if let Some(path) = binary {
        // A pipe would be waited for.
        let found = path.metadata().map_err(failed(path, "read"))?;
        if !found.is_file() {
            let path = path.to_owned();
            return Err(FolderError::NoProgram { path });
        }
        return Ok((path.to_owned(), File::open(path)));
    }
    let own = std::env::current_exe().map_err(failed(Path::new("hostmessenger"), "found"))?;
    let opened = open_own(&own);
    Ok((own, opened))
}

/// One that was replaced while it runs is still to be had there (`proc_pid_exe(5)`).
#[cfg(target_os = "linux")]
fn open_own(own: &Path) -> io::Result<File> {
    File::open("/proc/self/exe").or_else(|_| File::open(own))
}

#[cfg(not(target_os = "linux"))]
fn open_own(own: &Path) -> io::Result<File> {
    File::open(own)
}

/// The name by the first bytes: a program of Linux (ELF), Windows (MZ) or macOS (Mach-O, alone or
/// several in one).
fn name_of(magic: &[u8]) -> Option<&'static str> {
    match magic {
        [b'M', b'Z', ..] => Some(WINDOWS),
        [0x7f, b'E', b'L', b'F']
        | [0xfe, 0xed, 0xfa, 0xce | 0xcf]
        | [0xce | 0xcf, 0xfa, 0xed, 0xfe]
        | [0xca, 0xfe, 0xba, 0xbe] => Some("hostmessenger"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_follows_the_first_bytes() {
        assert_eq!(name_of(b"\x7fELF"), Some("hostmessenger"));
        assert_eq!(name_of(b"MZ\x90\0"), Some("hostmessenger.exe"));
        assert_eq!(name_of(&[0xcf, 0xfa, 0xed, 0xfe]), Some("hostmessenger"));
        for other in [&b"#!/b"[..], b"PK\x03\x04", b"M", b""] {
            assert_eq!(name_of(other), None, "{other:?}");
        }
    }
}
