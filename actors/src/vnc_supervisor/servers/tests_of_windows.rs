use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::vnc_supervisor::{password, registry};

fn vnc(server: VncServer, listen: &str) -> Vnc {
    Vnc {
        server,
        command: Vec::new(),
        display: None,
        listen: listen.parse().unwrap(),
        stop_after: Duration::from_secs(60),
        view_only: false,
        viewers: Vec::new(),
        one_time_password: false,
    }
}

fn environment() -> Environment {
    Environment {
        windows: true,
        ..Environment::default()
    }
}

/// A machine with these files: `own` is the folder of this program, `programs` is `%ProgramFiles%`.
fn machine(files: &[&str]) -> (tempfile::TempDir, Places) {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let file = file
            .split('/')
            .fold(dir.path().to_owned(), |path, part| path.join(part));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "MZ -config\0").unwrap();
    }
    let places = Places {
        own: Some(dir.path().join("own")),
        programs: vec![dir.path().join("programs"), dir.path().join("programs86")],
        installed: vec![("TightVNC".into(), dir.path().join("listed"))],
    };
    (dir, places)
}

fn chosen(server: VncServer, files: &[&str]) -> Result<(String, String), Refusal> {
    let (dir, places) = machine(files);
    match choose(&vnc(server, "127.0.0.1:5900"), &environment(), &places)? {
        Chosen::Known(server, program) => {
            let program = program.strip_prefix(dir.path()).unwrap();
            let parts: Vec<_> = program.iter().map(|part| part.to_string_lossy()).collect();
            Ok((server.name.to_owned(), parts.join("/").replace('\\', "/")))
        }
        Chosen::Custom(_) => panic!("nobody asked for it"),
    }
}

#[test]
fn each_program_is_found_beside_this_one_and_where_its_installer_puts_it() {
    let folder = |folder: &str| folder.replace('/', if cfg!(windows) { "/" } else { "\\" });
    for (server, name, file) in [
        (
            VncServer::Ultravnc,
            "UltraVNC",
            "own/ultravnc/winvnc.exe".to_owned(),
        ),
        (
            VncServer::Ultravnc,
            "UltraVNC",
            "own/vnc/winvnc.exe".to_owned(),
        ),
        (VncServer::Ultravnc, "UltraVNC", "own/winvnc.exe".to_owned()),
        (
            VncServer::Ultravnc,
            "UltraVNC",
            "programs/UltraVNC/winvnc.exe".to_owned(),
        ),
        (
            VncServer::Tightvnc,
            "TightVNC",
            "own/tightvnc/tvnserver.exe".to_owned(),
        ),
        (
            VncServer::Tightvnc,
            "TightVNC",
            "programs86/TightVNC/tvnserver.exe".to_owned(),
        ),
        (
            VncServer::Tightvnc,
            "TightVNC",
            "listed/tvnserver.exe".to_owned(),
        ),
        (
            VncServer::Tigervnc,
            "TigerVNC",
            "own/tigervnc/winvnc4.exe".to_owned(),
        ),
        (
            VncServer::Tigervnc,
            "TigerVNC",
            "programs/TigerVNC Server/winvnc4.exe".to_owned(),
        ),
        (
            VncServer::Realvnc,
            "RealVNC",
            "own/realvnc/vncserver.exe".to_owned(),
        ),
    ] {
        let expected = (name.to_owned(), file.clone());
        assert_eq!(chosen(server, &[&file]).unwrap(), expected);
        assert_eq!(chosen(VncServer::Auto, &[&file]).unwrap(), expected);
    }
    if cfg!(windows) {
        let files = [folder("programs/RealVNC/VNC Server/vncserver.exe")];
        assert_eq!(chosen(VncServer::Auto, &[&files[0]]).unwrap().1, files[0]);
        let files = [folder("programs/uvnc bvba/UltraVNC/winvnc.exe")];
        assert_eq!(chosen(VncServer::Auto, &[&files[0]]).unwrap().1, files[0]);
    }
}

#[test]
fn the_best_program_is_taken_and_of_it_the_one_beside_this_one() {
    let files = [
        "own/tigervnc/winvnc4.exe",
        "programs/TightVNC/tvnserver.exe",
        "own/vnc/tvnserver.exe",
    ];
    let found = chosen(VncServer::Auto, &files).unwrap();
    assert_eq!(found, ("TightVNC".into(), "own/vnc/tvnserver.exe".into()));
}

#[test]
fn what_is_missing_or_of_linux_is_refused_with_where_it_was_looked_for() {
    let none = chosen(VncServer::Auto, &[]);
    let Err(Refusal::NotFound {
        program: None,
        looked,
        best,
    }) = none
    else {
        panic!("{none:?}");
    };
    assert!(
        looked.contains("programs86") && best.ends_with("vnc"),
        "{looked}"
    );
    let other = chosen(VncServer::Tightvnc, &["own/winvnc.exe"]);
    assert!(matches!(
        other,
        Err(Refusal::NotFound {
            program: Some("TightVNC"),
            ..
        })
    ));
    for linux in [VncServer::X11vnc, VncServer::Wayvnc] {
        let refused = chosen(linux, &["own/winvnc.exe"]);
        assert!(matches!(
            refused,
            Err(Refusal::OtherSystem {
                system: "Linux",
                ..
            })
        ));
    }
}

