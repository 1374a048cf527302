//! Which drives there are, on Windows. From the kernel's table of names alone: to look at a drive, as
//! libraries do, would hang on a dead share. What only the drive itself can tell, its label say, is
//! asked by a helper once it has answered another question.

use std::io;
use std::path::{Component, Path, PathBuf, Prefix};
use std::sync::LazyLock;
use std::time::Duration;

use hostmessenger_windows::drives::device;
use hostmessenger_windows::volumes;
use winsafe::{GetDriveType, GetLogicalDrives, GetVolumeInformation, GetVolumePathName, co};

use super::{STACK, shown};
use crate::probe::kinds::disk::{DiskReason, Usage};
use crate::probe::kinds::one_per_key::OnePerKey;
use crate::sys_error::of_winsafe;
use crate::text::clean;
use crate::wording::{Language, host_info as say};

/// For label and kind of a drive that has just said how much is free.
const PATIENCE: Duration = Duration::from_millis(800);

static LABELS: LazyLock<OnePerKey<PathBuf, Label>> = LazyLock::new(OnePerKey::default);

/// What a letter stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Device {
    /// A disk, a card reader, a stick.
    Disk,
    Cd,
    /// `\\server\share`
    Share(String),
    /// A folder of another drive (`subst`).
    Folder,
}

/// A drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// `C:\`
    pub(super) point: PathBuf,
    device: Device,
}

/// What a drive tells of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Label {
    name: String,
    /// `NTFS`
    file_system: String,
    removable: bool,
}

impl Mount {
    /// A disk that is built in.
    pub(super) fn is_own_disk(&self) -> bool {
        self.device == Device::Disk && kind(&self.point) == co::DRIVE::FIXED
    }

    /// Empty drives, and what has no size, are no disks.
    pub(super) fn is_worth_telling(&self, found: &Result<Usage, DiskReason>) -> bool {
        match found {
            Ok(usage) => usage.total > 0,
            Err(DiskReason::NoMedium { .. }) => matches!(self.device, Device::Share(_)),
            Err(_) => true,
        }
    }

    /// `C: (System, NTFS)`; of one that does not answer only what is known without it, maybe `C`.
    pub(super) async fn place(&self, lang: Language, answers: bool) -> String {
        let label = if answers { self.label().await } else { None };
        self.named(lang, label.unwrap_or_default())
    }

    async fn label(&self) -> Option<Label> {
        let point = self.point.clone();
        let call = LABELS.join_or_start(&self.point, &("label", STACK), move || label(&point));
        let call = call.ok()?;
        let answer = tokio::time::timeout(PATIENCE, call.answer()).await;
        answer.ok().flatten()
    }

    fn named(&self, lang: Language, label: Label) -> String {
        let kind = match &self.device {
            Device::Share(_) => say::share(lang),
            Device::Cd => say::compact_disc(lang),
            Device::Disk if label.removable => say::removable(lang),
            Device::Disk | Device::Folder => String::new(),
        };
        let first = match &self.device {
            Device::Share(share) => [clean(share, 100), String::new()],
            _ => [label.name, label.file_system],
        };
        let known: Vec<_> = first.into_iter().chain([kind]).collect();
        let known: Vec<_> = known.into_iter().filter(|part| !part.is_empty()).collect();
        let letter = name_of(&self.point);
        if known.is_empty() {
            // The line has a colon of its own behind it.
            return letter.trim_end_matches(':').to_owned();
        }
        format!("{letter} ({})", known.join(", "))
    }
}

/// Whether a path begins with a letter, or is none that begins at all (and is refused as such).
pub(super) fn is_on_a_drive(path: &Path) -> bool {
    match path.components().next() {
        Some(Component::Prefix(prefix)) => {
            matches!(prefix.kind(), Prefix::Disk(_) | Prefix::VerbatimDisk(_))
        }
        _ => !path.is_absolute(),
    }
}

/// `C:`, without the backslash that paths need.
pub(super) fn name_of(point: &Path) -> String {
    shown(point).trim_end_matches('\\').to_owned()
}

fn kind(point: &Path) -> co::DRIVE {
    GetDriveType(Some(&point.to_string_lossy()))
}

