//! Against real display servers without a screen: `Xvfb`, and `sway` on its headless backend.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use hostmessenger_config::Language;

use super::*;

/// A program that ends with the test.
pub(in crate::host_info) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let ended = self.0.kill().and_then(|()| self.0.wait());
        drop(ended);
    }
}

impl Running {
    pub(in crate::host_info) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
    }
}

/// An X server, and the display that it chose.
pub(in crate::host_info) fn xvfb(size: &str) -> (Running, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", size])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts");
    let mut number = String::new();
    let out = server.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut number).unwrap();
    (Running(server), format!(":{}", number.trim()))
}

/// A compositor with two outputs, of which the first is as said, and its socket.
async fn sway(folder: &Path, output: &str) -> (Running, PathBuf) {
    let config = folder.join("config");
    std::fs::write(&config, format!("output HEADLESS-1 {output}\n")).unwrap();
    // sway does not run as root.
    let mut command = if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(folder, Some(65_534), Some(65_534)).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "sway"]);
        command
    } else {
        Command::new("sway")
    };
    command
        .arg("-c")
        .arg(&config)
        .env("WLR_BACKENDS", "headless")
        .env("WLR_HEADLESS_OUTPUTS", "2")
        .env("WLR_RENDERER", "pixman")
        .env("WLR_LIBINPUT_NO_DEVICES", "1");
    compositor(command, folder, "wayland-1").await
}

/// The reference compositor with one output, and its socket.
async fn weston(folder: &Path, options: &[&str]) -> (Running, PathBuf) {
    let mut command = Command::new("weston");
    command
        .args([
            "--backend=headless-backend.so",
            "--no-config",
            "--idle-time=0",
        ])
        .arg("--socket=here")
        .args(options);
    compositor(command, folder, "here").await
}

async fn compositor(mut command: Command, folder: &Path, socket: &str) -> (Running, PathBuf) {
    let compositor = command
        .env("XDG_RUNTIME_DIR", folder)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DISPLAY")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a compositor starts");
    let compositor = Running(compositor);
    let socket = folder.join(socket);
    let began = Instant::now();
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        assert!(began.elapsed() < Duration::from_secs(20), "no socket");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (compositor, socket)
}

async fn line(sources: Vec<Source>) -> Result<String, String> {
    let told = ask_all(sources).await;
    told.map(|told| told(Language::En))
        .map_err(|why| why(Language::En))
}

fn nowhere() -> Source {
    Source::Drm("/nonexistent/drm".into())
}

#[tokio::test]
async fn every_screen_of_an_x_server_is_told() {
    let (_server, display) = xvfb("1234x567x24");
    let told = line(vec![Source::X11(display), nowhere()]).await.unwrap();
    assert_eq!(told, "screen 1234x567");
}

#[tokio::test]
async fn an_x_server_without_randr_tells_its_size() {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-extension", "RANDR"])
        .args(["-screen", "0", "800x600x24", "-screen", "1", "640x480x24"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut number = String::new();
    let out = server.stdout.take().unwrap();
    let _server = Running(server);
    BufReader::new(out).read_line(&mut number).unwrap();
    let told = line(vec![Source::X11(format!(":{}", number.trim()))]).await;
    assert_eq!(told.unwrap(), "screen 0 800x600, screen 1 640x480");
}

#[tokio::test]
async fn an_x_server_that_is_stopped_is_a_reason_and_answers_when_it_goes_on() {
    use rustix::process::Signal;
    let (server, display) = xvfb("700x500x24");
    server.signal(Signal::STOP);
    let began = Instant::now();
    let why = line(vec![Source::X11(display.clone()), nowhere()]).await;
    assert!(began.elapsed() < Duration::from_millis(4_500));
    assert_eq!(why, Err(format!("X11 {display}: no answer for 4s")));
    server.signal(Signal::CONT);
    let told = line(vec![Source::X11(display)]).await.unwrap();
    assert!(told.ends_with(" 700x500"), "{told}");
}

#[tokio::test]
async fn every_screen_of_a_wayland_compositor_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (_compositor, socket) = sway(folder.path(), "mode 1600x900 scale 2").await;
    let told = line(vec![Source::Wayland(socket)]).await.unwrap();
    let mut screens: Vec<_> = told.split(", ").collect();
    screens.sort_unstable();
    assert_eq!(screens[0], "HEADLESS-1 1600x900");
    assert!(screens[1].starts_with("HEADLESS-2 "), "{told}");
}

#[tokio::test]
async fn a_wayland_screen_that_stands_upright_is_told_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--width=1600", "--height=900", "--transform=rotate-90"];
    let (_compositor, socket) = weston(folder.path(), &options).await;
    let told = line(vec![Source::Wayland(socket)]).await.unwrap();
    assert_eq!(told, "headless 900x1600");
}

