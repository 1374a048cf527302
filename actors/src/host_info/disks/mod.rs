//! HD: what is free on each disk. The file systems are asked by the helpers of the disk checks, so
//! that a share that hangs holds one thread, whoever asks.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hostmessenger_config::Language;

use crate::probe::kinds::disk::{DiskHelpers, DiskReason, Usage, usage};
use crate::probe::kinds::one_per_key::OnePerKey;
use crate::text::clean;
use crate::wording::reasons::disk as reasons;
use crate::wording::{host_info as say, numbers};

mod mounts;

/// For the answer as a whole, under the 5 s of the contract. All disks are asked at once.
const DEADLINE: Duration = Duration::from_millis(4_600);
/// For each disk, and for where a path leads.
const PATIENCE: Duration = Duration::from_millis(3_600);
/// For the list of mounts, which takes no time unless the kernel is in trouble.
const TABLE_PATIENCE: Duration = Duration::from_secs(1);
/// Paths that may hang at once. Each holds a thread, and whoever may look can name any number.
const MOST_HANGING: usize = 16;
/// `realpath` on a thread.
const STACK: usize = 64 * 1024;

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

/// All disks, a line each.
pub(super) async fn all(lang: Language, helpers: &DiskHelpers) -> String {
    match mounts::ask(lang).await {
        Ok(mounts) => tell_all(lang, mounts::disks(mounts), helpers).await,
        Err(why) => say::no_mounts(lang, why),
    }
}

async fn tell_all(lang: Language, mounts: Vec<mounts::Mount>, helpers: &DiskHelpers) -> String {
    let lines = mounts.into_iter().map(|mount| async move {
        let found = usage(&mount.point, PATIENCE, helpers).await;
        // A size of 0 is how file systems say that they are not on a disk; `df` hides them too.
        let of_no_disk = found.as_ref().is_ok_and(|usage| usage.total == 0);
        (!of_no_disk).then(|| line(lang, &shown(&mount.point), found))
    });
    let lines: Vec<_> = join_all(lines).await.into_iter().flatten().collect();
    if lines.is_empty() {
        return say::no_disk(lang);
    }
    lines.join("\n")
}

/// The disk under one path.
pub(super) async fn under(lang: Language, path: &str, helpers: &DiskHelpers) -> String {
    tell_one(lang, path, helpers, &PATHS).await
}

async fn tell_one(lang: Language, path: &str, helpers: &DiskHelpers, paths: &Paths) -> String {
    let asked = Path::new(path);
    if !asked.is_absolute() {
        return say::not_absolute(lang, clean(path, 200));
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
    let mounts = mounts::ask(lang).await.unwrap_or_default();
    let point = mounts::point_of(&real, &mounts).unwrap_or(real);
    let place = if point == asked {
        shown(asked)
    } else {
        say::on_disk(lang, shown(asked), shown(&point))
    };
    let left = DEADLINE.saturating_sub(began.elapsed());
    let found = usage(&point, left, helpers).await;
    line(lang, &place, found)
}

/// Where a path leads in the end; it must exist.
async fn lead_of(path: &Path, paths: &Paths) -> Answer {
    let asked = path.to_owned();
    let call = paths.join_or_start(&path.to_owned(), ("path", STACK), move || {
        asked
            .canonicalize()
            .map_err(|error| refusal(&error, &asked))
    });
    let no_helper = |why: String| DiskReason::NoHelper { why };
    let mut call = call.map_err(|error| no_helper(error.to_string()))?;
    match tokio::time::timeout(PATIENCE, call.answer()).await {
        Ok(Some(answer)) => answer,
        Ok(None) => Err(no_helper("the helper ended without an answer".to_owned())),
        Err(_) => Err(DiskReason::Hangs {
            since: call.since,
            lasting: call.began.elapsed(),
        }),
    }
}

fn refusal(error: &io::Error, path: &Path) -> DiskReason {
    let path = shown(path);
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => DiskReason::Missing { path },
        io::ErrorKind::PermissionDenied => DiskReason::Denied { path },
        _ => DiskReason::Io {
            why: clean(&error.to_string(), 200),
        },
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