/// Blocks as long as the drive likes.
fn label(point: &Path) -> Label {
    let (mut name, mut file_system) = (String::new(), String::new());
    let told = GetVolumeInformation(
        Some(&point.to_string_lossy()),
        Some(&mut name),
        None,
        None,
        None,
        Some(&mut file_system),
    );
    if let Err(error) = told {
        tracing::debug!(%error, "label of a drive not told");
    }
    Label {
        name: clean(name.trim(), 60),
        file_system: clean(file_system.trim(), 20),
        removable: kind(point) == co::DRIVE::REMOVABLE,
    }
}

/// All letters that stand for something, and the volumes that are in folders alone. Asks no drive.
#[expect(clippy::unnecessary_wraps, reason = "other systems may fail")]
pub(super) fn read() -> io::Result<Vec<Mount>> {
    let letters = GetLogicalDrives();
    let letters = ('A'..='Z').filter(|letter| letters & (1 << (u32::from(*letter) - 65)) != 0);
    let mount = |letter: char| Mount {
        point: format!("{letter}:\\").into(),
        // A letter without a device has just gone: the drive itself will say so.
        device: device(letter).map_or(Device::Disk, |device| meaning(&device)),
    };
    let mut mounts: Vec<_> = letters.map(mount).collect();
    match volumes::mounted() {
        Ok(volumes) => mounts.extend(volumes.iter().filter_map(|paths| in_folder(paths))),
        Err(error) => tracing::debug!(%error, "volumes in folders not told"),
    }
    Ok(mounts)
}

/// A volume that no letter leads to, by the first of its folders.
fn in_folder(paths: &[String]) -> Option<Mount> {
    let is_letter = |path: &String| path.len() <= r"C:\".len();
    let folder = paths.iter().min()?;
    (!paths.iter().any(is_letter)).then(|| Mount {
        point: folder.into(),
        device: Device::Disk,
    })
}

/// What the kernel's name of a device says.
fn meaning(device: &str) -> Device {
    // `subst`, to a share or to a folder.
    if let Some(path) = device.strip_prefix(r"\??\") {
        return match path.strip_prefix(r"UNC\") {
            Some(share) => Device::Share(format!(r"\\{share}")),
            None => Device::Folder,
        };
    }
    let path = device.strip_prefix(r"\Device\").unwrap_or(device);
    if path.starts_with("CdRom") {
        return Device::Cd;
    }
    // `LanmanRedirector\;Z:0000000000012345\server\share`, and the same of other redirectors
    // (`Mup`, `WebDavRedirector`, `VBoxMiniRdr`).
    let share = path
        .rsplit_once(r"\;")
        .and_then(|(_, rest)| rest.split_once('\\'));
    match share {
        Some((_, share)) => Device::Share(format!(r"\\{}", share.trim_start_matches('\\'))),
        None => Device::Disk,
    }
}

/// Each drive once: a folder of another one is not a drive.
pub(super) fn disks(mut mounts: Vec<Mount>) -> Vec<Mount> {
    mounts.retain(|mount| mount.device != Device::Folder);
    mounts
}

/// Where a path really lies; it must exist. Blocks as long as the drive likes.
pub(super) fn real(path: &Path) -> io::Result<PathBuf> {
    let real = match path.canonicalize() {
        Ok(real) => simple(&real),
        // INVALID_FUNCTION: drivers of memory disks do not know the question.
        Err(error) if error.raw_os_error() == Some(1) => path.to_owned(),
        Err(error) => return Err(error),
    };
    // Volumes may be mounted in folders, as on Linux.
    let point = GetVolumePathName(&real.to_string_lossy()).map_err(of_winsafe)?;
    Ok(point.into())
}

/// `C:\x` of `\\?\C:\x`, and `\\server\share\x` of `\\?\UNC\server\share\x`.
fn simple(path: &Path) -> PathBuf {
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else {
        return path.to_owned();
    };
    let start = match prefix.kind() {
        Prefix::VerbatimDisk(letter) => format!("{}:", char::from(letter)),
        Prefix::VerbatimUNC(server, share) => {
            format!(r"\\{}\{}", server.display(), share.display())
        }
        _ => return path.to_owned(),
    };
    let mut simple = PathBuf::from(start);
    simple.extend(parts);
    simple
}

/// The mount point is known already: see [`real`].
#[expect(clippy::unnecessary_wraps, reason = "on Linux there may be none")]
pub(super) fn point_of(path: &Path, _: &[Mount]) -> Option<PathBuf> {
    Some(path.to_owned())
}

#[cfg(test)]
mod tests;