#[tokio::test]
async fn a_compositor_that_is_stopped_leaves_the_word_to_x11() {
    let folder = tempfile::tempdir().unwrap();
    let (compositor, socket) = sway(folder.path(), "mode 800x600").await;
    compositor.signal(rustix::process::Signal::STOP);
    let (_server, display) = xvfb("640x480x24");
    let told = line(vec![Source::Wayland(socket), Source::X11(display)]).await;
    assert!(told.unwrap().ends_with(" 640x480"));
}

/// As the kernel shows it, with one monitor that is there and one that is not.
fn connectors(folder: &Path) {
    let connector = |name: &str, status: &str, modes: &str| {
        let connector = folder.join(name);
        std::fs::create_dir(&connector).unwrap();
        std::fs::write(connector.join("status"), status).unwrap();
        std::fs::write(connector.join("modes"), modes).unwrap();
    };
    std::fs::create_dir(folder.join("card0")).unwrap();
    std::fs::write(folder.join("version"), "drm 1.1.0\n").unwrap();
    connector("card0-HDMI-A-1", "connected\n", "1920x1080\n1280x720\n");
    connector("card0-DP-1", "disconnected\n", "");
    connector("card1-VGA-1", "connected\n", "");
    connector("card1-DVI-I-1", "connected\n", "1920x1080i\n");
}

#[tokio::test]
async fn without_a_display_server_the_kernel_tells_the_monitors() {
    let folder = tempfile::tempdir().unwrap();
    connectors(folder.path());
    let drm = || Source::Drm(folder.path().into());
    let monitors = "DVI-I-1 1920x1080, HDMI-A-1 1920x1080";
    assert_eq!(line(vec![drm()]).await.unwrap(), monitors);
    let dead = Source::X11(":4242".into());
    let told = line(vec![dead, drm()]).await.unwrap();
    assert!(
        told.starts_with(&format!("{monitors} (X11 :4242: ")),
        "{told}"
    );
}

#[tokio::test]
async fn without_a_display_and_without_a_monitor_that_is_the_answer() {
    let told = line(vec![nowhere()]).await.unwrap();
    assert!(told.starts_with("none: no display server"), "{told}");
    let why = line(vec![Source::X11("nonsense".into()), nowhere()]).await;
    assert!(why.unwrap_err().starts_with("X11 nonsense: "));
}

#[test]
fn a_configured_display_comes_first_and_wayland_before_its_own_x11() {
    let session = |name: &str| {
        let value = match name {
            "WAYLAND_DISPLAY" => "wayland-7",
            "XDG_RUNTIME_DIR" => "/run/user/1000",
            "DISPLAY" => ":1",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let wayland = || Source::Wayland("/run/user/1000/wayland-7".into());
    let drm = || Source::Drm("/sys/class/drm".into());
    let x11 = |display: &str| Source::X11(display.into());
    assert_eq!(sources(None, session), [wayland(), x11(":1"), drm()]);
    assert_eq!(sources(Some(":5"), session), [x11(":5"), wayland(), drm()]);
    assert_eq!(sources(Some(":5"), |_| None), [x11(":5"), drm()]);
    let absolute = |name: &str| (name == "WAYLAND_DISPLAY").then(|| "/tmp/w".to_owned());
    assert_eq!(
        sources(Some(":5"), absolute)[1],
        Source::Wayland("/tmp/w".into())
    );
}
