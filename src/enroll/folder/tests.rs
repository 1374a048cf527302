//! The folder as its caller and its finder see it.

mod archives;

use std::fs;
use std::path::{Path, PathBuf};

use hostmessenger_config::{
    Account, AccountTls, BareJid, Config, ExposeSecret, HostPort, Language, SecretString,
};
use tempfile::TempDir;

use super::*;

/// A place to enrol in, with a small program and an authority beside it.
struct Scene {
    dir: TempDir,
    jid: BareJid,
    owner: BareJid,
    password: SecretString,
    server: HostPort,
}

impl Scene {
    fn new() -> Self {
        let jid = |text| BareJid::new(text).expect("an address");
        let scene = Self {
            dir: tempfile::tempdir().expect("a folder"),
            jid: jid("web01@example.org"),
            owner: jid("admin@example.org"),
            password: "kX0-hunter2".to_owned().into(),
            server: HostPort {
                host: "127.0.0.1".into(),
                port: 5222,
            },
        };
        fs::write(scene.at("program"), b"\x7fELF and more").expect("written");
        fs::write(scene.at("authority"), "-----BEGIN").expect("written");
        scene
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn stage(&self, dir: &Path) -> Result<Staged, FolderError> {
        self.stage_with(dir, &self.at("program"), AccountTls::StartTls)
    }

    fn stage_with(
        &self,
        dir: &Path,
        binary: &Path,
        tls: AccountTls,
    ) -> Result<Staged, FolderError> {
        stage(&Wish {
            dir,
            jid: &self.jid,
            owner: &self.owner,
            enrolled_by: &self.owner,
            language: Language::De,
            server: (tls == AccountTls::StartTls).then_some(&self.server),
            tls,
            ca_file: Some(&self.at("authority")),
            binary: Some(binary),
            password: &self.password,
        })
    }

    fn made(&self, name: &str) -> PathBuf {
        let staged = self.stage(&self.at(name)).expect("staged");
        staged.publish().expect("published")
    }

    /// What is in the folder of it all, hidden or not.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).expect("read");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    fn account(&self, password: &str) -> Account {
        Account {
            jid: self.jid.clone(),
            password: password.to_owned().into(),
            server: None,
            tls: AccountTls::StartTls,
            ca_file: None,
            resource: "hostmessenger".into(),
            allow_plain: false,
        }
    }
}

fn load(dir: &Path) -> Config {
    let file = dir.join(hostmessenger_config::FILE_NAME);
    hostmessenger_config::load(&file, std::iter::empty()).unwrap_or_else(|m| panic!("{m}"))
}

/// The error of something that must not work.
fn refused<T>(result: Result<T, FolderError>) -> FolderError {
    result.err().expect("a refusal")
}

#[test]
fn the_folder_has_all_that_a_client_needs_and_says_whose_it_is() {
    let scene = Scene::new();
    let dir = scene.made("web01");
    let config = load(&dir);
    let account = config.account.expect("an account");
    assert_eq!(account.jid, scene.jid);
    assert_eq!(account.password.expose_secret(), "kX0-hunter2");
    assert_eq!(account.ca_file, Some(dir.join("ca.pem")));
    assert_eq!(config.access.owner.as_ref(), Some(&scene.owner));
    assert!(config.own_disks && config.data_by_machine);
    let program = fs::read(dir.join("hostmessenger")).expect("read");
    assert_eq!(program, b"\x7fELF and more");
    let readme = fs::read_to_string(dir.join("README.txt")).expect("read");
    for part in [
        "web01@example.org",
        "Give it back to admin@example.org",
        "./hostmessenger",
        "löschen",
    ] {
        assert!(readme.contains(part), "{part}");
    }
    assert!(!readme.contains("@JID@") && !readme.contains("kX0"));
    let record = fs::read_to_string(dir.join("enrolment.json")).expect("read");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    assert_eq!(record["by"], "admin@example.org");
    let at = record["at"]
        .as_str()
        .and_then(|at| at.parse::<jiff::Timestamp>().ok());
    assert!(at.is_some(), "{record}");
    assert!(dir.join("hostmessenger.schema.json").exists());
    assert_eq!(scene.names(), ["authority", "program", "web01"]);
}

#[cfg(unix)]
#[test]
fn the_secret_is_for_its_owner_alone_and_the_program_can_be_started() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new();
    let staged = scene.stage(&scene.at("web01")).expect("staged");
    let mode = |path: PathBuf| {
        let found = fs::metadata(path).expect("there");
        found.permissions().mode() & 0o777
    };
    assert_eq!(mode(staged.path().to_owned()), 0o700);
    let dir = staged.publish().expect("published");
    for (inside, wanted) in [
        ("", 0o700),
        ("secrets", 0o700),
        ("secrets/xmpp", 0o600),
        ("hostmessenger.yaml", 0o600),
        ("hostmessenger", 0o755),
        ("README.txt", 0o644),
    ] {
        assert_eq!(mode(dir.join(inside)), wanted, "{inside}");
    }
}

