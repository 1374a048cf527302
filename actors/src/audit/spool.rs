//! What other processes of ours did (`hostmessenger vnc-password`) while the program may run.
//!
//! They do not write into the journal's database: SQLite would allow it, but a second writer can
//! make the monitor wait for its lock, and what it writes is lost where the file is being set aside
//! or memory stands in for it. So they leave a line in a spool, which the journal takes over at its
//! start, on RELOAD and every minute. A crash between taking and deleting must not double it: the
//! spool is renamed to a name of its own first, and that name is written down with its entries.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use hostmessenger_config::{create_private, create_private_dirs, replace_file};
use jiff::Timestamp;

use super::{Audited, Deed, Entry};

const SPOOL: &str = "audit-spool.jsonl";
const LOCK: &str = "audit-spool.lock";
/// What is taken over begins so.
const TAKEN: &str = "audit-taken-";
/// The key of the note that says which one was taken over last.
pub(crate) const CLEARED: &str = "audit-spool";
/// More than this is not written there, nor read.
const LARGEST: u64 = 256 << 10;
/// Entries taken over at once, at most.
const MOST: usize = 1_000;

/// Notes what a process beside the running program did; `AUDIT` shows it within a minute. Blocks.
///
/// # Errors
/// Where the folder cannot be written, or the spool is full because no program ever took it over.
pub fn note_from_outside(data_dir: &Path, deed: Deed) -> io::Result<()> {
    let audited = Audited {
        by: "command line".into(),
        deed,
    };
    let entry = Entry::new(crate::time::wall(), audited);
    let mut line = serde_json::to_vec(&entry)?;
    line.push(b'\n');
    create_private_dirs(data_dir)?;
    let lock = private(&data_dir.join(LOCK))?;
    lock.lock()?;
    let mut spool = private(&data_dir.join(SPOOL))?;
    if spool.metadata()?.len() + line.len() as u64 > LARGEST {
        return Err(io::Error::other("the spool of the audit trail is full"));
    }
    spool.write_all(&line)?;
    spool.sync_all()
}

/// Opens a file to write behind its end, for no other's eyes. A new one belongs to whom the folder
/// does, since the program may run as somebody else than who sets its password. That one could have
/// put a link there, for root to write and give away what it leads to: links are not followed.
fn private(path: &Path) -> io::Result<File> {
    match create_private(path) {
        // On Windows the folder's access list says whom its files are for.
        #[cfg(windows)]
        Ok(_made) => {}
        #[cfg(unix)]
        Ok(file) => give_to_folder(&file, path)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !path.symlink_metadata()?.is_file() {
                return Err(io::Error::other("is no plain file"));
            }
        }
        Err(error) => return Err(error),
    }
    let mut options = File::options();
    options.append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x20_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }
    options.open(path)
}

#[cfg(unix)]
fn give_to_folder(file: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let folder = path.parent().unwrap_or(path).metadata()?;
    let own = file.metadata()?;
    if (folder.uid(), folder.gid()) != (own.uid(), own.gid()) {
        // Who may not give it away owns the folder, or cannot help it.
        let _kept = fchown(file, Some(folder.uid()), Some(folder.gid()));
    }
    Ok(())
}

/// What waits to be taken over.
pub(crate) struct Taken {
    /// What to write down with the entries.
    pub name: String,
    /// What was done.
    pub entries: Vec<Entry>,
}

/// Takes one spool that waits; the same one again until it is [`cleared`].
///
/// # Errors
/// Where it can be neither read nor moved.
pub(crate) fn take(data_dir: &Path) -> io::Result<Option<Taken>> {
    let name = match waiting(data_dir)? {
        Some(name) => name,
        None => match set_apart(data_dir)? {
            Some(name) => name,
            None => return Ok(None),
        },
    };
    let entries = entries(&data_dir.join(&name))?;
    Ok(Some(Taken { name, entries }))
}

/// The journal has it.
pub(crate) fn cleared(data_dir: &Path, name: &str) -> io::Result<()> {
    fs::remove_file(data_dir.join(name))
}

/// One that was set apart before a crash.
fn waiting(data_dir: &Path) -> io::Result<Option<String>> {
    let folder = match fs::read_dir(data_dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        folder => folder?,
    };
    let names = folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter(|name| name.starts_with(TAKEN)).min())
}

