//! Redirects: how many, where to, and with which secrets.

use std::sync::Arc;

use futures_util::future::{FutureExt, pending};
use secrecy::SecretString;

use super::peers::{Conn, Peer, ok, to};
use super::*;
use crate::probe::kinds::web::Clients;
use crate::testing::Authority;

/// Redirects from `/N` to `/N-1`, and answers at `/0`.
async fn staircase() -> Peer {
    Peer::new(|mut conn| async move {
        let request = conn.request().await;
        let path = request.split(' ').nth(1).unwrap_or_default();
        let steps: u32 = path.trim_start_matches('/').parse().unwrap();
        let answer = match steps {
            0 => ok("", "arrived"),
            n => to(302, &format!("/{}", n - 1)),
        };
        conn.say(answer).await;
    })
    .await
}

#[tokio::test]
async fn ten_redirects_are_followed_and_an_eleventh_is_not() {
    let peer = staircase().await;
    let mut ten = options(&peer.url("/10"));
    ten.body_contains = Some("arrived".into());
    assert_ok(&check(ten).await);
    assert_eq!(peer.connections(), 11);
    let to = peer.url("/0");
    let reason = WebReason::TooManyRedirects { limit: 10, to };
    assert_failed(
        &check(options(&peer.url("/11"))).await,
        Phase::Answer,
        reason,
    );
    assert_eq!(peer.connections(), 22);
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let peer = Peer::answering(to(301, "/again")).await;
    let to = peer.url("/again");
    let reason = WebReason::TooManyRedirects { limit: 10, to };
    assert_failed(&check(options(&peer.url("/"))).await, Phase::Answer, reason);
}

#[tokio::test]
async fn with_redirects_off_the_status_decides() {
    let peer = staircase().await;
    let mut off = options(&peer.url("/1"));
    off.follow_redirects = false;
    let text = "status 302 Found, expected 200-299";
    let told = told(&check(off.clone()).await);
    assert_eq!(told, (Verdict::Failed, Some(Phase::Answer), text.into()));
    off.status = vec![302..=302];
    assert_eq!(check(off).await.verdict, Verdict::Ok);
    assert_eq!(peer.connections(), 2);
}

#[tokio::test]
async fn a_redirect_without_a_place_is_judged_by_its_status() {
    let peer = Peer::answering("HTTP/1.1 302 X\r\ncontent-length: 0\r\n\r\n").await;
    let text = "status 302 Found, expected 200-299";
    let told = told(&check(options(&peer.url("/"))).await);
    assert_eq!(told, (Verdict::Failed, Some(Phase::Answer), text.into()));
}

#[tokio::test]
async fn a_redirect_out_of_the_web_is_refused() {
    for place in ["file:///etc/passwd", "ftp://127.0.0.1/", "http://", "//[::"] {
        let peer = Peer::answering(to(301, place)).await;
        let (status, to) = (301, place.to_owned());
        let reason = WebReason::BadRedirect { status, to };
        assert_failed(&check(options(&peer.url("/"))).await, Phase::Answer, reason);
    }
}

#[tokio::test]
async fn a_redirect_to_a_refusing_port_names_that_port() {
    let dead = Peer::closed_port("127.0.0.1:0").await;
    let peer = Peer::answering(to(301, &format!("http://{dead}/"))).await;
    let reason = NetReason::Refused {
        peer: dead.to_string(),
    };
    assert_failed(
        &check(options(&peer.url("/"))).await,
        Phase::Connect,
        reason,
    );
}

fn with_secrets(mut options: Web) -> Web {
    options.headers = vec![
        ("Authorization".into(), "Bearer secret".into()),
        ("X-Api-Key".into(), "secret".into()),
        ("Cookie".into(), "secret".into()),
        ("Accept-Language".into(), "de".into()),
    ];
    options
}

#[tokio::test]
async fn secrets_stay_with_the_host_that_the_owner_named() {
    let other = Peer::answering(ok("", "")).await;
    // Another port is another origin already; so is another name for the same address.
    let first = Peer::answering(to(302, &other.url("/"))).await;
    let basic = {
        let mut options = options(&first.url("/"));
        options.user = Some("monitor".into());
        options.password = Some(SecretString::from("secret"));
        options
    };
    assert_ok(&check(basic).await);
    assert_ok(&check(with_secrets(options(&first.url("/")))).await);
    for request in first.requests() {
        assert!(request.contains("\r\nauthorization: "), "{request}");
    }
    let got = other.requests();
    assert_eq!(got.len(), 2);
    for request in &got {
        let request = request.to_lowercase();
        assert!(
            !request.contains("secret") && !request.contains("authorization"),
            "{request}"
        );
    }
    assert!(got[1].contains("\r\naccept-language: de\r\n"), "{}", got[1]);
}

#[tokio::test]
async fn secrets_go_along_where_the_redirect_stays_on_the_host() {
    let peer = Peer::new(|mut conn: Conn| async move {
        let request = conn.request().await;
        let first = request.starts_with("GET /a ");
        conn.say(if first { to(302, "/b") } else { ok("", "") })
            .await;
    })
    .await;
    assert_ok(&check(with_secrets(options(&peer.url("/a")))).await);
    assert_eq!(peer.requests().len(), 2);
    assert!(peer.requests()[1].contains("\r\nauthorization: Bearer secret\r\n"));
}

#[tokio::test]
async fn secrets_do_not_follow_from_https_to_http() {
    let ca = Authority::new();
    let plain = Peer::answering(ok("", "")).await;
    let place = plain.url("/");
    let secure = Peer::tls(ca.good(), super::peers::answers(to(302, &place))).await;
    let mut options = with_secrets(options(&format!("https://{}/", secure.addr)));
    options.ca_file = Some(ca.file());
    assert_ok(&check(options).await);
    assert!(secure.requests()[0].contains("secret"));
    assert!(!plain.requests()[0].contains("secret"));
}

#[tokio::test]
async fn a_stall_after_a_redirect_is_known_by_the_name_that_it_led_to() {
    let peer = Peer::answering(to(301, "http://name.test:81/")).await;
    let mut tools = tools();
    tools.web = Clients::new(Arc::new(|_, _| pending().boxed()));
    let expected = (Some(Phase::Resolve), Some("name.test:81".into()));
    assert_eq!(stall(options(&peer.url("/")), &tools).await, expected);
}
