//! HD: what is free on each disk. The file systems are asked by the helpers of the disk checks, so
//! that a share that hangs holds one thread, whoever asks.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hostmessenger_config::Language;

use crate::probe::kinds::disk::{DiskHelpers, DiskReason, Usage, failure, usage};
use crate::probe::kinds::one_per_key::OnePerKey;
use crate::sys_error::words;
use crate::text::clean;
use crate::wording::reasons::disk as reasons;
use crate::wording::{host_info as say, numbers};

#[cfg(windows)]
mod drives;
#[cfg(not(windows))]
mod mounts;

#[cfg(windows)]
use drives as mounts;

/// For the answer as a whole, under the 5 s of the contract. All disks are asked at once.
const DEADLINE: Duration = Duration::from_millis(4_600);
/// For each disk, and for where a path leads.
const PATIENCE: Duration = Duration::from_millis(3_600);
/// For the list of mounts, which takes no time unless the kernel is in trouble.
const TABLE_PATIENCE: Duration = Duration::from_secs(1);
/// Paths that may hang at once. Each holds a thread, and whoever may look can name any number.
const MOST_HANGING: usize = 16;
/// `realpath` on a thread; Windows wants more for the same.
const STACK: usize = if cfg!(windows) { 256 } else { 64 } * 1024;

type Table = Result<Vec<mounts::Mount>, String>;

static TABLES: LazyLock<OnePerKey<(), Table>> = LazyLock::new(OnePerKey::default);

type Answer = Result<PathBuf, DiskReason>;

/// Who finds out where paths lead.
type Paths = OnePerKey<PathBuf, Answer>;

/// Outlives the actor, since its threads do.
static PATHS: LazyLock<Paths> = LazyLock::new(Paths::default);

/// Mount points of this machine's own disks that can be written to: what a first start without a
/// configuration watches. Asks no file system.
pub fn own_disks() -> Vec<PathBuf> {
    let own: Vec<_> = mounts::disks(mounts::read().unwrap_or_default())
        .into_iter()
        .filter(mounts::Mount::is_own_disk)
        .map(|mount| mount.point)
        .collect();
    // A root that cannot be written to, and nothing else: still what fills up.
    if own.is_empty() { vec![root()] } else { own }
}

fn root() -> PathBuf {
    PathBuf::from(if cfg!(windows) { "C:\\" } else { "/" })
}

/// All mounts, without waiting for ever where a mount or unmount that is stuck holds the kernel's
/// table. Or why they are not to be had.
async fn mounted(lang: Language) -> Table {
    let read = || mounts::read().map_err(|error| words(&error));
    let call = TABLES.join_or_start(&(), &("mounts", STACK), read);
    let call = call.map_err(|error| say::no_thread(lang, error))?;
    match tokio::time::timeout(TABLE_PATIENCE, call.answer()).await {
        Ok(Some(table)) => table,
        Ok(None) => Err(say::crashed(lang)),
        Err(_) => Err(say::no_answer(
            lang,
            numbers::duration(call.began.elapsed()),
        )),
    }
}

/// All disks, a line each.
pub(super) async fn all(lang: Language, helpers: &DiskHelpers) -> String {
    match mounted(lang).await {
        Ok(mounts) => tell_all(lang, mounts::disks(mounts), helpers).await,
        Err(why) => say::no_mounts(lang, why),
    }
}

async fn tell_all(lang: Language, mounts: Vec<mounts::Mount>, helpers: &DiskHelpers) -> String {
    let lines = mounts.into_iter().map(|mount| async move {
        let found = usage(&mount.point, PATIENCE, helpers).await;
        if !mount.is_worth_telling(&found) {
            return None;
        }
        let place = mount.place(lang, found.is_ok()).await;
        Some(line(lang, &place, found))
    });
    let lines: Vec<_> = join_all(lines).await.into_iter().flatten().collect();
    if lines.is_empty() {
        return say::no_disk(lang);
    }
    lines.join("\n")
}

/// Whether Windows would look for this path on another machine, or may: whatever does not begin with
/// the letter of a drive. Elsewhere only what is mounted can be named.
pub(super) fn names_a_machine(path: &str) -> bool {
    cfg!(windows) && !mounts::is_on_a_drive(Path::new(path))
}

/// The disk under one path.
pub(super) async fn under(lang: Language, path: &str, helpers: &DiskHelpers) -> String {
    tell_one(lang, path, helpers, &PATHS).await
}

async fn tell_one(lang: Language, path: &str, helpers: &DiskHelpers, paths: &Paths) -> String {
    // `C:` alone is, for Windows, wherever a program happens to be on that drive.
    let whole = is_letter(path).then(|| format!("{path}\\"));
    let asked = Path::new(whole.as_deref().unwrap_or(path));
    if !asked.is_absolute() {
        let such_as = if cfg!(windows) { r"C:\Users" } else { "/home" };
        return say::not_absolute(lang, clean(path, 200), such_as);
    }
    if paths.len() >= MOST_HANGING && !paths.is_busy(&asked.to_owned()) {
        return say::too_many_hang(lang, MOST_HANGING);
    }
    let began = Instant::now();
    let real = match lead_of(asked, paths).await {
        Ok(real) => real,
        Err(reason) => return line(lang, &shown(asked), Err(reason)),
    };
    // Of a mount point, not of the path: paths are many, and each would be a helper of its own.
    let mounts = mounted(lang).await.unwrap_or_default();
    let point = mounts::point_of(&real, &mounts).unwrap_or(real);
    let place = if point == asked {
        shown(asked)
    } else {
        say::on_disk(lang, shown(asked), mounts::name_of(&point))
    };
    let left = DEADLINE.saturating_sub(began.elapsed());
    let found = usage(&point, left, helpers).await;
    line(lang, &place, found)
}

fn is_letter(path: &str) -> bool {
    cfg!(windows) && matches!(path.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic())
}

/// Where a path leads in the end; it must exist.
async fn lead_of(path: &Path, paths: &Paths) -> Answer {
    let asked = path.to_owned();
    let call = paths.join_or_start(&path.to_owned(), &("path", STACK), move || {
        mounts::real(&asked).map_err(|error| failure(&error, &asked))
    });
    let no_helper = |why: String| DiskReason::NoHelper { why };
    let call = call.map_err(|error| no_helper(error.to_string()))?;
    match tokio::time::timeout(PATIENCE, call.answer()).await {
        Ok(Some(answer)) => answer,
        Ok(None) => Err(no_helper("the helper ended without an answer".to_owned())),
        Err(_) => Err(DiskReason::Hangs {
            since: call.since,
            lasting: call.began.elapsed(),
        }),
    }
}

fn line(lang: Language, place: &str, found: Result<Usage, DiskReason>) -> String {
    let usage = match found {
        Ok(usage) => usage,
        Err(reason) => return say::disk_failed(lang, place, reasons::reason(lang, &reason)),
    };
    let Some(used) = percent_used(&usage) else {
        return say::disk_without_size(lang, place);
    };
    let size = |bytes| numbers::size(lang, bytes);
    say::disk(lang, place, size(usage.available), size(usage.total), used)
}

/// As `df` counts, rounded up: what is kept for root is neither free nor used.
fn percent_used(usage: &Usage) -> Option<u16> {
    let free = usage.available_share()?;
    Some((10_000 - free.0.min(10_000)).div_ceil(100))
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy(), 200)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

#[cfg(test)]
#[cfg(windows)]
mod windows_tests;
