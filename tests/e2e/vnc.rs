//! Remote control on command, and nothing of it left behind.

use std::io::Read;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::peers::free_port::free_port;
use crate::peers::guard::processes_of;
use crate::peers::{Human, Program, RUN, Stage, Xvfb, until};

const PASSWORD: &str = "t0p-s3c!";

/// A screen, an owner, and a program that may show it.
struct Scene {
    port: u16,
    screen: Xvfb,
    stage: Stage,
    owner: Human,
    program: Program,
}

async fn scene(access: &str) -> Scene {
    scene_with(access, "view_only: false").await
}

/// With one more line under `vnc:`.
async fn scene_with(access: &str, vnc: &str) -> Scene {
    let (port, screen) = (free_port(), Xvfb::start().await);
    let stage = Stage::set("").await;
    let account = stage.account("host-secret");
    let account = account.replace("support: [support@hm.test]}", &format!("{access}}}"));
    stage.home.configure(&format!(
        "{account}language: en\ntargets: []\n\
         vnc: {{server: x11vnc, display: \"{}\", port: {port}, {vnc}}}\n",
        screen.display
    ));
    let set = stage
        .home
        .run(&["vnc-password", "--stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(set.code, Some(0), "{set:?}");
    let owner = stage.human("owner").await;
    let program = program(&stage, &screen);
    owner.meets(0).await;
    Scene {
        port,
        screen,
        stage,
        owner,
        program,
    }
}

fn program(stage: &Stage, screen: &Xvfb) -> Program {
    let mut command: Command = stage.home.command(&RUN);
    Program::of(command.env("XAUTHORITY", &screen.xauthority))
}

impl Scene {
    /// The program that ended is started anew.
    async fn start_again(&mut self) {
        let seen = self.owner.presences().len();
        self.program = program(&self.stage, &self.screen);
        self.owner.meets(seen).await;
    }
}

fn connect(port: u16) -> Option<TcpStream> {
    TcpStream::connect(("127.0.0.1", port)).ok()
}

fn speaks_rfb(port: u16) -> bool {
    let Some(mut stream) = connect(port) else {
        return false;
    };
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut greeting = [0; 4];
    stream.read_exact(&mut greeting).is_ok() && &greeting == b"RFB "
}

/// Nothing of it runs or listens any more.
async fn is_gone(scene: &Scene) {
    let home = scene.stage.home.path();
    let own = scene.program.pid();
    until("the port is closed", || {
        connect(scene.port).is_none().then_some(())
    })
    .await;
    until("no process is left", || {
        let mut left = processes_of(home);
        left.retain(|(pid, _)| *pid != own);
        left.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn vnc_starts_tells_its_address_and_stops_with_its_port_closed() {
    let scene = scene("support: []").await;
    let address = format!("127.0.0.1:{}", scene.port);
    assert_eq!(scene.owner.asks("VNC").await, "Remote control is off.");
    let answer = scene.owner.asks("VNC START").await;
    assert!(answer.contains(&address), "{answer}");
    assert!(answer.contains("stops by itself"), "{answer}");
    assert!(speaks_rfb(scene.port));
    let again = scene.owner.asks("VNC STARTEN").await;
    assert!(
        again.contains("already") && again.contains(&address),
        "{again}"
    );
    let state = scene.owner.asks("VNC").await;
    assert!(
        state.contains(&address) && state.contains("Nobody is connected"),
        "{state}"
    );
    let processes = processes_of(scene.stage.home.path());
    assert!(
        !processes.iter().any(|(_, line)| line.contains(PASSWORD)),
        "{processes:?}"
    );
    let stopped = scene.owner.asks("VNC STOP").await;
    assert!(
        connect(scene.port).is_none(),
        "answered before the port was closed: {stopped}"
    );
    is_gone(&scene).await;
    assert_eq!(scene.owner.asks("VNC").await, "Remote control is off.");
    assert!(!scene.program.errors().contains(PASSWORD));
    assert!(!scene.screen.display.is_empty());
}

#[tokio::test]
async fn nothing_of_vnc_is_left_after_sigterm() {
    let mut scene = scene("support: []").await;
    scene.owner.asks("VNC START 5").await;
    assert!(speaks_rfb(scene.port));
    assert_eq!(scene.program.stop().await, Some(0));
    assert!(connect(scene.port).is_none());
    is_gone(&scene).await;
}

#[tokio::test]
async fn nothing_of_vnc_is_left_after_kill_9() {
    let mut scene = scene("support: []").await;
    scene.owner.asks("VNC START").await;
    assert!(speaks_rfb(scene.port));
    scene.program.crash().await;
    is_gone(&scene).await;
}

#[tokio::test]
async fn without_a_password_vnc_is_refused_with_what_mends_it() {
    let stage = Stage::set("language: en\ntargets: []\n").await;
    let (owner, _program) = stage.owner_and_program().await;
    let answer = owner.asks("VNC START").await;
    assert!(answer.contains("vnc-password"), "{answer}");
}

#[tokio::test]
async fn with_a_second_factor_vnc_needs_a_code_and_takes_each_code_once() {
    let scene = scene(&format!("vnc_code: {{totp_secret: {TOTP_SECRET}}}")).await;
    let answer = scene.owner.asks("VNC START 30").await;
    assert_eq!(answer, "A code is needed: VNC START [MINUTES] CODE");
    let answer = scene
        .owner
        .asks(&format!("VNC START {}", wrong_code()))
        .await;
    assert_eq!(answer, "This code is wrong or was used before.");
    assert!(connect(scene.port).is_none());
    let good = format!("VNC START 30 {}", code(0));
    let answer = scene.owner.asks(&good).await;
    assert!(
        answer.contains(&format!("127.0.0.1:{}", scene.port)),
        "{answer}"
    );
    scene.owner.asks("VNC STOP").await;
    assert_eq!(
        scene.owner.asks(&good).await,
        "This code is wrong or was used before."
    );
}

#[tokio::test]
async fn used_codes_and_the_lock_outlive_kill_9_of_the_whole_program() {
    let mut scene = scene(&format!("vnc_code: {{totp_secret: {TOTP_SECRET}}}")).await;
    let good = format!("VNC START 30 {}", code(0));
    let answer = scene.owner.asks(&good).await;
    let address = format!("127.0.0.1:{}", scene.port);
    assert!(answer.contains(&address), "{answer}");
    scene.program.crash().await;
    scene.start_again().await;
    assert_eq!(scene.owner.asks(&good).await, USED);
    for _ in 0..3 {
        let wrong = format!("VNC START {}", wrong_code());
        assert_eq!(scene.owner.asks(&wrong).await, USED);
    }
    scene.program.crash().await;
    scene.start_again().await;
    let wrong = format!("VNC START {}", wrong_code());
    let locked = scene.owner.asks(&wrong).await;
    assert!(locked.contains("locked for 15m"), "{locked}");
    let told = "Five wrong codes for VNC START from owner@hm.test";
    scene.owner.hears_line(told).await;
    scene.program.crash().await;
    scene.start_again().await;
    let next = format!("VNC START 30 {}", code(1));
    let locked = scene.owner.asks(&next).await;
    assert!(locked.contains("is locked for 14m"), "{locked}");
    let file = scene.stage.home.path().join("data/vnc-code-state");
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_code_whose_use_cannot_be_written_down_starts_nothing() {
    let scene = scene(&format!("vnc_code: {{totp_secret: {TOTP_SECRET}}}")).await;
    let state = scene.stage.home.path().join("data/vnc-code-state");
    std::fs::create_dir(&state).unwrap();
    let good = format!("VNC START {}", code(0));
    let answer = scene.owner.asks(&good).await;
    assert!(answer.contains("does not count"), "{answer}");
    assert!(connect(scene.port).is_none());
    std::fs::remove_dir(&state).unwrap();
    assert_eq!(scene.owner.asks(&good).await, USED);
    let next = format!("VNC START {}", code(1));
    let answer = scene.owner.asks(&next).await;
    assert!(answer.contains("Remote control is on"), "{answer}");
}

const USED: &str = "This code is wrong or was used before.";

#[tokio::test]
async fn a_waiting_viewer_is_for_the_owner_alone_and_behind_the_second_factor() {
    let waiting = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    waiting.set_nonblocking(true).unwrap();
    let address = waiting.local_addr().unwrap();
    let access = format!("support: [support@hm.test], vnc_code: {{totp_secret: {TOTP_SECRET}}}");
    let mut scene = scene_with(&access, "viewers: [127.0.0.1]").await;
    let support = scene.stage.human("support").await;
    let command = format!("VNC START VIEWER {address}");
    let refused = support.asks(&format!("{command} {}", code(0))).await;
    assert!(refused.contains("owner"), "{refused}");
    let answer = scene.owner.asks(&command).await;
    assert!(answer.starts_with("A code is needed"), "{answer}");
    assert!(waiting.accept().is_err(), "connected without a code");
    let good = format!("VNC STARTEN Betrachter {address} 5 {}", code(0));
    let answer = scene.owner.asks(&good).await;
    assert!(
        answer.contains(&format!("connected to the viewer {address}")),
        "{answer}"
    );
    let (_viewer, _) = waiting.accept().expect("answered before it was connected");
    assert!(connect(scene.port).is_none(), "it listens");
    assert_eq!(scene.owner.asks(&good).await, USED);
    let help = scene.owner.asks("HELP VNC START").await;
    assert!(
        help.contains("VNC START [VIEWER HOST[:PORT]] [MINUTES] [CODE]"),
        "{help}"
    );
    assert_eq!(scene.program.stop().await, Some(0));
    is_gone(&scene).await;
}

#[tokio::test]
async fn a_one_time_password_is_in_the_answer_and_nowhere_else() {
    let mut scene = scene_with("support: []", "one_time_password: true").await;
    let answer = scene.owner.asks("VNC START").await;
    let (_, password) = answer.split_once("for this start alone: ").expect("told");
    assert_eq!(password.len(), 8, "{answer}");
    assert!(speaks_rfb(scene.port));
    for command in ["VNC START", "VNC", "HISTORY", "MORE", "VNC STOP"] {
        let answer = scene.owner.asks(command).await;
        assert!(!answer.contains(password), "{command}: {answer}");
    }
    assert_eq!(scene.program.stop().await, Some(0));
    scene.program.reads_all().await;
    assert!(!scene.program.errors().contains(password));
    let data = scene.stage.home.path().join("data");
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let holds = bytes.windows(8).any(|part| part == password.as_bytes());
        assert!(!holds, "{}", path.display());
        assert_ne!(path.file_name().unwrap(), "vnc-password-once");
    }
}

const TOTP_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// The code of now, or of so many half minutes away.
fn code(steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(TOTP_SECRET).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let at = jiff::Timestamp::now().as_second() + 30 * steps;
    totp.generate(u64::try_from(at).unwrap()).to_string()
}

/// One that is none of those around now.
fn wrong_code() -> String {
    let near: Vec<String> = (-3..=3).map(code).collect();
    let mut codes = (0..10).map(|n| format!("{n:06}"));
    codes.find(|code| !near.contains(code)).unwrap()
}

#[tokio::test]
async fn a_vnc_password_of_nine_characters_is_refused_with_the_reason() {
    let stage = crate::peers::Home::with("language: en\ntargets: []\n");
    let done = stage.run(&["vnc-password", "--stdin"], "ninechars\n");
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(
        done.err.contains('8') && !done.err.contains("ninechars"),
        "{done:?}"
    );
}
