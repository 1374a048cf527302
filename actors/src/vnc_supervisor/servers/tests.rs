use std::time::Duration;

use super::*;

fn vnc(server: VncServer, command: &[&str]) -> Vnc {
    Vnc {
        server,
        command: command.iter().map(ToString::to_string).collect(),
        display: Some(":7".into()),
        listen: "127.0.0.1:5901".parse().unwrap(),
        stop_after: Duration::from_secs(60),
        view_only: false,
        viewers: Vec::new(),
        one_time_password: false,
    }
}

/// A folder with programs of these names, as `PATH`.
fn installed(names: &[&str]) -> (tempfile::TempDir, Environment) {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        let file = dir.path().join(name);
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = dir.path().into();
    let environment = Environment {
        path,
        ..Environment::default()
    };
    (dir, environment)
}

fn words(chosen: &Chosen, vnc: &Vnc, dir: &Path) -> Vec<String> {
    let password = SecretString::from("geheim12");
    let wish = Wish {
        vnc,
        display: ":7",
        password: &password,
        block: *b"obscured",
        password_file: Path::new("/data/{port}"),
        data_dir: dir,
        door: &Door::Port(vnc.listen),
    };
    let command = chosen.command(&wish).unwrap();
    let words = command.arguments.into_iter();
    words.map(|word| word.into_string().unwrap()).collect()
}

#[test]
fn auto_takes_the_first_installed_that_fits_the_session() {
    let auto = vnc(VncServer::Auto, &[]);
    let name = |names: &[&str], wayland: &str| {
        let (_dir, mut environment) = installed(names);
        environment.wayland_display = wayland.into();
        choose(&auto, &environment, &Places::default()).map(|chosen| chosen.name())
    };
    assert_eq!(name(&["wayvnc", "x11vnc"], "").unwrap(), "x11vnc");
    assert_eq!(name(&["wayvnc", "X0tigervnc"], "").unwrap(), "x0vncserver");
    assert_eq!(name(&["wayvnc", "x11vnc"], "wayland-1").unwrap(), "wayvnc");
    let none = name(&["x11vnc"], "wayland-1");
    assert!(matches!(
        none,
        Err(Refusal::NoneInstalled { wayland: true })
    ));
}

#[test]
fn what_is_configured_but_missing_or_for_windows_is_refused_by_name() {
    let (_dir, environment) = installed(&["x11vnc"]);
    let refusal = |server, command: &[&str]| {
        choose(&vnc(server, command), &environment, &Places::default()).err()
    };
    let missing = refusal(VncServer::Tigervnc, &[]);
    assert!(matches!(
        missing,
        Some(Refusal::Missing {
            package: Some("tigervnc-scraping-server"),
            ..
        })
    ));
    let custom = refusal(VncServer::Custom, &["krfb"]);
    assert!(matches!(custom, Some(Refusal::Missing { program, .. }) if program == "krfb"));
    let windows = refusal(VncServer::Ultravnc, &[]);
    assert!(matches!(windows, Some(Refusal::OtherSystem { .. })));
}

#[test]
fn placeholders_are_filled_once_and_other_braces_stay() {
    let (dir, environment) = installed(&["mine"]);
    let custom = vnc(
        VncServer::Custom,
        &[
            "mine",
            "{address}:{port}",
            "{password_file}",
            "{{display}",
            "{x}",
        ],
    );
    let chosen = choose(&custom, &environment, &Places::default())
        .ok()
        .unwrap();
    assert_eq!(
        words(&chosen, &custom, dir.path()),
        ["127.0.0.1:5901", "/data/{port}", "{:7", "{x}"]
    );
}

#[test]
fn no_password_is_on_any_command_line() {
    let (dir, environment) = installed(&["x11vnc", "X0tigervnc", "wayvnc"]);
    for server in [VncServer::X11vnc, VncServer::Tigervnc, VncServer::Wayvnc] {
        let vnc = vnc(server, &[]);
        let chosen = choose(&vnc, &environment, &Places::default()).ok().unwrap();
        let line = words(&chosen, &vnc, dir.path()).join(" ");
        assert!(!line.contains("geheim12"), "{line}");
    }
    let config = dir.path().join("wayvnc.config");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("password=geheim12"));
    for file in ["wayvnc.config", "wayvnc.key"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = dir
            .path()
            .join(file)
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}
