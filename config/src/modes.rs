//! Whether a file system knows whom a file belongs to and what others may. Those of sticks do not: every
//! file shows the same mode there, and no `chmod` changes it.

use std::path::Path;

/// Whether `chmod` means anything for this file. Where it cannot be found out, yes.
#[cfg(target_os = "linux")]
pub(crate) fn keeps_modes(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let Ok(system) = rustix::fs::statfs(file) else {
        return true;
    };
    // Magic numbers have 32 bits; the type is wider, and signed, on some machines.
    let magic = u32::try_from(system.f_type & 0xffff_ffff).unwrap_or_default();
    linux::keeps_modes(magic, || {
        let device = file.metadata().ok()?.dev();
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        linux::type_of(&mounts, &format!("{major}:{minor}")).map(str::to_owned)
    })
}

/// On other systems there are modes everywhere.
#[cfg(not(target_os = "linux"))]
pub(crate) fn keeps_modes(_file: &Path) -> bool {
    true
}

#[cfg(any(test, target_os = "linux"))]
mod linux {
    // statfs(2), and linux/magic.h.
    const MSDOS: u32 = 0x4d44;
    const EXFAT: u32 = 0x2011_bab0;
    const NTFS: u32 = 0x5346_544e;
    const NTFS3: u32 = 0x7366_746e;
    const FUSE: u32 = 0x6573_5546;

    /// By its number; `mounted_as` is asked where that says only that a program is behind it.
    pub(super) fn keeps_modes(magic: u32, mounted_as: impl FnOnce() -> Option<String>) -> bool {
        match magic {
            MSDOS | EXFAT | NTFS | NTFS3 => false,
            // NTFS and exFAT by a program of their own; others, sshfs say, know modes.
            FUSE => mounted_as().as_deref() != Some("fuseblk"),
            _ => true,
        }
    }

    /// The type of a mounted device, `8:17`, by the lines of `/proc/self/mountinfo`
    /// (`proc_pid_mountinfo(5)`).
    pub(super) fn type_of<'a>(mounts: &'a str, device: &str) -> Option<&'a str> {
        let mut lines = mounts.lines();
        let line = lines.find(|line| line.split(' ').nth(2) == Some(device))?;
        line.split_once(" - ")?.1.split(' ').next()
    }
}

#[cfg(test)]
mod tests {
    use super::linux::{keeps_modes, type_of};

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
90 22 8:17 / /media/stick rw,nosuid - fuseblk /dev/sdb1 rw,user_id=0
91 22 0:44 / /home/a/far rw - fuse.sshfs a@far:/ rw
";

    #[test]
    fn the_file_systems_of_sticks_keep_none_and_all_others_do() {
        let unasked = || panic!("the number says it");
        for stick in [0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e] {
            assert!(!keeps_modes(stick, unasked), "{stick:x}");
        }
        // ext4, tmpfs, btrfs, NFS.
        for disk in [0xef53, 0x0102_1994, 0x9123_683e, 0x6969] {
            assert!(keeps_modes(disk, unasked), "{disk:x}");
        }
    }

    #[test]
    fn a_program_behind_a_stick_is_told_from_one_behind_a_share() {
        let of = |device: &str| type_of(MOUNTS, device).map(str::to_owned);
        assert_eq!(of("8:17").as_deref(), Some("fuseblk"));
        assert_eq!(of("8:1").as_deref(), Some("ext4"));
        assert_eq!(of("9:9"), None);
        assert!(!keeps_modes(0x6573_5546, || of("8:17")));
        assert!(keeps_modes(0x6573_5546, || of("0:44")));
        assert!(keeps_modes(0x6573_5546, || None));
    }

    #[test]
    fn a_file_here_has_modes() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(super::keeps_modes(dir.path()));
    }
}
