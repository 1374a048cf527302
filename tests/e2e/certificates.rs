//! The server's certificate changes, or ends, under a program that runs.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::peers::free_port::free_port;
use crate::peers::prosody::DOMAIN;
use crate::peers::stage::of_actor;
use crate::peers::{Listener, Program, Stage, until};

fn shop(port: u16) -> String {
    format!(
        "language: en\ntargets:\n  - {{name: shop, kind: port, host: 127.0.0.1, port: {port}}}\n"
    )
}

/// Waits until the link cannot come back, and gives the reason that the log names.
async fn refused(program: &Program, mark: usize, word: &str) -> String {
    let about = |line: &Value| {
        let reason = line["reason"].as_str().unwrap_or_default();
        reason.contains(word)
    };
    let line = program.logs_after(mark, "link not back yet", about).await;
    line["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_no_password_and_alerts_wait_for_the_right_one() {
    let port = free_port();
    let open = Listener::on(port).await;
    let mut stage = Stage::set(&shop(port)).await;
    let program = stage.program().await;
    program.target_goes("shop", "UP").await;
    let mark = program.mark();
    stage.prosody.kill();
    stage.prosody.authority().issue_untrusted(DOMAIN);
    stage.prosody.resume().await;
    let reason = refused(&program, mark, "certificate").await;
    assert!(
        !stage.prosody.log().contains("Authenticated as host@"),
        "{reason}"
    );
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    stage.prosody.kill();
    stage.prosody.authority().issue(DOMAIN);
    stage.prosody.resume().await;
    let owner = stage.human("owner").await;
    owner.hears_line("DOWN shop: ").await;
    program.logs_after(mark, "connected", |_| true).await;
}

#[tokio::test]
async fn a_certificate_that_ends_while_connected_ends_nothing_until_the_next_login() {
    let port = free_port();
    let open = Listener::on(port).await;
    let mut stage = Stage::set(&shop(port)).await;
    stage.prosody.kill();
    let lasts = Duration::from_secs(12);
    let end = SystemTime::now() + lasts;
    stage.prosody.authority().issue_for(DOMAIN, lasts);
    stage.prosody.resume().await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    let over = || (SystemTime::now() > end + Duration::from_secs(2)).then_some(());
    until("the certificate has ended", over).await;
    let lost = |line: &&Value| line["message"] == "disconnected";
    assert_eq!(program.log().iter().filter(lost).count(), 0);
    open.close().await;
    owner.hears_line("DOWN shop: ").await;
    let _open = Listener::on(port).await;
    owner.hears_line("UP shop: ").await;

    let mark = program.mark();
    stage.prosody.kill();
    stage.prosody.resume().await;
    let reason = refused(&program, mark, "expired").await;
    assert!(reason.contains("certificate"), "{reason}");
    stage.prosody.kill();
    stage.prosody.authority().issue(DOMAIN);
    stage.prosody.resume().await;
    program.logs_after(mark, "connected", |_| true).await;
    let restarts = |line: &&Value| line["message"] == "actor restarting";
    assert!(
        program
            .log()
            .iter()
            .filter(restarts)
            .all(|line| of_actor("connection")(line))
    );
}
