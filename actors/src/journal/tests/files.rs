//! The file: broken, newer, somebody else's.

use super::*;

#[test]
fn two_programs_do_not_share_a_journal() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Store::open(dir.path()).unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(StoreError::InUse { .. })
    ));
}

#[actix_rt::test]
async fn a_broken_file_is_kept_aside_and_the_owner_hears_of_it_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("journal.db"), vec![0x5a; 8_192]).unwrap();
    let program = start(dir.path(), true);
    let items = program.outbox_of(1).await;
    assert!(items[0].body.contains("journal"), "{}", items[0].body);
    let kept = std::fs::read_dir(dir.path())
        .unwrap()
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().contains("broken"))
        .expect("kept aside");
    assert_eq!(std::fs::read(kept.path()).unwrap(), vec![0x5a; 8_192]);
    program.check("shop", Verdict::Failed).await;
    program.check("shop", Verdict::Failed).await;
    assert!(program.outbox_of(2).await[1].body.starts_with("DOWN shop"));
}

#[actix_rt::test]
async fn a_file_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 9_999).unwrap();
    drop(db);
    let program = start(dir.path(), true);
    assert!(program.outbox_of(1).await[0].body.contains("newer version"));
    let db = rusqlite::Connection::open(&path).unwrap();
    let version: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 9_999);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_journal() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("data");
    let _store = Store::open(&folder).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("journal.db")), 0o600);
}