/// Renames the spool, unless somebody is writing there; then it waits for the next time.
fn set_apart(data_dir: &Path) -> io::Result<Option<String>> {
    let spool = data_dir.join(SPOOL);
    if !spool.exists() {
        return Ok(None);
    }
    let lock = private(&data_dir.join(LOCK))?;
    if lock.try_lock().is_err() {
        return Ok(None);
    }
    // Who cannot read it leaves it where it is; a pipe would keep the journal waiting.
    if !spool.symlink_metadata()?.is_file() {
        return Err(io::Error::other("the spool is no plain file"));
    }
    drop(File::open(&spool)?);
    let name = format!("{TAKEN}{:016x}.jsonl", fastrand::u64(..));
    replace_file(&spool, &data_dir.join(&name))?;
    Ok(Some(name))
}

/// What is in a spool; lines that are none are passed over.
fn entries(path: &Path) -> io::Result<Vec<Entry>> {
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut text)?;
    let lines = text.split(|&byte| byte == b'\n').take(MOST);
    let now = crate::time::wall();
    Ok(lines
        .filter_map(|line| serde_json::from_slice::<Entry>(line).ok())
        .map(|entry| fit(entry, now))
        .collect())
}

/// Cleaned, and not from the future.
fn fit(entry: Entry, now: Timestamp) -> Entry {
    let audited = Audited {
        by: entry.by,
        deed: entry.deed,
    };
    Entry::new(entry.at.min(now), audited)
}

/// All that waits, without taking it: for who reads the journal from outside.
pub(super) fn look(data_dir: &Path) -> Vec<Entry> {
    let taken = waiting(data_dir).ok().flatten().map(PathBuf::from);
    let files = [Some(PathBuf::from(SPOOL)), taken];
    let read = |file| entries(&data_dir.join(file)).unwrap_or_default();
    files.into_iter().flatten().flat_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_taken_once_and_again_until_it_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        assert!(take(&data).unwrap().is_none());
        note_from_outside(&data, Deed::VncPasswordSet).unwrap();
        note_from_outside(&data, Deed::VncCodeMade).unwrap();
        let taken = take(&data).unwrap().unwrap();
        let deeds: Vec<_> = taken.entries.iter().map(|entry| &entry.deed).collect();
        assert_eq!(deeds, [&Deed::VncPasswordSet, &Deed::VncCodeMade]);
        // Meanwhile another is noted; the first is not lost and not mixed with it.
        note_from_outside(&data, Deed::VncPasswordSet).unwrap();
        let again = take(&data).unwrap().unwrap();
        assert_eq!((&again.name, again.entries.len()), (&taken.name, 2));
        assert_eq!(look(&data).len(), 3);
        cleared(&data, &again.name).unwrap();
        let next = take(&data).unwrap().unwrap();
        assert_eq!(next.entries.len(), 1);
        cleared(&data, &next.name).unwrap();
        assert!(take(&data).unwrap().is_none());
    }

    #[test]
    fn nonsense_is_passed_over_and_a_full_spool_takes_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let spool = dir.path().join(SPOOL);
        fs::write(&spool, b"\xff\n{}\nx\n").unwrap();
        note_from_outside(dir.path(), Deed::VncCodeMade).unwrap();
        assert_eq!(take(dir.path()).unwrap().unwrap().entries.len(), 1);
        fs::write(&spool, vec![b'x'; usize::try_from(LARGEST).unwrap()]).unwrap();
        assert!(note_from_outside(dir.path(), Deed::VncCodeMade).is_err());
    }

    #[test]
    fn while_somebody_writes_it_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        note_from_outside(dir.path(), Deed::VncCodeMade).unwrap();
        let lock = private(&dir.path().join(LOCK)).unwrap();
        lock.lock().unwrap();
        assert!(take(dir.path()).unwrap().is_none());
        drop(lock);
        assert!(take(dir.path()).unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (data, other) = (dir.path().join("data"), dir.path().join("other"));
        fs::create_dir(&data).unwrap();
        fs::write(&other, "").unwrap();
        std::os::unix::fs::symlink(&other, data.join(SPOOL)).unwrap();
        assert!(note_from_outside(&data, Deed::VncCodeMade).is_err());
        assert_eq!(fs::read(&other).unwrap(), b"");
        assert!(take(&data).is_err());
    }

    #[test]
    fn nobody_else_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        note_from_outside(&data, Deed::VncCodeMade).unwrap();
        for name in [SPOOL, LOCK] {
            let path = data.join(name);
            let file = File::open(&path).unwrap();
            let open = hostmessenger_config::is_open_to_others(&path, &file).unwrap();
            assert!(!open, "{name}");
        }
    }
}
