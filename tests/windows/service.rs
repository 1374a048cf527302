//! `service`: installed, started, asked, stopped and removed by the service manager itself.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use tokio::sync::Mutex;

use crate::peers::home::Done;
use crate::peers::runner::Runner;
use crate::peers::{Home, until};
use crate::scene::home;

/// Wine's service manager hands the pipe of a service to whichever process asks next to be one, so that one test's
/// would be taken for another's: one test at a time.
static ONE: Mutex<()> = Mutex::const_new(());

/// A service of this test's own; it goes away with its value.
struct Service<'a> {
    home: &'a Home,
    name: String,
}

impl<'a> Service<'a> {
    fn of(home: &'a Home, case: &str) -> Self {
        let name = format!("hm-test-{case}-{}", std::process::id());
        Self { home, name }
    }

    fn says(&self, verb: &str) -> (Option<i32>, String) {
        let done = self.home.run(&["service", verb, "--name", &self.name], "");
        (done.code, done.out + &done.err)
    }
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        self.says("uninstall");
    }
}

fn log(home: &Home) -> String {
    fn find(dir: &Path) -> Option<String> {
        std::fs::read_dir(dir).ok()?.flatten().find_map(|entry| {
            let path = entry.path();
            if path.ends_with("hostmessenger.log") {
                std::fs::read_to_string(path).ok()
            } else {
                find(&path)
            }
        })
    }
    find(home.path()).unwrap_or_default()
}

#[tokio::test]
async fn the_program_is_a_service_from_install_to_uninstall_and_every_verb_may_be_said_twice() {
    let _one = ONE.lock().await;
    let home = home("language: en\ntargets: []\n");
    let service = Service::of(&home, "life");
    assert_eq!(service.says("status").0, Some(4));
    assert_eq!(service.says("start").0, Some(1));
    for word in ["installed", "as it should be"] {
        let (code, said) = service.says("install");
        assert!(code == Some(0) && said.contains(word), "{code:?} {said}");
    }
    assert_eq!(service.says("status").0, Some(3));
    for _ in 0..2 {
        let (code, said) = service.says("start");
        assert!(code == Some(0) && said.contains("running"), "{said}");
    }
    let (code, said) = service.says("status");
    assert!(
        code == Some(0) && said.contains("running, process "),
        "{said}"
    );
    assert!(said.contains("hostmessenger.yaml"), "{said}");
    until("the log has the start", || {
        log(&home).contains("INFO started").then_some(())
    })
    .await;
    for _ in 0..2 {
        assert_eq!(service.says("stop").0, Some(0));
    }
    assert!(log(&home).contains("INFO stopped"), "{}", log(&home));
    assert_eq!(service.says("status").0, Some(3));
    for _ in 0..2 {
        assert_eq!(service.says("uninstall").0, Some(0));
    }
    assert_eq!(service.says("status").0, Some(4));
}

#[tokio::test]
async fn a_configuration_that_went_bad_ends_the_service_with_2_and_start_says_so() {
    let _one = ONE.lock().await;
    let home = home("language: en\ntargets: []\n");
    let service = Service::of(&home, "bad");
    assert_eq!(service.says("install").0, Some(0));
    home.configure("language: fr\n");
    let (code, said) = service.says("start");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("its configuration has mistakes"), "{said}");
    let (code, said) = service.says("status");
    assert!(code == Some(3) && said.contains("ended with 2"), "{said}");
    assert_eq!(service.says("install").0, Some(2));
}

#[tokio::test]
async fn what_others_can_change_is_not_installed() {
    let home = home("language: en\ntargets: []\n");
    let service = Service::of(&home, "open");
    // Wine shows the rights of others as those of Everyone.
    let mode = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(home.path(), mode).unwrap();
    let (code, said) = service.says("install");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("can be changed by") && said.contains("icacls"),
        "{said}"
    );
    assert_eq!(service.says("status").0, Some(4));
}

#[tokio::test]
async fn installed_again_as_the_system_it_is_the_systems() {
    let home = home("language: en\ntargets: []\n");
    let service = Service::of(&home, "account");
    assert_eq!(service.says("install").0, Some(0));
    let own = format!(r"account: NT SERVICE\{}", service.name);
    assert!(service.says("status").1.contains(&own));
    let words = [
        "service",
        "install",
        "--account",
        "LocalSystem",
        "--name",
        &service.name,
    ];
    for word in ["updated", "as it should be"] {
        let done = home.run(&words, "");
        assert!(done.out.contains(word), "{done:?}");
    }
    let (_, said) = service.says("status");
    assert!(said.contains("account: LocalSystem"), "{said}");
}

#[tokio::test]
async fn only_the_service_manager_starts_it_as_a_service() {
    let _one = ONE.lock().await;
    let home = home("language: en\ntargets: []\n");
    let done = home.run(&["service", "run"], "");
    assert!(
        done.code == Some(1) && done.err.contains("service start"),
        "{done:?}"
    );
}

/// The folder as `enroll` makes it for Windows, with this configuration.
fn enrolled(yaml: &str) -> Home {
    let home = home(yaml);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/enroll/folder");
    for name in [
        "start.cmd",
        "private.cmd",
        "install-service.cmd",
        "uninstall-service.cmd",
    ] {
        let text = std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
        let text = text.replace("@JID@", "web01@example.org");
        std::fs::write(home.path().join(name), text.replace('\n', "\r\n")).unwrap();
    }
    let program = home.path().join("hostmessenger.exe");
    std::fs::copy(Runner::Wine.program(), program).unwrap();
    home
}

/// A double click on a file, and what is typed then.
fn click(home: &Home, file: &str, input: &str) -> Done {
    let mut cmd = Runner::Wine.command(Path::new("cmd"));
    let file = Runner::Wine.path(&home.path().join(file));
    cmd.args(["/c", &file]).env("HOSTMESSENGER_NO_PAUSE", "1");
    cmd.stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut cmd = cmd.spawn().unwrap();
    // A program that reads nothing may be gone already.
    cmd.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    Done::of(&cmd.wait_with_output().unwrap())
}

#[tokio::test]
async fn the_files_of_a_stick_are_clicked_and_say_how_it_ended() {
    let home = enrolled("language: fr\n");
    let done = click(&home, "start.cmd", "");
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.out.contains("ended with code 2"), "{done:?}");
    home.configure("language: en\ntargets: []\n");
    let done = click(&home, "start.cmd", "quit\r\n");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(!done.out.contains("ended with code"), "{done:?}");
}

#[tokio::test]
async fn the_files_that_install_and_remove_the_service_do_so_and_say_when_they_cannot() {
    let _one = ONE.lock().await;
    let home = enrolled("language: fr\n");
    // The one test with the service's usual name.
    let name = "HostMessenger".to_owned();
    let service = Service { home: &home, name };
    let done = click(&home, "install-service.cmd", "");
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(service.says("status").0, Some(4));
    home.configure("language: en\ntargets: []\n");
    let done = click(&home, "install-service.cmd", "");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.out.contains("running, process "), "{done:?}");
    assert_eq!(service.says("status").0, Some(0));
    let done = click(&home, "uninstall-service.cmd", "");
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(service.says("status").0, Some(4));
    assert!(log(&home).contains("INFO stopped"), "{}", log(&home));
}
