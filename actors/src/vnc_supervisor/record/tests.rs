use std::fs;

use hostmessenger_config::create_private;
use serde_json::{Value, json};

use super::*;

const KEY: &str = r"Software\TightVNC\Server";
const HERE: &str = "00000001";
const THERE: &str = "00000002";

/// A record as a start of ours writes it: lent by `THERE`, with a file to remove.
fn record() -> Value {
    json!({
        "mark": "0",
        "boot": "",
        "processes": [],
        "secrets": ["vnc-password-once"],
        "loan": {
            "values": [{"key": KEY, "name": "RfbPort", "before": null, "ours": null}],
            "keys": [{"key": KEY, "whole": true}, {"key": r"Software\TightVNC", "whole": false}],
        },
        "lender": THERE,
    })
}

/// A data directory with a record and the file that it names.
fn with(record: &Value) -> tempfile::TempDir {
    use std::io::Write;

    let dir = tempfile::tempdir().unwrap();
    let mut file = create_private(&dir.path().join(FILE)).unwrap();
    file.write_all(record.to_string().as_bytes()).unwrap();
    fs::write(dir.path().join("vnc-password-once"), "secret").unwrap();
    dir
}

fn is_refused(record: &Value) -> bool {
    let dir = with(record);
    let refused = Record::fetch(dir.path(), THERE).is_none();
    // Either way nothing is done yet, and the file is left.
    assert!(dir.path().join(FILE).exists() && dir.path().join("vnc-password-once").exists());
    refused
}

/// The good record with another value at this place.
fn but(place: &str, value: Value) -> Value {
    let mut record = record();
    *record.pointer_mut(place).unwrap() = value;
    record
}

#[test]
fn a_record_of_ours_is_read() {
    assert!(!is_refused(&record()));
    for file in [
        "vnc-ultravnc/ultravnc.ini",
        "vnc-ultravnc",
        "vnc-socket/rfb",
        "wayvnc.config",
    ] {
        assert!(!is_refused(&but("/secrets/0", json!(file))), "{file}");
    }
    assert!(!is_refused(&but(
        "/loan/values/0/key",
        json!(KEY.to_uppercase())
    )));
}

#[test]
fn files_that_are_not_remote_controls_are_not_removed() {
    for file in [
        "/etc",
        r"C:\Windows",
        "../vnc-x",
        "vnc-x/../..",
        "vnc-x/a/b",
        "journal.db",
        "",
        ".",
        r"\\nas\share",
    ] {
        assert!(is_refused(&but("/secrets/0", json!(file))), "{file}");
    }
}

#[test]
fn keys_of_the_registry_that_no_vnc_program_uses_are_not_touched() {
    const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";
    for key in [RUN, "Software", "", r"Software\TightVNC\Server\..\..\x"] {
        assert!(is_refused(&but("/loan/values/0/key", json!(key))), "{key}");
    }
    assert!(is_refused(&but("/loan/keys/0/key", json!(RUN))));
    // Above such a key nothing goes but what is empty.
    assert!(is_refused(&but("/loan/keys/1/whole", json!(true))));
}

#[test]
fn a_lender_is_no_path() {
    assert!(is_refused(&but("/lender", json!("/../x"))));
}

#[test]
fn a_record_that_others_can_change_is_not_obeyed() {
    let dir = with(&record());
    let file = dir.path().join(FILE);
    assert!(Record::read(dir.path()).is_some());
    open(&file);
    assert!(Record::read(dir.path()).is_none() && file.exists());
    // Nor one that is no record at all.
    hostmessenger_config::close_to_others(&file).unwrap();
    fs::write(&file, "{}").unwrap();
    assert!(Record::read(dir.path()).is_none() && file.exists());
}

#[cfg(unix)]
fn open(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o666)).unwrap();
}

#[cfg(windows)]
fn open(file: &Path) {
    let mut no_list = [0; 20];
    no_list[..4].copy_from_slice(&[1, 0, 0x4, 0x80]);
    hostmessenger_windows::acl::set_access(file, &no_list).unwrap();
}

#[test]
fn what_another_machine_is_owed_waits_until_the_stick_is_back_there() {
    let dir = with(&record());
    let waiting = dir.path().join(format!("vnc-{THERE}.json"));
    // Here there is nothing to put back, but the secret is to go everywhere.
    assert!(Record::fetch(dir.path(), HERE).is_none());
    assert!(!dir.path().join("vnc-password-once").exists() && waiting.exists());
    // A start here has a record of its own meanwhile.
    Record::new(dir.path(), &[], Loan::default()).write(dir.path());
    let ours = Record::fetch(dir.path(), HERE).unwrap();
    ours.remove(dir.path());
    assert!(Record::fetch(dir.path(), HERE).is_none() && waiting.exists());
    let back = Record::fetch(dir.path(), THERE).unwrap();
    assert!(back.owes() && !waiting.exists() && dir.path().join(FILE).exists());
}

#[test]
fn what_is_to_be_removed_is_noted_below_the_data_directory() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let secrets = [dir.path().join("vnc-x"), elsewhere.path().join("vnc-x")];
    let record = Record::new(dir.path(), &secrets, Loan::default());
    assert_eq!(record.secrets, [Path::new("vnc-x")]);
    for secret in &secrets {
        fs::create_dir(secret).unwrap();
    }
    // The stick has another letter by now.
    record.discard(elsewhere.path());
    assert!(secrets[0].exists() && !secrets[1].exists());
}
