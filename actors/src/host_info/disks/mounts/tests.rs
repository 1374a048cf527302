use proptest::prelude::*;

use super::*;

/// A desktop: a disk with a bind mount of it and a share, NTFS, what systemd mounts.
const DESKTOP: &str = r"
1 1 0:1 / / rw - rootfs rootfs rw
22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
23 22 0:21 / /proc rw - proc proc rw
24 22 0:22 / /sys rw - sysfs sysfs rw
25 22 0:5 / /dev rw - devtmpfs udev rw
26 25 0:24 / /dev/shm rw - tmpfs tmpfs rw
30 22 8:2 /srv/data /home/me/data rw - ext4 /dev/sda2 rw
31 22 8:1 / /boot/efi rw,relatime shared:2 master:7 - vfat /dev/sda1 rw
32 22 0:50 / /mnt/my\040share rw - cifs //nas/my\040share rw
33 22 0:51 / /home/me/far rw - fuse.sshfs me@far:/ rw
34 22 8:17 / /media/stick rw - fuseblk /dev/sdb1 rw
35 22 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro
36 22 11:0 / /media/cd ro - iso9660 /dev/sr0 ro
37 22 0:52 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
38 22 0:53 / /run/user/1000/doc rw - fuse.portal portal rw
39 22 0:54 / /tank rw - zfs tank rw
40 22 0:55 / /net rw - autofs systemd-1 rw
";

const CONTAINER: &str = r"
500 400 0:200 / / rw,relatime master:9 - overlay overlay rw,lowerdir=/a:/b
501 500 0:201 / /proc rw - proc proc rw
502 500 0:202 / /dev rw - tmpfs tmpfs rw
503 500 254:1 /docker/containers/x/hosts /etc/hosts rw - ext4 /dev/vda1 rw
504 500 254:1 /docker/containers/x/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda1 rw
505 500 254:1 /docker/volumes/v/_data /data/volume rw - ext4 /dev/vda1 rw
506 500 254:1 /docker/volumes/w/_data /data rw - ext4 /dev/vda1 rw
";

fn points(mounts: &[Mount]) -> Vec<&str> {
    mounts.iter().filter_map(|m| m.point.to_str()).collect()
}

#[test]
fn a_disk_is_told_once_and_what_is_no_disk_never() {
    let disks = disks(parse(DESKTOP.as_bytes()));
    assert_eq!(
        points(&disks),
        [
            "/",
            "/boot/efi",
            "/mnt/my share",
            "/home/me/far",
            "/media/stick",
            "/media/cd",
            "/tank"
        ]
    );
    assert_eq!(disks[0].kind, "ext4", "the later mount hides the earlier");
}

#[test]
fn own_disks_are_neither_shares_nor_read_only() {
    let mut disks = disks(parse(DESKTOP.as_bytes()));
    disks.retain(Mount::is_own_disk);
    assert_eq!(points(&disks), ["/", "/boot/efi", "/media/stick", "/tank"]);
}

#[test]
fn a_disk_that_is_read_only_for_this_service_alone_is_own() {
    // ProtectSystem= of systemd, over a disk that others write to.
    let table = "1 1 8:1 / /boot ro,nosuid master:2 - ext4 /dev/sda1 rw,errors=remount-ro\n\
                 2 1 8:2 / /iso rw - ext4 /dev/sda2 ro,norecovery\n";
    let own: Vec<_> = parse(table.as_bytes())
        .into_iter()
        .filter(Mount::is_own_disk)
        .collect();
    assert_eq!(points(&own), ["/boot"]);
}

#[test]
fn in_a_container_the_overlay_counts_and_single_files_do_not() {
    assert_eq!(points(&disks(parse(CONTAINER.as_bytes()))), ["/", "/data"]);
}

#[test]
fn a_mount_of_the_whole_disk_is_preferred_to_a_part_of_it() {
    let table =
        "1 1 8:1 /part /a rw - ext4 /dev/sda1 rw\n2 1 8:1 / /longer rw - ext4 /dev/sda1 rw\n";
    assert_eq!(points(&disks(parse(table.as_bytes()))), ["/longer"]);
}

#[test]
fn a_path_lies_on_the_nearest_mount_point() {
    let mounts = parse(DESKTOP.as_bytes());
    let on = |path: &str| point_of(Path::new(path), &mounts).unwrap();
    assert_eq!(on("/home/me/data/x"), Path::new("/home/me/data"));
    assert_eq!(on("/home/me/database"), Path::new("/"));
    assert_eq!(on("/mnt/my share"), Path::new("/mnt/my share"));
}

#[tokio::test]
async fn this_machine_has_a_root() {
    let mounts = super::super::mounted(Language::En).await.unwrap();
    assert_eq!(disks(mounts)[0].point, Path::new("/"));
    assert!(super::super::own_disks().contains(&"/".into()));
}

proptest! {
    #[test]
    fn no_table_however_wrong_upsets_the_reader(table: Vec<u8>, line in "[0-9: /\\\\a-z,-]{0,80}") {
        drop(disks(parse(&table)));
        drop(disks(parse(line.as_bytes())));
    }

    #[test]
    fn what_the_kernel_escapes_comes_back(name in "[ -~]{0,20}") {
        let escaped: String = name.bytes().map(|byte| match byte {
            b' ' | b'\\' | b'#' => format!("\\{byte:03o}"),
            byte => char::from(byte).to_string(),
        }).collect();
        prop_assert_eq!(unescape(escaped.as_bytes()), name.as_bytes());
    }
}
