//! Certificates: who is trusted, for how long, and what `verify_tls: false` means.

use super::peers::{Peer, answers, ok, to};
use super::*;
use crate::probe::kinds::web::Seen;
use crate::testing::Authority;

/// A server with such a certificate, and options that trust its authority.
async fn serving(name: &str, from: i64, until: i64) -> (Authority, Peer, Web) {
    let ca = Authority::new();
    let peer = Peer::tls(ca.server(name, from, until), answers(ok("", "hello"))).await;
    let mut options = options(&format!("https://{}/", peer.addr));
    options.ca_file = Some(ca.file());
    (ca, peer, options)
}

#[tokio::test]
async fn a_certificate_of_the_owners_authority_is_trusted() {
    let (_ca, _peer, options) = serving("127.0.0.1", -1, 30).await;
    assert_ok(&check(options).await);
}

#[tokio::test]
async fn the_name_in_the_url_is_the_one_that_is_verified() {
    let (_ca, peer, mut options) = serving("localhost", -1, 30).await;
    assert_failed(
        &check(options.clone()).await,
        Phase::Tls,
        NetReason::CertificateWrongHost {
            host: "127.0.0.1".into(),
        },
    );
    options.url = format!("https://localhost:{}/", peer.addr.port())
        .parse()
        .unwrap();
    assert_ok(&check(options).await);
}