#[test]
fn an_empty_folder_is_taken_and_one_with_anything_in_it_is_left_as_it_is() {
    let scene = Scene::new();
    fs::create_dir(scene.at("empty")).expect("made");
    scene.made("empty");
    fs::create_dir(scene.at("full")).expect("made");
    fs::write(scene.at("full/.hidden"), "mine").expect("written");
    let before = scene.names();
    is_free(&scene.at("new")).expect("free");
    is_free(&scene.at("full")).expect_err("taken");
    for taken in ["full", "empty", "program"] {
        let error = refused(scene.stage(&scene.at(taken)));
        assert!(matches!(error, FolderError::Occupied { .. }), "{error}");
    }
    let error = refused(scene.stage(&scene.at("no/such")));
    assert!(matches!(error, FolderError::NoParent { .. }), "{error}");
    let error = refused(scene.stage(Path::new("/")));
    assert!(matches!(error, FolderError::NoName { .. }), "{error}");
    assert_eq!(scene.names(), before);
}

#[test]
fn what_comes_into_the_folder_meanwhile_is_not_replaced() {
    let scene = Scene::new();
    let staged = scene.stage(&scene.at("web01")).expect("staged");
    fs::create_dir(scene.at("web01")).expect("made");
    fs::write(scene.at("web01/file"), "mine").expect("written");
    let error = refused(staged.publish());
    assert!(matches!(error, FolderError::Occupied { .. }), "{error}");
    assert!(scene.at("web01/file").exists() && scene.at(".web01.enrolling").exists());
}

#[test]
fn what_is_no_program_and_what_would_be_no_good_configuration_leave_nothing_behind() {
    let scene = Scene::new();
    let before = scene.names();
    let to = scene.at("web01");
    let starttls = AccountTls::StartTls;
    let error = refused(scene.stage_with(&to, &scene.at("authority"), starttls));
    assert!(matches!(error, FolderError::NoProgram { .. }), "{error}");
    let error = refused(scene.stage_with(&to, scene.dir.path(), starttls));
    assert!(matches!(error, FolderError::NoProgram { .. }), "{error}");
    // Without a server that is this machine it would send the password for all to read.
    let error = refused(scene.stage_with(&to, &scene.at("program"), AccountTls::None));
    assert!(matches!(error, FolderError::Unfit(_)), "{error}");
    assert_eq!(scene.names(), before);
}

#[test]
fn a_windows_program_gets_its_name_and_a_text_that_windows_can_show() {
    let scene = Scene::new();
    fs::write(scene.at("program"), b"MZ and more").expect("written");
    let dir = scene.made("web01");
    assert!(dir.join("hostmessenger.exe").exists() && !dir.join("hostmessenger").exists());
    let readme = fs::read_to_string(dir.join("README.txt")).expect("read");
    assert!(
        readme.starts_with("\u{feff}HostMessenger for web01@example.org\r\n"),
        "{readme}"
    );
    for part in ["start.cmd", "install-service.cmd", "Doppelklicken"] {
        assert!(readme.contains(part), "{part}");
    }
    assert!(!readme.contains("@JID@") && !readme.contains("@PROGRAM@"));
    for script in [
        "start.cmd",
        "install-service.cmd",
        "uninstall-service.cmd",
        "private.cmd",
    ] {
        let text = fs::read_to_string(dir.join(script)).expect(script);
        assert!(!text.contains("kX0") && text.contains("\r\n"), "{script}");
    }
    // The paths in it are good on both systems.
    let config = fs::read_to_string(dir.join("hostmessenger.yaml")).expect("read");
    assert!(config.contains("password_file: secrets/xmpp"), "{config}");
}

#[test]
fn two_at_once_do_not_get_in_each_others_way() {
    let scene = Scene::new();
    let to = scene.at("web01");
    let staged = scene.stage(&to).expect("staged");
    let error = refused(scene.stage(&to));
    assert!(matches!(error, FolderError::Busy { .. }), "{error}");
    assert!(interrupted(&to).is_none());
    staged.publish().expect("published");
}

#[test]
fn what_a_kill_left_can_be_read_again_once_it_is_whole() {
    let scene = Scene::new();
    let to = scene.at("web01");
    let staged = scene.stage(&to).expect("staged");
    let path = staged.path().to_owned();
    // A kill frees the lock and removes nothing.
    drop(staged);
    let left = interrupted(&to).expect("left behind");
    assert_eq!((&left.path, &left.jid), (&path, &scene.jid));
    assert_eq!(left.password.expose_secret(), "kX0-hunter2");
    let error = refused(scene.stage(&to));
    assert!(matches!(error, FolderError::Interrupted { .. }), "{error}");
    // Half of one is of no account yet.
    fs::remove_file(path.join("enrolment.json")).expect("removed");
    assert!(interrupted(&to).is_none());
    scene.stage(&to).expect("staged anew").discard();
    assert_eq!(scene.names(), ["authority", "program"]);
}

#[cfg(unix)]
#[test]
fn what_is_in_the_way_of_the_hidden_folder_is_neither_read_nor_removed() {
    let scene = Scene::new();
    let other = scene.made("other");
    std::os::unix::fs::symlink(other, scene.at(".web01.enrolling")).expect("linked");
    let to = scene.at("web01");
    assert!(interrupted(&to).is_none());
    let error = refused(scene.stage(&to));
    assert!(matches!(error, FolderError::NotOurs { .. }), "{error}");
}

#[test]
fn a_published_folder_is_known_by_address_and_password() {
    let scene = Scene::new();
    let dir = scene.made("web01");
    assert!(Staged::is_published(&dir, &scene.account("kX0-hunter2")));
    assert!(!Staged::is_published(&dir, &scene.account("another")));
    assert!(!Staged::is_published(
        &scene.at("none"),
        &scene.account("kX0-hunter2")
    ));
}
