//! wayvnc on sway without a screen.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::{Child, Command, Stdio};

use crate::host::Setup;
use crate::processes::{listening, wait_until};
use crate::reverse::Waiting;

/// sway does not run as root.
const NOBODY: u32 = 65_534;

struct Compositor {
    sway: Child,
    runtime: tempfile::TempDir,
}

impl Compositor {
    fn start() -> Self {
        let runtime = tempfile::tempdir().expect("a folder");
        let folder = runtime.path();
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).expect("mode");
        let config = folder.join("config");
        std::fs::write(&config, "xwayland disable\n").expect("written");
        let mut command = if folder.metadata().expect("there").uid() == 0 {
            chown(folder, Some(NOBODY), Some(NOBODY)).expect("changed");
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sway"]);
            command
        } else {
            Command::new("sway")
        };
        let sway = command
            .arg("-c")
            .arg(&config)
            .env("XDG_RUNTIME_DIR", folder)
            .env("WLR_BACKENDS", "headless")
            .env("WLR_LIBINPUT_NO_DEVICES", "1")
            .env("WLR_RENDERER", "pixman")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sway");
        let socket = folder.join("wayland-1");
        wait_until("a compositor", || socket.exists());
        Self { sway, runtime }
    }

    fn runtime(&self) -> &str {
        self.runtime.path().to_str().expect("UTF-8")
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        let _gone = self.sway.kill();
        let _collected = self.sway.wait();
    }
}

#[test]
fn in_a_wayland_session_auto_is_wayvnc_with_tls_and_its_secrets_go_with_it() {
    let compositor = Compositor::start();
    let mut host = Setup::new("auto", ":0")
        .env("XDG_RUNTIME_DIR", compositor.runtime())
        .env("WAYLAND_DISPLAY", "wayland-1")
        .run();
    let answer = host.start_vnc();
    assert!(answer.contains("(wayvnc)"), "{answer}");
    host.hear("user name: hostmessenger");
    let port = host.setup.port;
    assert_eq!(listening(&host.of_vnc()), [format!("127.0.0.1:{port}")]);
    let config = host.setup.dir.path().join("data/wayvnc.config");
    let mode = config.metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let mut viewer = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    viewer.read_exact(&mut [0; 12]).expect("a greeting");
    viewer.write_all(b"RFB 003.008\n").expect("sent");
    let mut offered = [0; 2];
    viewer.read_exact(&mut offered).expect("security types");
    assert_eq!(offered, [1, 19], "only VeNCrypt");

    host.stop_vnc();
    assert!(!config.exists());
}

#[test]
fn a_wayland_session_is_led_to_a_waiting_viewer_with_no_port_open() {
    let (compositor, waiting) = (Compositor::start(), Waiting::new());
    let mut host = Setup::new("auto", ":0")
        .env("XDG_RUNTIME_DIR", compositor.runtime())
        .env("WAYLAND_DISPLAY", "wayland-1")
        .with("viewers: ['127.0.0.1']")
        .run();
    host.tell(&waiting.command());
    let mut viewer = waiting.accept();
    let answer = host.hear("connected to the viewer");
    assert!(answer.contains("(wayvnc)"), "{answer}");
    host.hear("user name: hostmessenger");
    assert_eq!(listening(&host.of_vnc()), Vec::<String>::new());
    viewer.read_exact(&mut [0; 12]).expect("a greeting");
    viewer.write_all(b"RFB 003.008\n").expect("sent");
    let mut offered = [0; 2];
    viewer.read_exact(&mut offered).expect("security types");
    assert_eq!(offered, [1, 19], "only VeNCrypt");
    drop(viewer);
    host.hear("Remote control ended: the connection to the viewer");
    wait_until("nothing left", || host.of_vnc().is_empty());
}

#[test]
fn without_a_compositor_wayvnc_is_not_started() {
    let runtime = tempfile::tempdir().expect("a folder");
    let mut host = Setup::new("wayvnc", ":0")
        .env("XDG_RUNTIME_DIR", runtime.path().to_str().expect("UTF-8"))
        .env("WAYLAND_DISPLAY", "wayland-7")
        .run();
    let answer = host.ask("VNC START", "not started");
    assert!(answer.contains("no Wayland compositor"), "{answer}");
    assert!(answer.contains("wayland-7"), "{answer}");
}