#[tokio::test]
async fn a_certificate_outside_its_days_is_a_failure() {
    let (_ca, _peer, expired) = serving("127.0.0.1", -10, -1).await;
    assert_failed(
        &check(expired).await,
        Phase::Tls,
        NetReason::CertificateExpired,
    );
    let (_ca, _peer, early) = serving("127.0.0.1", 1, 10).await;
    assert_failed(
        &check(early).await,
        Phase::Tls,
        NetReason::CertificateNotYetValid,
    );
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_a_failure() {
    let (_ca, _peer, mut options) = serving("127.0.0.1", -1, 30).await;
    options.ca_file = None;
    let finding = check(options.clone()).await;
    assert_failed(&finding, Phase::Tls, NetReason::CertificateUntrusted);
    let other = Authority::new();
    options.ca_file = Some(other.file());
    assert_failed(
        &check(options).await,
        Phase::Tls,
        NetReason::CertificateUntrusted,
    );
}

#[tokio::test]
async fn without_verification_any_certificate_will_do_but_its_last_day_is_still_told() {
    let (_ca, _peer, mut options) = serving("other.example", -10, -3).await;
    (options.ca_file, options.verify_tls) = (None, false);
    assert_ok(&check(options.clone()).await);
    options.certificate_days = Some(14);
    let text = "certificate of 127.0.0.1 expired 3 d ago";
    let told = told(&check(options).await);
    assert_eq!(told, (Verdict::Warning, Some(Phase::Answer), text.into()));
}

#[tokio::test]
async fn too_few_days_left_is_a_warning_and_a_wrong_body_beats_it() {
    let (_ca, _peer, mut options) = serving("127.0.0.1", -1, 13).await;
    options.certificate_days = Some(13);
    assert_ok(&check(options.clone()).await);
    options.certificate_days = Some(14);
    let text = "certificate of 127.0.0.1 ends in 13 d, fewer than 14";
    let told = told(&check(options.clone()).await);
    assert_eq!(told, (Verdict::Warning, Some(Phase::Answer), text.into()));
    options.body_contains = Some("Welcome".into());
    let (text, begins) = ("Welcome".into(), "hello".into());
    let seen = Seen { begins, cut: false };
    assert_failed(
        &check(options).await,
        Phase::Answer,
        WebReason::BodyMisses { text, seen },
    );
}

#[tokio::test]
async fn a_certificate_on_the_way_counts_as_well() {
    let ca = Authority::new();
    let last = Peer::tls(ca.good(), answers(ok("", ""))).await;
    let place = format!("https://{}/", last.addr);
    let first = Peer::tls(ca.server("localhost", -1, 5), answers(to(301, &place))).await;
    let mut options = options(&format!("https://localhost:{}/", first.addr.port()));
    options.ca_file = Some(ca.file());
    options.certificate_days = Some(14);
    let reason = WebReason::CertificateEnds {
        host: "localhost".into(),
        days: 5,
        min: 14,
    };
    assert_eq!(
        check(options).await,
        Finding::warning(Phase::Answer, reason)
    );
}

#[tokio::test]
async fn each_check_sees_the_certificate_that_is_served_now() {
    let (ca, tools) = (Authority::new(), tools());
    // The server keeps its session tickets when its certificate changes, as nginx does.
    let soon = std::sync::Arc::unwrap_or_clone(ca.server("127.0.0.1", -1, 5));
    let mut later = soon.clone();
    later.cert_resolver = ca.server("127.0.0.1", -1, 90).cert_resolver.clone();
    let configs = [soon, later].map(std::sync::Arc::new);
    let served = std::sync::Arc::new(std::sync::Mutex::new(configs[0].clone()));
    let peer = Peer::switching(served.clone(), answers(ok("", ""))).await;
    let mut options = options(&format!("https://{}/", peer.addr));
    (options.ca_file, options.certificate_days) = (Some(ca.file()), Some(14));
    let mut verdicts = Vec::new();
    for config in configs {
        *served.lock().unwrap() = config;
        let mut options = options.clone();
        // Reads the body, and with it the tickets that TLS 1.3 sends after the handshake.
        options.body_lacks = Some("x".into());
        verdicts.push(check_with(options, &tools).await.verdict);
    }
    assert_eq!(verdicts, [Verdict::Warning, Verdict::Ok]);
}

#[tokio::test]
async fn a_ca_file_that_changes_is_read_again_and_one_that_is_missing_is_told() {
    let (ca, _peer, options) = serving("127.0.0.1", -1, 30).await;
    let tools = tools();
    let good = std::fs::read(ca.file()).unwrap();
    let other = std::fs::read(Authority::new().file()).unwrap();
    for (content, verdict) in [
        (Some(&good), Verdict::Ok),
        (Some(&[other, b"\n".to_vec()].concat()), Verdict::Failed),
        (None, Verdict::Unknown),
        (Some(&good), Verdict::Ok),
    ] {
        match content {
            Some(content) => std::fs::write(ca.file(), content).unwrap(),
            None => std::fs::remove_file(ca.file()).unwrap(),
        }
        let finding = check_with(options.clone(), &tools).await;
        assert_eq!(finding.verdict, verdict, "{finding:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_as_such() {
    let peer = Peer::new(|mut conn| async move {
        conn.say("220 mail.example.org ESMTP\r\n").await;
        conn.hold().await;
    })
    .await;
    let finding = check(options(&format!("https://{}/", peer.addr))).await;
    let text = "TLS: the other side does not speak TLS";
    assert_eq!(
        told(&finding),
        (Verdict::Failed, Some(Phase::Tls), text.into())
    );
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_handshake_has_closed() {
    let peer = Peer::new(|mut conn| async move {
        // The client's hello is read, so that closing is not a reset.
        conn.some().await;
    })
    .await;
    let finding = check(options(&format!("https://{}/", peer.addr))).await;
    assert_failed(&finding, Phase::Tls, closed(peer.addr));
}

#[tokio::test]
async fn a_body_that_ends_without_a_farewell_of_tls_is_whole() {
    let ca = Authority::new();
    // The script drops the connection, and rustls says no farewell then.
    let peer = Peer::tls(ca.good(), answers("HTTP/1.0 200 OK\r\n\r\nWelcome")).await;
    let mut options = options(&format!("https://{}/", peer.addr));
    options.ca_file = Some(ca.file());
    options.body_contains = Some("Welcome".into());
    assert_ok(&check(options).await);
}

#[tokio::test]
async fn an_authority_that_serves_its_own_certificate_is_told_as_such() {
    let ca = Authority::new();
    let peer = Peer::tls(ca.itself(), answers(ok("", ""))).await;
    let mut options = options(&format!("https://{}/", peer.addr));
    for file in [None, Some(ca.file())] {
        options.ca_file = file;
        let why = "a certificate authority's own certificate is used for the host".to_owned();
        assert_failed(
            &check(options.clone()).await,
            Phase::Tls,
            NetReason::Tls { why },
        );
    }
    (options.ca_file, options.verify_tls) = (None, false);
    assert_ok(&check(options).await);
}