/// What a program is started with: its words, what it finds in the registry, the text of its file.
struct Made {
    words: Vec<String>,
    settings: BTreeMap<&'static str, Option<String>>,
    file: String,
}

fn made(server: &'static Server, binary: &str, vnc: &Vnc) -> Result<Made, Refusal> {
    let dir = tempfile::tempdir().unwrap();
    let password = SecretString::from("geheim12");
    let wish = Wish {
        vnc,
        display: "",
        password: &password,
        block: password::block(&password).unwrap(),
        password_file: Path::new("vnc-password"),
        data_dir: dir.path(),
        door: &Door::Port(vnc.listen),
    };
    let command = Chosen::Known(server, binary.into()).command(&wish)?;
    let words = command
        .arguments
        .into_iter()
        .map(|word| word.into_string().unwrap());
    let shown = |value: registry::Value| serde_json::to_string(&value).unwrap();
    let settings = command.settings.into_iter();
    Ok(Made {
        words: words.collect(),
        settings: settings
            .map(|one| (one.name, one.value.map(shown)))
            .collect(),
        file: command.secrets.first().map_or_else(String::new, |file| {
            assert!(!crate::testing::is_open_to_others(file));
            fs::read_to_string(file).unwrap()
        }),
    })
}

const ALL: [(&Server, &str); 5] = [
    (&ultravnc::SERVER, "winvnc.exe"),
    (&tightvnc::SERVER, "tvnserver.exe"),
    (&winvnc4::SERVER, "winvnc4.exe"),
    (&realvnc::SERVER, "winvnc4.exe"),
    (&realvnc::SERVER, "vncserver.exe"),
];

#[test]
fn no_password_is_on_any_command_line_and_each_program_gets_it_in_its_own_way() {
    let password = SecretString::from("geheim12");
    let block = password::block(&password).unwrap();
    let bytes = serde_json::to_string(&registry::Value::binary(&block)).unwrap();
    for (server, binary) in ALL {
        let vnc = vnc(VncServer::Auto, "127.0.0.1:5907");
        let made = made(server, binary, &vnc).unwrap();
        let line = made.words.join(" ");
        let hex = hex(&block);
        assert!(
            !line.contains("geheim12") && !line.to_lowercase().contains(&hex),
            "{line}"
        );
        match binary {
            "winvnc.exe" => {
                let sum = block.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
                let line = format!("passwd={hex}{sum:02x}");
                assert!(made.file.to_lowercase().contains(&line), "{}", made.file);
                assert!(made.file.contains("PortNumber=5907\r\n"));
                assert!(made.file.contains("LoopbackOnly=1\r\n"));
            }
            "vncserver.exe" => {
                let text = serde_json::to_string(&registry::Value::text(&hex)).unwrap();
                assert_eq!(made.settings["Password"], Some(text));
            }
            _ => assert_eq!(made.settings["Password"], Some(bytes.clone())),
        }
    }
}

#[test]
fn none_of_them_is_ever_open_to_more_than_was_asked_for() {
    for (server, binary) in ALL {
        let refused = |listen| made(server, binary, &vnc(VncServer::Auto, listen)).err();
        for one in ["192.0.2.1:5900", "[2001:db8::1]:5900"] {
            let refusal = refused(one);
            assert!(
                matches!(refusal, Some(Refusal::Address { .. })),
                "{binary} {one}"
            );
        }
        assert!(refused("127.0.0.1:5900").is_none() && refused("0.0.0.0:5900").is_none());
    }
    let all = made(&tightvnc::SERVER, "", &vnc(VncServer::Auto, "0.0.0.0:5900")).unwrap();
    let one = made(
        &tightvnc::SERVER,
        "",
        &vnc(VncServer::Auto, "127.0.0.1:5900"),
    )
    .unwrap();
    assert_ne!(all.settings["LoopbackOnly"], one.settings["LoopbackOnly"]);
}

proptest! {
    #[test]
    fn viewers_that_may_only_look_are_given_no_keys_and_no_mouse(port in 1_u16..) {
        let mut looking = vnc(VncServer::Auto, &format!("127.0.0.1:{port}"));
        looking.view_only = true;
        let ultra = made(&ultravnc::SERVER, "winvnc.exe", &looking).unwrap();
        prop_assert!(ultra.file.contains("InputsEnabled=0\r\n"), "{}", ultra.file);
        prop_assert!(ultra.file.contains(&format!("PortNumber={port}\r\n")), "{}", ultra.file);
        let tiger = made(&winvnc4::SERVER, "winvnc4.exe", &looking).unwrap();
        prop_assert!(tiger.words.contains(&"AcceptPointerEvents=0".to_owned()));
        let number = format!("PortNumber={port}");
        prop_assert!(tiger.words.contains(&number));
    }
}
