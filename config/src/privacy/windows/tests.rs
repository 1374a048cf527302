use super::*;

#[test]
fn what_others_may_change_or_put_there_is_not_obeyed_in_the_systems_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("hostmessenger.yaml");
    drop(create_private(&path).expect("made"));
    let of = |path: &Path| {
        let file = File::open(path).expect("there");
        Protection::of(&file).expect("judged")
    };
    assert_eq!(of(&path).planted(&path), None);
    assert_eq!(untrusted_path(&path).expect("judged"), None);
    // In a folder that is nobody's.
    let strange = of(&path).planted(Path::new(r"C:\no such folder\a.yaml"));
    assert!(strange.is_some_and(|why| why.contains("/setowner")));
    let mut no_list = [0; 20];
    no_list[..4].copy_from_slice(&[1, 0, 0x4, 0x80]);
    calls::set_access(&path, &no_list).expect("opened");
    let why = of(&path).planted(&path).expect("open to everyone");
    assert!(why.contains("can be changed by"), "{why}");
    assert!(why.contains("mend it with: icacls"), "{why}");
}

#[test]
fn what_is_given_away_keeps_its_list_where_its_owner_cannot_be_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    let like = Protection::of(&create_private(&old).expect("made")).expect("judged");
    let file = create_private(&new).expect("made");
    protect_like(&file, &new, &like).expect("protected");
    assert_eq!(untrusted_path(&new).expect("judged"), None);
}
