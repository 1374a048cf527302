use super::*;

fn mount(letter: char, device: &str) -> Mount {
    Mount {
        point: format!("{letter}:\\").into(),
        device: meaning(device),
    }
}

fn label(name: &str, file_system: &str, removable: bool) -> Label {
    Label {
        name: name.into(),
        file_system: file_system.into(),
        removable,
    }
}

#[test]
fn a_drive_is_told_with_its_label_and_kind() {
    let disk = mount('C', r"\Device\HarddiskVolume3");
    let system = label("System", "NTFS", false);
    assert_eq!(disk.named(Language::En, system), "C: (System, NTFS)");
    assert_eq!(disk.named(Language::En, Label::default()), "C");
    let stick = label("STICK", "FAT32", true);
    assert_eq!(
        disk.named(Language::De, stick),
        "C: (STICK, FAT32, wechselbar)"
    );
    let cd = mount('D', r"\Device\CdRom0");
    let film = label("FILM", "UDF", false);
    assert_eq!(cd.named(Language::En, film), "D: (FILM, UDF, CD)");
}

#[test]
fn a_share_is_told_by_its_name_in_the_net() {
    for device in [
        r"\Device\LanmanRedirector\;Z:00000000000a1b2c\server\share",
        r"\Device\Mup\;LanmanRedirector\;Z:00000000000a1b2c\server\share",
        r"\??\UNC\server\share",
    ] {
        let share = mount('Z', device);
        assert_eq!(
            share.named(Language::De, label("Daten", "NTFS", false)),
            r"Z: (\\server\share, Netzlaufwerk)",
            "{device}"
        );
        assert!(!share.is_own_disk());
    }
}

#[test]
fn a_folder_of_another_drive_is_no_drive() {
    let mounts = vec![
        mount('C', r"\Device\HarddiskVolume3"),
        mount('S', r"\??\C:\Users\me"),
    ];
    assert_eq!(disks(mounts.clone()), mounts[..1]);
}

#[test]
fn a_volume_is_told_by_its_letter_or_else_by_a_folder() {
    let paths = |paths: &[&str]| -> Vec<String> { paths.iter().map(|p| (*p).into()).collect() };
    assert_eq!(in_folder(&paths(&["C:\\", r"D:\mnt\c\"])), None);
    assert_eq!(in_folder(&[]), None);
    let data = in_folder(&paths(&[r"D:\x\", r"C:\mnt\data\"])).unwrap();
    assert_eq!(
        data.named(Language::En, label("Data", "NTFS", false)),
        r"C:\mnt\data (Data, NTFS)"
    );
}

#[test]
fn a_path_that_leads_to_another_machine_is_known_however_it_is_written() {
    for path in [
        r"\\server\share",
        "//server/share",
        r"\\?\UNC\server\share",
        r"\\.\UNC\server\share",
        r"\\?\GLOBALROOT\Device\Mup\server\share",
        r"\\server@80\dav",
    ] {
        assert!(!is_on_a_drive(Path::new(path)), "{path}");
    }
    for path in [
        "C:",
        r"c:\x",
        "C:/x",
        r"\\?\C:\x",
        "x",
        r"\x",
        r"\??\UNC\server\share",
    ] {
        let harmless = is_on_a_drive(Path::new(path));
        assert!(harmless, "{path}");
    }
}

#[test]
fn an_empty_drive_is_left_out_and_one_that_fails_is_not() {
    let path = || "E:\\".to_owned();
    let reader = mount('E', r"\Device\HarddiskVolume9");
    let empty = Err(DiskReason::NoMedium { path: path() });
    assert!(!reader.is_worth_telling(&empty));
    assert!(reader.is_worth_telling(&Err(DiskReason::Locked { path: path() })));
    let share = mount('Z', r"\Device\LanmanRedirector\;Z:01\server\share");
    assert!(share.is_worth_telling(&empty));
}

#[test]
fn where_a_path_really_lies_is_told_without_signs_for_programs() {
    for (verbatim, simple_one) in [
        (r"\\?\C:\Users\me", r"C:\Users\me"),
        (r"\\?\C:\", r"C:\"),
        (r"\\?\UNC\server\share\x", r"\\server\share\x"),
        (r"C:\x", r"C:\x"),
        (r"\\?\Volume{6d7e}\x", r"\\?\Volume{6d7e}\x"),
    ] {
        assert_eq!(simple(Path::new(verbatim)), Path::new(simple_one));
    }
    let windows = std::env::var_os("SystemRoot").unwrap();
    assert_eq!(real(Path::new(&windows)).unwrap(), Path::new("C:\\"));
}

#[test]
fn this_machine_has_a_drive_of_its_own() {
    let mounts = read().unwrap();
    let system = mounts.iter().find(|mount| mount.point == Path::new("C:\\"));
    assert_eq!(system.map(|mount| &mount.device), Some(&Device::Disk));
    assert!(super::super::own_disks().contains(&"C:\\".into()));
}
