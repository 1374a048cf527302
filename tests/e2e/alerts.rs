//! What the owner hears when something goes down, and when it is back.

use std::fmt::Write as _;

use tokio_xmpp::parsers::message::MessageType;

use crate::peers::free_port::free_port;
use crate::peers::human::body;
use crate::peers::{Human, Listener, Nginx, Program, Stage, Vsftpd};

/// The scene with one target called shop.
async fn watching(target: &str) -> (Stage, Human, Program) {
    let yaml = format!("language: en\ntargets:\n  - {{name: shop, {target}}}\n");
    let stage = Stage::set(&yaml).await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    (stage, owner, program)
}

/// DOWN with its evidence, and nothing else so far.
async fn hears_down(owner: &Human, evidence: &str) {
    let alert = owner.hears_line("DOWN shop: ").await;
    let text = body(&alert);
    assert!(
        text.contains(evidence) && text.contains(", since "),
        "{text}"
    );
    assert_eq!(alert.type_, MessageType::Chat);
    assert!(alert.id.is_some());
    assert_eq!(owner.lines_heard("UP shop"), 0);
}

/// UP, after one DOWN.
async fn hears_up(owner: &Human) {
    let text = body(&owner.hears_line("UP shop: ").await);
    assert!(text.contains(", after "), "{text}");
    // What was sent before this answer is here.
    owner.asks("VERSION").await;
    assert_eq!(
        (owner.lines_heard("DOWN shop"), owner.lines_heard("UP shop")),
        (1, 1)
    );
}

#[tokio::test]
async fn a_web_page_that_goes_and_comes_back_is_told_with_its_status() {
    let nginx = Nginx::start().await;
    let target = format!(
        "kind: web, url: \"{}\", expect: {{body_contains: Welcome}}",
        nginx.url()
    );
    let (_stage, owner, _program) = watching(&target).await;
    nginx.switch_off();
    hears_down(&owner, "status 403 Forbidden, expected 200-299").await;
    nginx.switch_on();
    hears_up(&owner).await;
}

#[tokio::test]
async fn an_ftp_server_that_goes_and_comes_back_is_told() {
    let mut vsftpd = Vsftpd::start().await;
    let target = format!(
        "kind: ftp, host: 127.0.0.1, port: {}, every: 2s, timeout: 2s, expect: {{path: /pub/ls-lR.gz}}",
        vsftpd.port
    );
    let (_stage, owner, _program) = watching(&target).await;
    vsftpd.stop();
    hears_down(&owner, "connection refused by 127.0.0.1").await;
    vsftpd.resume().await;
    hears_up(&owner).await;
}

#[tokio::test]
async fn a_port_that_closes_and_opens_is_told() {
    let port = free_port();
    let open = Listener::on(port).await;
    let target =
        format!("kind: port, host: 127.0.0.1, port: {port}, expect: {{banner: \"^220 \"}}");
    let (_stage, owner, _program) = watching(&target).await;
    open.close().await;
    hears_down(
        &owner,
        &format!("connection refused by 127.0.0.1:{port} (connect)"),
    )
    .await;
    let _back = Listener::on(port).await;
    hears_up(&owner).await;
}

#[tokio::test]
async fn a_share_that_is_gone_and_comes_back_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (share, elsewhere) = (dir.path().join("share"), dir.path().join("elsewhere"));
    std::fs::create_dir(&share).unwrap();
    let target = format!("kind: disk, path: {}, min_free: 0%", share.display());
    let (_stage, owner, _program) = watching(&target).await;
    std::fs::rename(&share, &elsewhere).unwrap();
    hears_down(&owner, &format!("{} does not exist", share.display())).await;
    std::fs::rename(&elsewhere, &share).unwrap();
    hears_up(&owner).await;
}

#[tokio::test]
async fn a_disk_with_too_little_room_is_told_with_its_numbers() {
    let target = "{name: shop, kind: disk, path: /, min_free: 100%}";
    let stage = Stage::set(&format!("language: en\ntargets: [{target}]\n")).await;
    let (owner, _program) = stage.owner_and_program().await;
    let text = body(&owner.hears_line("DOWN shop: ").await);
    assert!(
        text.contains(" free (") && text.contains("less than 100 %"),
        "{text}"
    );
}

#[tokio::test]
async fn changes_that_fall_together_come_as_one_message() {
    let ports = [free_port(), free_port(), free_port()];
    let mut open = Vec::new();
    let mut yaml = "language: de\ntargets:\n".to_owned();
    for (n, port) in ports.into_iter().enumerate() {
        open.push(Listener::on(port).await);
        writeln!(
            yaml,
            "  - {{name: t{n}, kind: port, host: 127.0.0.1, port: {port}}}"
        )
        .unwrap();
    }
    let stage = Stage::set("").await;
    let account = stage
        .account("host-secret")
        .replace("batch_window: 200ms", "batch_window: 3s");
    stage.home.configure(&format!("{account}{yaml}"));
    let (owner, program) = stage.owner_and_program().await;
    for n in 0..3 {
        program.target_goes(&format!("t{n}"), "UP").await;
    }
    for listener in open {
        listener.close().await;
    }
    let alert = body(&owner.hears_line("AUSGEFALLEN t0: ").await);
    let lines: Vec<&str> = alert.lines().collect();
    assert_eq!(lines.len(), 3, "{alert}");
    for (n, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("AUSGEFALLEN t{n}: ")), "{alert}");
    }
    let mut back = Vec::new();
    for port in ports {
        back.push(Listener::on(port).await);
    }
    let alert = body(&owner.hears_line("WIEDER DA t0: ").await);
    assert_eq!(alert.lines().count(), 3, "{alert}");
}

#[tokio::test]
async fn support_hears_only_of_what_is_addressed_to_it() {
    let ports = [free_port(), free_port()];
    let stage = Stage::set(&format!(
        "language: en
targets:
  - {{name: ours, kind: port, host: 127.0.0.1, port: {}}}
  - {{name: theirs, kind: port, host: 127.0.0.1, port: {}, alert_to: [support]}}
",
        ports[0], ports[1]
    ))
    .await;
    let support = stage.human("support").await;
    let (owner, _program) = stage.owner_and_program().await;
    support.meets(0).await;
    support.hears_line("DOWN theirs: ").await;
    owner.hears_line("DOWN ours: ").await;
    for human in [&owner, &support] {
        human.asks("VERSION").await;
    }
    assert_eq!(owner.lines_heard("DOWN theirs"), 0);
    assert_eq!(support.lines_heard("DOWN ours"), 0);
}

#[tokio::test]
async fn what_depends_on_a_target_that_is_down_raises_no_alarm_of_its_own() {
    let (router, mail) = (free_port(), free_port());
    let open = (Listener::on(router).await, Listener::on(mail).await);
    let stage = Stage::set(&format!(
        "language: en
targets:
  - {{name: router, kind: port, host: 127.0.0.1, port: {router}}}
  - {{name: mail, kind: port, host: 127.0.0.1, port: {mail}, depends_on: [router]}}
"
    ))
    .await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("router", "UP").await;
    program.target_goes("mail", "UP").await;
    open.0.close().await;
    open.1.close().await;
    program.target_goes("mail", "DOWN").await;
    owner.hears_line("DOWN router: ").await;
    assert!(owner.asks("STATUS mail").await.contains("waits for router"));
    assert_eq!(owner.lines_heard("DOWN mail"), 0);
    let _router = Listener::on(router).await;
    owner.hears_line("UP router: ").await;
    owner.hears_line("DOWN mail: ").await;
}
