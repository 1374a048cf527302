//! Which disks there are. On Linux from the kernel's table alone: to look at a mount point, as
//! libraries do, would hang on a dead share.

use std::io;
use std::path::{Path, PathBuf};

use super::shown;
use crate::probe::kinds::disk::{DiskReason, Usage};
use crate::wording::Language;

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// Major and minor number of the device: the same for bind mounts of the same disk.
    device: String,
    /// Which part of the file system is mounted: `/`, or a folder or file of a bind mount.
    part: Vec<u8>,
    pub(super) point: PathBuf,
    read_only: bool,
    /// `ext4`
    kind: String,
    /// `/dev/sda1`, `server:/export`
    source: String,
}

/// File systems that are no disks. Those that say a size of 0 need not be here.
const PSEUDO: [&str; 34] = [
    "autofs",
    "binder",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fuse.gvfsd-fuse",
    "fuse.lxcfs",
    "fuse.portal",
    "fuse.snapfuse",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "none",
    "nsfs",
    "overlay",
    "proc",
    "pstore",
    "ramfs",
    "rootfs",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "smackfs",
    "squashfs",
    "sysfs",
    "tmpfs",
    "tracefs",
    "erofs",
];

/// What a container gets from its host as single files.
const FILES: [&str; 5] = [
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/dev/termination-log",
    "/etc/mtab",
];

impl Mount {
    /// The root is a disk whatever it is made of: `overlay` in a container, `tmpfs` on a live system.
    fn is_disk(&self) -> bool {
        if self.point == Path::new("/") {
            return true;
        }
        let single_file = FILES.iter().any(|file| self.point == Path::new(file));
        !single_file && !PSEUDO.contains(&self.kind.as_str())
    }

    /// A disk of this machine that can be written to: what has a device, such as `fuseblk` (NTFS), and
    /// not `fuse.sshfs`. ZFS names no device.
    pub(super) fn is_own_disk(&self) -> bool {
        let device = self.source.starts_with("/dev/") && self.source != "/dev/fuse";
        let own = device || self.kind == "zfs" || self.point == Path::new("/");
        own && !self.read_only
    }

    /// A size of 0 is how file systems say that they are not on a disk; `df` hides them too.
    #[expect(clippy::unused_self, reason = "that of Windows looks at it")]
    pub(super) fn is_worth_telling(&self, found: &Result<Usage, DiskReason>) -> bool {
        !found.as_ref().is_ok_and(|usage| usage.total == 0)
    }

    /// What people call it.
    #[expect(clippy::unused_async, reason = "that of Windows asks for a label")]
    pub(super) async fn place(&self, _: Language, _answers: bool) -> String {
        name_of(&self.point)
    }
}

/// Everything that is mounted and not hidden by a later mount.
#[cfg(target_os = "linux")]
pub(super) fn read() -> io::Result<Vec<Mount>> {
    Ok(parse(&std::fs::read("/proc/self/mountinfo")?))
}

/// Elsewhere: the root alone.
#[cfg(not(target_os = "linux"))]
pub(super) fn read() -> io::Result<Vec<Mount>> {
    Ok(vec![Mount {
        device: String::new(),
        part: b"/".to_vec(),
        point: super::root(),
        read_only: false,
        kind: String::new(),
        source: String::new(),
    }])
}

/// `proc_pid_mountinfo(5)`. A line that is not understood is passed over.
#[cfg(any(target_os = "linux", test))]
fn parse(table: &[u8]) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::new();
    for mount in table.split(|byte| *byte == b'\n').filter_map(parse_line) {
        // A later mount hides an earlier one on the same point.
        mounts.retain(|earlier| earlier.point != mount.point);
        mounts.push(mount);
    }
    mounts
}

#[cfg(any(target_os = "linux", test))]
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let device = fields.nth(2)?;
    let (part, point) = (fields.next()?, fields.next()?);
    // So many optional fields, then a dash.
    let kind = fields.by_ref().skip_while(|field| *field != b"-").nth(1)?;
    let source = fields.next()?;
    // Not the mount's own options: a service manager shows us /boot read-only, and it fills up all
    // the same.
    let options = fields.next().unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(Mount {
        device: text(device),
        part: unescape(part),
        point: path(unescape(point)),
        read_only: options.split(|byte| *byte == b',').any(|o| o == b"ro"),
        kind: text(kind),
        source: text(&unescape(source)),
    })
}

/// Blanks and the like come as `\040`.
#[cfg(any(target_os = "linux", test))]
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let octal = (first == b'\\')
            .then(|| after.get(..3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        out.push(octal.unwrap_or(first));
        rest = if octal.is_some() { &after[3..] } else { after };
    }
    out
}

#[cfg(any(target_os = "linux", test))]
fn path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

/// One mount for each disk: the one that shows it whole, else the one with the shortest path. The
/// root comes first.
pub(super) fn disks(mounts: Vec<Mount>) -> Vec<Mount> {
    let mut disks: Vec<Mount> = Vec::new();
    for mount in mounts.into_iter().filter(Mount::is_disk) {
        match disks.iter_mut().find(|known| known.device == mount.device) {
            Some(known) if rank(&mount) < rank(known) => *known = mount,
            Some(_) => {}
            None => disks.push(mount),
        }
    }
    disks.sort_by_key(|mount| mount.point != Path::new("/"));
    disks
}

fn rank(mount: &Mount) -> (bool, bool, usize) {
    let root = mount.point == Path::new("/");
    (!root, mount.part != b"/", mount.point.as_os_str().len())
}

/// Windows has paths that are not.
pub(super) fn is_on_a_drive(_: &Path) -> bool {
    true
}

/// What people call a mount point.
pub(super) fn name_of(point: &Path) -> String {
    shown(point)
}

/// Where a path leads in the end; it must exist. Blocks as long as the file system likes.
pub(super) fn real(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// The mount point that a real path (no symbolic links) lies on.
pub(super) fn point_of(path: &Path, mounts: &[Mount]) -> Option<PathBuf> {
    let holds = mounts.iter().filter(|mount| path.starts_with(&mount.point));
    let nearest = holds.max_by_key(|mount| mount.point.as_os_str().len())?;
    Some(nearest.point.clone())
}

#[cfg(test)]
mod tests;
