//! `vnc.one_time_password`: a fresh password for each start, told once.

use std::path::Path;

use crate::host::{Host, Setup};
use crate::processes::command_line;
use crate::screen::Screen;
use crate::viewer::is_let_in;

const SIGN: &str = "Password, for this start alone: ";

fn start(host: &mut Host) -> String {
    host.start_vnc();
    let line = host.hear(SIGN);
    let (_, password) = line.split_once(SIGN).expect("there");
    assert_eq!(password.len(), 8, "{line}");
    password.to_owned()
}

/// The files below this folder that hold this text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if let Ok(bytes) = std::fs::read(&path) {
            let holds = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            found.extend(holds.then(|| path.display().to_string()));
        }
    }
    found
}

fn works_once(server: &str) {
    let screen = Screen::start();
    let setup = Setup::new(server, &screen.display).with("one_time_password: true");
    // A fixed one that is set counts for nothing.
    assert!(setup.set_password("geheim12").status.success());
    let mut host = setup.run_without_password();
    let first = start(&mut host);
    let port = host.setup.port;
    let data = host.setup.dir.path().join("data");
    assert!(is_let_in(port, &first));
    assert!(!is_let_in(port, "geheim12"));
    let lines: Vec<String> = host.of_vnc().into_iter().map(command_line).collect();
    assert!(!lines.join("\n").contains(&first), "{lines:?}");
    assert!(data.join("vnc-password-once").exists());
    let again = host.ask("VNC START", "is on already");
    assert!(!again.contains(&first), "{again}");
    host.stop_vnc();
    assert!(!data.join("vnc-password-once").exists());

    let second = start(&mut host);
    assert_ne!(first, second);
    assert!(
        !is_let_in(port, &first),
        "the old one opens the next session"
    );
    assert!(is_let_in(port, &second));
    host.stop_vnc();
    for password in [first, second] {
        assert_eq!(
            files_with(host.setup.dir.path(), &password),
            Vec::<String>::new()
        );
        assert!(!host.log().contains(&password));
    }
}

#[test]
fn with_x11vnc_it_works_for_its_start_alone() {
    works_once("x11vnc");
}

#[test]
fn with_tigervnc_it_works_for_its_start_alone() {
    works_once("tigervnc");
}

#[test]
fn no_fixed_password_need_be_set_and_after_kill_9_its_file_goes_with_the_next_run() {
    let screen = Screen::start();
    let setup = Setup::new("x11vnc", &screen.display).with("one_time_password: true");
    let mut host = setup.run_without_password();
    let first = start(&mut host);
    host.signal("-KILL");
    let mut host = host.wait().run_without_password();
    let second = start(&mut host);
    assert!(!is_let_in(host.setup.port, &first));
    assert!(is_let_in(host.setup.port, &second));
    host.stop_vnc();
    assert!(
        !host
            .setup
            .dir
            .path()
            .join("data/vnc-password-once")
            .exists()
    );
}
