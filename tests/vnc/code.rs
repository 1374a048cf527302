//! `vnc-code`: the secret of the second factor, made on this host.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::host::Setup;

const KEY: &str = "access:\n  vnc_code:\n    totp_secret_file: keys/totp\n";
const URI: &str = "otpauth://totp/HostMessenger:localhost?secret=";

fn setup(more: &str) -> (Setup, PathBuf) {
    let mut setup = Setup::new("auto", ":0");
    more.clone_into(&mut setup.more);
    let file = setup.dir.path().join("keys/totp");
    (setup, file)
}

fn vnc_code(setup: &Setup, arguments: &[&str]) -> Output {
    let arguments = [&["vnc-code"], arguments].concat();
    let mut command = setup.command(&arguments);
    command.stdin(Stdio::null()).output().expect("ended")
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn secret(file: &PathBuf) -> String {
    std::fs::read_to_string(file)
        .expect("there")
        .trim_end()
        .to_owned()
}

fn mode(path: &std::path::Path) -> u32 {
    path.metadata().expect("there").permissions().mode() & 0o777
}

/// The code of now.
fn code(secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    let totp = totp_rs::Builder::new()
        .with_secret(secret)
        .build()
        .expect("totp");
    let now = jiff::Timestamp::now().as_second();
    totp.generate(u64::try_from(now).expect("after 1970"))
        .to_string()
}

#[test]
fn the_secret_is_made_where_the_configuration_names_it_and_never_twice() {
    let (setup, file) = setup(KEY);
    let made = vnc_code(&setup, &[]);
    assert!(made.status.success(), "{made:?}");
    let first = secret(&file);
    assert_eq!((first.len(), mode(&file)), (32, 0o600));
    assert_eq!(mode(file.parent().expect("a folder")), 0o700);
    assert!(!text(&made).contains(&first), "shown where nobody looks");
    let again = vnc_code(&setup, &["--show"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again).contains("--replace"), "{again:?}");
    assert!(!text(&again).contains("otpauth"));
    assert_eq!(secret(&file), first);
    let check = setup.command(&["check"]).output().expect("ended");
    assert!(check.status.success(), "{check:?}");

    let replaced = vnc_code(&setup, &["--replace", "--show"]);
    let second = secret(&file);
    assert_ne!(first, second);
    let uri = format!("{URI}{second}&issuer=HostMessenger");
    assert!(text(&replaced).contains(&uri), "{}", text(&replaced));
    assert!(text(&replaced).contains('▀'), "{}", text(&replaced));
    let left = std::fs::read_dir(file.parent().expect("a folder")).expect("read");
    assert_eq!(left.count(), 1, "something was left beside it");
}

#[test]
fn with_no_key_it_lies_beside_the_configuration_and_the_lines_to_add_are_said() {
    let (mut setup, _) = setup("");
    let made = vnc_code(&setup, &["--show"]);
    assert!(made.status.success(), "{made:?}");
    let file = setup.dir.path().join("secrets/totp");
    assert_eq!(secret(&file).len(), 32);
    let lines = "  vnc_code:\n    totp_secret_file: secrets/totp";
    assert!(text(&made).contains(lines), "{}", text(&made));
    setup.more = format!("access:\n{lines}\n");
    let check = setup.command(&["check"]).output().expect("ended");
    assert!(check.status.success(), "{check:?}");
}

#[test]
fn any_other_mistake_is_still_one_and_a_secret_written_inline_is_left_alone() {
    let (setup, file) = setup(&format!("{KEY}wrong: 1\n"));
    let refused = vnc_code(&setup, &[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(!file.exists() && !text(&refused).contains("totp_secret_file"));
    let inline = "access: {vnc_code: {totp_secret: GEZDGNBVGY3TQOJQ}}\n";
    let (mut setup, _) = self::setup(inline);
    setup.vnc.clear();
    setup.vnc.push("view_only: false".to_owned());
    let config = setup.dir.path().join("hostmessenger.yaml");
    let mut command = setup.command(&["vnc-code"]);
    std::fs::set_permissions(config, std::fs::Permissions::from_mode(0o600)).expect("mode");
    let refused = command.output().expect("ended");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(!setup.dir.path().join("secrets").exists());
}

/// On a terminal of its own, by script(1): what `answers` makes of the secret is typed.
fn on_a_terminal(setup: &Setup, arguments: &str, answer: fn(&str) -> String) -> (bool, String) {
    let command = setup.command(&[]);
    let config = command.get_args().nth(1).expect("--config FILE");
    let line = format!(
        "{} vnc-code {arguments} --config {}",
        command.get_program().display(),
        config.display()
    );
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script is installed");
    let mut stdin = child.stdin.take().expect("piped");
    let mut said = String::new();
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    for line in stdout.lines().map_while(Result::ok) {
        if let Some((_, rest)) = line.split_once(URI) {
            let (secret, _) = rest.split_once('&').expect("more");
            let typed = format!("{}\n", answer(secret)).repeat(3);
            // It ends when it is content.
            let _over = stdin.write_all(typed.as_bytes());
        }
        said += &(line + "\n");
    }
    (child.wait().expect("ended").success(), said)
}

#[test]
fn on_a_terminal_a_code_of_the_app_confirms_it_before_the_old_one_goes() {
    let (setup, file) = setup(KEY);
    let (good, said) = on_a_terminal(&setup, "", code);
    assert!(good, "{said}");
    assert!(said.contains("\x1b[38;5;16;48;5;231m"), "{said}");
    let first = secret(&file);
    assert!(said.contains(&first));
    let (good, said) = on_a_terminal(&setup, "--replace", |_| "12345".to_owned());
    assert!(!good && said.contains("not confirmed"), "{said}");
    assert_eq!(secret(&file), first, "replaced without being confirmed");
    let (good, said) = on_a_terminal(&setup, "--replace", code);
    assert!(good, "{said}");
    assert_ne!(secret(&file), first);
}
