//! What the owner hears when something goes down, and when it is back: all four kinds.

use std::path::{Path, PathBuf};

use crate::peers::free_port::free_port;
use crate::peers::human::body;
use crate::peers::runner::prefix;
use crate::peers::{Human, Listener, Nginx, Vsftpd};
use crate::scene::{stage, watching};

/// DOWN with its evidence, and no UP so far.
pub(crate) async fn hears_down(owner: &Human, evidence: &str) {
    let text = body(&owner.hears_line("DOWN shop: ").await);
    assert!(
        text.contains(evidence) && text.contains(", since "),
        "{text}"
    );
    assert_eq!(owner.lines_heard("UP shop"), 0);
}

/// UP, after one DOWN.
pub(crate) async fn hears_up(owner: &Human) {
    let text = body(&owner.hears_line("UP shop: ").await);
    assert!(text.contains(", after "), "{text}");
    // What was sent before this answer is here.
    owner.asks("VERSION").await;
    let heard = (owner.lines_heard("DOWN shop"), owner.lines_heard("UP shop"));
    assert_eq!(heard, (1, 1));
}

#[tokio::test]
async fn a_web_page_that_goes_and_comes_back_is_told_with_its_status() {
    let nginx = Nginx::start().await;
    let expect = "expect: {body_contains: Welcome}";
    let (_stage, owner, _program) =
        watching(&format!("kind: web, url: \"{}\", {expect}", nginx.url())).await;
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
    let evidence = format!("connection refused by 127.0.0.1:{port} (connect)");
    hears_down(&owner, &evidence).await;
    let _back = Listener::on(port).await;
    hears_up(&owner).await;
}

/// A drive letter, which in Wine is a link in its folder of devices; it goes away with its value.
struct Drive(PathBuf);

impl Drive {
    /// Puts it in.
    fn plugged_in(letter: char, folder: &Path) -> Self {
        let link = prefix().join(format!("dosdevices/{letter}:"));
        // One that a test left behind that was killed.
        std::fs::remove_file(&link).ok();
        std::os::unix::fs::symlink(folder, &link).unwrap();
        Self(link)
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

#[tokio::test]
async fn a_drive_that_is_pulled_out_and_put_back_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let drive = Drive::plugged_in('x', dir.path());
    let (_stage, owner, _program) = watching(r"kind: disk, path: 'X:\', min_free: 0%").await;
    drop(drive);
    hears_down(&owner, r"X:\ does not exist").await;
    let _back = Drive::plugged_in('x', dir.path());
    hears_up(&owner).await;
}

#[tokio::test]
async fn a_disk_that_has_too_little_room_until_less_is_asked_of_it_is_told_with_its_numbers() {
    let target = |share: &str| {
        format!(
            r"language: en
targets: [{{name: shop, kind: disk, path: 'C:\', min_free: {share}}}]
"
        )
    };
    let stage = stage(&target("100%")).await;
    let (owner, _program) = stage.owner_and_program().await;
    let text = body(&owner.hears_line("DOWN shop: ").await);
    assert!(
        text.contains(" free (") && text.contains("less than 100 %"),
        "{text}"
    );
    stage.configure(&target("0%"));
    let answer = owner.asks("RELOAD").await;
    assert!(answer.contains("changed: shop"), "{answer}");
    hears_up(&owner).await;
}
