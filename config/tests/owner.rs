//! The configuration is handed over: the file changes in one value, whole or not at all.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]

#[expect(dead_code, reason = "other tests use the rest")]
mod common;

use std::fs;
use std::path::Path;

use common::{Home, reference, write};
use hostmessenger_config::{OwnerChange, change_owner, load};

fn change(really: bool) -> OwnerChange {
    OwnerChange {
        from: "admin@example.org".parse().unwrap(),
        to: "new@example.org".parse().unwrap(),
        really,
    }
}

fn env(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(String, String)> {
    let pairs = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into()));
    pairs.collect::<Vec<_>>().into_iter()
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn the_reference_file_is_handed_over_in_one_value_and_keeps_mode_and_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let home = Home::new();
    let dir = home.dir.path();
    fs::create_dir(dir.join("real")).unwrap();
    let real = dir.join("real/hm.yaml");
    let text = reference().replace("secrets/", &format!("{}/secrets/", dir.display()));
    write(&real, text.as_bytes(), 0o640);
    let link = dir.join("f.yaml");
    symlink("real/hm.yaml", &link).unwrap();
    change_owner(&link, env(&[]), &change(false)).unwrap();
    assert_eq!(fs::read_to_string(&real).unwrap(), text, "only tried");
    // Left by who was killed.
    fs::write(dir.join("real/.hm.yaml.new"), "half").unwrap();
    change_owner(&link, env(&[]), &change(true)).unwrap();
    let expected = text.replace("owner: admin@example.org", "owner: new@example.org");
    assert_eq!(fs::read_to_string(&real).unwrap(), expected);
    assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert!(link.is_symlink());
    assert_eq!(names(&dir.join("real")), ["hm.yaml"]);
    let config = load(&link, env(&[])).unwrap();
    assert_eq!(config.access.owner.unwrap().to_string(), "new@example.org");
}

/// Refused for a reason that says this; nothing is changed or left.
fn is_refused(text: &str, variables: &[(&str, &str)], why: &str) {
    let home = Home::new();
    let file = home.write("f.yaml", text.as_bytes());
    let error = change_owner(&file, env(variables), &change(true)).unwrap_err();
    assert!(error.to_string().contains(why), "{text}: {error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(names(home.dir.path()), ["f.yaml", "secrets"]);
}

#[test]
fn what_cannot_be_changed_alone_stays_as_it_is() {
    let owner = "access: {owner: admin@example.org}\n";
    let variable = [("HOSTMESSENGER__ACCESS__OWNER", "admin@example.org")];
    is_refused(owner, &variable, "variable HOSTMESSENGER__ACCESS__OWNER");
    is_refused("access: {owner: x@example.org}\n", &[], "RELOAD first");
    is_refused("access: {owner: &a admin@example.org}\n", &[], "anchor");
    is_refused(&format!("{owner}nonsense: 1\n"), &[], "nonsense");
    let locked = "access: {owner: admin@example.org, locked: [new@example.org]}\n";
    is_refused(locked, &[], "names the owner");
}

#[test]
fn a_file_that_may_not_be_written_is_not_replaced() {
    let home = Home::new();
    let file = home.write("f.yaml", b"access: {owner: admin@example.org}\n");
    let before = file.metadata().unwrap().permissions();
    let mut locked = before.clone();
    locked.set_readonly(true);
    fs::set_permissions(&file, locked).unwrap();
    for really in [false, true] {
        let error = change_owner(&file, env(&[]), &change(really)).unwrap_err();
        assert!(error.to_string().contains("cannot be written"), "{error}");
    }
    assert_eq!(names(home.dir.path()), ["f.yaml", "secrets"]);
    // Windows could not remove it else.
    fs::set_permissions(&file, before).unwrap();
}

#[cfg(windows)]
#[test]
fn the_reference_file_is_handed_over_in_one_value_and_keeps_who_may_read_it() {
    let home = Home::new();
    let file = home.write("f.yaml", reference().as_bytes());
    for (mode, from, to) in [
        (0o600, "admin@example.org", "new@example.org"),
        (0o644, "new@example.org", "admin@example.org"),
    ] {
        let text = fs::read(&file).unwrap();
        write(&file, &text, mode);
        let change = OwnerChange {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            really: true,
        };
        change_owner(&file, env(&[]), &change).unwrap();
        assert_eq!(names(home.dir.path()), ["f.yaml", "secrets"]);
        let config = load(&file, env(&[])).unwrap();
        assert_eq!(config.access.owner.unwrap().to_string(), to);
        let opened = fs::File::open(&file).unwrap();
        let is_open = hostmessenger_config::is_open_to_others(&file, &opened).unwrap();
        assert_eq!(is_open, mode == 0o644);
    }
}
