//! The folder as one file, for sending. A newcomer's trap: it holds a password like the folder does, so
//! it is for its owner's eyes from the first byte on.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use ruzstd::encoding::{CompressionLevel, compress};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;

use super::file::{CLOSED_DIR, mode_of, sync_dir};
use super::{FolderError, failed};

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Archive {
    /// `DIR.tar.zst`.
    TarZst,
    /// `DIR.zip`.
    Zip,
}

/// The file beside a folder that it is packed into. Errors: it is there already.
pub(crate) fn archive_of(folder: &Path, kind: Archive) -> Result<PathBuf, FolderError> {
    let folder = std::path::absolute(folder).map_err(failed(folder, "found"))?;
    let Some(name) = folder.file_name() else {
        return Err(FolderError::NoName { path: folder });
    };
    let mut name = OsString::from(name);
    name.push(match kind {
        Archive::TarZst => ".tar.zst",
        Archive::Zip => ".zip",
    });
    let path = folder.with_file_name(name);
    match path.symlink_metadata() {
        Err(_) => Ok(path),
        Ok(_) => Err(FolderError::Exists { path }),
    }
}

/// Packs a folder into a new file. Links and whatever else is no file are left out.
pub(crate) fn archive(folder: &Path, to: &Path, kind: Archive) -> Result<(), FolderError> {
    let beside = match to.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let unwritable = |source| failed(to, "written")(source);
    let mut new = tempfile::Builder::new();
    let new = new.prefix(".hostmessenger-").suffix(".packing");
    let mut new = new.tempfile_in(beside).map_err(unwritable)?;
    let name = folder.file_name().unwrap_or("hostmessenger".as_ref());
    let mut entries = Vec::new();
    collect(folder, Path::new(""), &mut entries)
        .and_then(|()| match kind {
            Archive::TarZst => tar(folder, Path::new(name), &entries, &mut new),
            Archive::Zip => zip(folder, Path::new(name), &entries, &mut new),
        })
        .and_then(|()| new.as_file().sync_all())
        .map_err(failed(to, "written"))?;
    match new.persist_noclobber(to) {
        Ok(_) => sync_dir(beside),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            let path = to.to_owned();
            Err(FolderError::Exists { path })
        }
        Err(error) => Err(unwritable(error.error)),
    }
}

/// What is in the folder, in an order that is always the same: its path inside, and whether it is a
/// folder itself.
fn collect(folder: &Path, inside: &Path, entries: &mut Vec<(PathBuf, bool)>) -> io::Result<()> {
    let found: io::Result<Vec<_>> = fs::read_dir(folder.join(inside))?.collect();
    let mut found = found?;
    found.sort_by_key(fs::DirEntry::file_name);
    for entry in found {
        let path = inside.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            entries.push((path.clone(), true));
            collect(folder, &path, entries)?;
        } else if kind.is_file() {
            entries.push((path, false));
        }
    }
    Ok(())
}

/// tar(5), with root as the owner of everything: whoever unpacks it owns it.
fn tar(
    folder: &Path,
    name: &Path,
    entries: &[(PathBuf, bool)],
    to: &mut NamedTempFile,
) -> io::Result<()> {
    // The compressor reads; a file without a name is in nobody's way.
    let mut plain = tempfile::tempfile_in(to.path().parent().unwrap_or(Path::new(".")))?;
    let mut tar = tar::Builder::new(BufWriter::new(&mut plain));
    let header = |mode, size, kind| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(size);
        header.set_uid(0);
        header.set_gid(0);
        let now = jiff::Timestamp::now().as_second();
        header.set_mtime(u64::try_from(now).unwrap_or_default());
        header
    };
    let dir = || header(CLOSED_DIR, 0, tar::EntryType::Directory);
    tar.append_data(&mut dir(), name, io::empty())?;
    for (inside, is_dir) in entries {
        let path = name.join(inside);
        if *is_dir {
            tar.append_data(&mut dir(), path, io::empty())?;
            continue;
        }
        let opened = File::open(folder.join(inside))?;
        let size = opened.metadata()?.len();
        let mut header = header(mode_of(inside), size, tar::EntryType::Regular);
        tar.append_data(&mut header, path, opened)?;
    }
    tar.into_inner()?.flush()?;
    plain.rewind()?;
    let mut source = Calm::new(BufReader::new(plain));
    let mut packed = Calm::new(BufWriter::new(to.as_file_mut()));
    compress(&mut source, &mut packed, CompressionLevel::Fastest);
    source.ended()?;
    packed.ended()?.flush()
}

/// The compressor panics where a file fails. This keeps the error for later, and lets it run out.
struct Calm<T> {
    inner: T,
    error: Option<io::Error>,
}

impl<T> Calm<T> {
    fn new(inner: T) -> Self {
        Self { inner, error: None }
    }

    fn ended(self) -> io::Result<T> {
        self.error.map_or(Ok(self.inner), Err)
    }
}

impl<T: Read> Read for Calm<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    return Ok(0);
                }
                read => return read,
            }
        }
    }
}

impl<T: Write> Write for Calm<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.error.is_none() {
            self.error = self.inner.write_all(bytes).err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn zip(
    folder: &Path,
    name: &Path,
    entries: &[(PathBuf, bool)],
    to: &mut NamedTempFile,
) -> io::Result<()> {
    let mut zip = zip::ZipWriter::new(BufWriter::new(to.as_file_mut()));
    // Also where it is packed on Windows: that knows no modes, but who unpacks it may.
    let options = SimpleFileOptions::default()
        .last_modified_time(now())
        .system(zip::System::Unix);
    let dir = options.unix_permissions(CLOSED_DIR);
    zip.add_directory_from_path(name, dir)?;
    for (inside, is_dir) in entries {
        let path = name.join(inside);
        if *is_dir {
            zip.add_directory_from_path(path, dir)?;
            continue;
        }
        zip.start_file_from_path(path, options.unix_permissions(mode_of(inside)))?;
        io::copy(&mut File::open(folder.join(inside))?, &mut zip)?;
    }
    zip.finish()?.flush()
}

/// The time as zip has it: without a zone.
fn now() -> zip::DateTime {
    let now = jiff::Zoned::now();
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    zip::DateTime::from_date_and_time(
        u16::try_from(now.year()).unwrap_or_default(),
        part(now.month()),
        part(now.day()),
        part(now.hour()),
        part(now.minute()),
        part(now.second()),
    )
    .unwrap_or_default()
}
