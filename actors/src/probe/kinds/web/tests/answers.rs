//! How answers are judged.

use regex::Regex;

use super::peers::{Peer, ok};
use super::*;
use crate::probe::kinds::web::exchange::MAX_BODY;
use crate::probe::kinds::web::{SEARCH_ELSEWHERE, Seen};

async fn judged(answer: String, change: impl FnOnce(&mut Web)) -> (Verdict, String) {
    let peer = Peer::answering(answer).await;
    let mut options = options(&peer.url("/"));
    change(&mut options);
    let (verdict, phase, text) = told(&check(options).await);
    assert_eq!(phase, Some(Phase::Answer));
    (verdict, text)
}

#[tokio::test]
async fn a_wrong_status_is_told_with_the_first_characters_of_the_body() {
    let sorry = format!("<h1>Sorry\u{1b}[31m\0</h1>{}", "x".repeat(200));
    let answer = ok("", &sorry).replacen("200 OK", "503 Oops", 1);
    let (verdict, text) = judged(answer, |_| ()).await;
    assert_eq!(verdict, Verdict::Failed);
    let begins = "status 503 Service Unavailable, expected 200-299; body begins \"<h1>Sorry\\u{1b}[31m\\u{0}</h1>xxx";
    assert!(text.starts_with(begins), "{text}");
    assert!(text.ends_with("x…\""), "{text}");
}

#[tokio::test]
async fn a_wrong_status_is_told_even_if_its_body_never_comes() {
    let peer = Peer::new(|mut conn| async move {
        conn.request().await;
        conn.say("HTTP/1.1 500 X\r\ncontent-length: 100\r\n\r\nOops")
            .await;
        conn.hold().await;
    })
    .await;
    let finding = check(options(&peer.url("/"))).await;
    let text = "status 500 Internal Server Error, expected 200-299; body begins \"Oops\"";
    assert_eq!(
        told(&finding),
        (Verdict::Failed, Some(Phase::Answer), text.into())
    );
}

#[tokio::test]
async fn the_expected_statuses_decide() {
    let gone = ok("", "").replacen("200", "410", 1);
    let (verdict, text) = judged(gone, |o| o.status = vec![410..=410]).await;
    assert_eq!((verdict, text.as_str()), (Verdict::Ok, "410 Gone"));
    let (verdict, text) = judged(ok("", ""), |o| o.status = vec![201..=299, 304..=304]).await;
    assert_eq!(verdict, Verdict::Failed);
    assert_eq!(text, "status 200 OK, expected 201-299, 304");
}

#[tokio::test]
async fn the_body_must_contain_the_text() {
    let page = || ok("", "Welcome to the shop");
    let (verdict, _) = judged(page(), |o| o.body_contains = Some("to the".into())).await;
    assert_eq!(verdict, Verdict::Ok);
    let (verdict, text) = judged(page(), |o| o.body_contains = Some("welcome".into())).await;
    assert_eq!(verdict, Verdict::Failed);
    assert_eq!(
        text,
        "body does not contain \"welcome\"; it begins \"Welcome to the shop\""
    );
}

#[tokio::test]
async fn the_body_must_match_the_expression() {
    let page = || ok("", "Add to BASKET");
    let regex = |text| Some(Regex::new(text).unwrap());
    let (verdict, _) = judged(page(), |o| {
        o.body_matches = regex("(?i)add to (cart|basket)$");
    })
    .await;
    assert_eq!(verdict, Verdict::Ok);
    let (verdict, text) = judged(page(), |o| o.body_matches = regex("add to (cart|basket)")).await;
    assert_eq!(verdict, Verdict::Failed);
    assert_eq!(
        text,
        "body does not match \"add to (cart|basket)\"; it begins \"Add to BASKET\""
    );
}

#[tokio::test]
async fn the_body_must_lack_the_text() {
    let page = || ok("", "Closed for Maintenance");
    let (verdict, _) = judged(page(), |o| o.body_lacks = Some("maintenance".into())).await;
    assert_eq!(verdict, Verdict::Ok);
    let (verdict, text) = judged(page(), |o| o.body_lacks = Some("Maintenance".into())).await;
    assert_eq!(
        (verdict, text.as_str()),
        (Verdict::Failed, "body contains \"Maintenance\"")
    );
}

#[tokio::test]
async fn a_body_of_a_megabyte_is_seen_to_its_end_and_a_longer_one_is_not() {
    const { assert!(MAX_BODY > SEARCH_ELSEWHERE) };
    let at_end = Regex::new("END$").unwrap();
    for (extra, whole) in [(0, true), (1, false)] {
        let page = ok("", &("x".repeat(MAX_BODY - 3 + extra) + "END"));
        let contains =
            |text: &'static str| judged(page.clone(), |o| o.body_contains = Some(text.into()));
        assert_eq!(contains("END").await.0 == Verdict::Ok, whole);
        let (_, text) = contains("nowhere").await;
        assert_eq!(
            text.contains("only the first 1 MiB was read"),
            !whole,
            "{text}"
        );
        let (matches, _) = judged(page, |o| o.body_matches = Some(at_end.clone())).await;
        assert_eq!(matches == Verdict::Ok, whole);
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_and_judged() {
    let peer = Peer::new(|mut conn| async move {
        conn.request().await;
        conn.say("HTTP/1.1 200 OK\r\n\r\n").await;
        let on = "x".repeat(8192);
        while conn.say(&on).await {}
    })
    .await;
    let mut wanted = options(&peer.url("/"));
    wanted.body_contains = Some("Welcome".into());
    let seen = Seen {
        begins: "x".repeat(80) + "…",
        cut: true,
    };
    let text = "Welcome".into();
    assert_failed(
        &check(wanted).await,
        Phase::Answer,
        WebReason::BodyMisses { text, seen },
    );
    // Without an expectation it is not even read.
    assert_ok(&check(options(&peer.url("/"))).await);
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_searched_all_the_same() {
    let peer = Peer::answering(b"HTTP/1.1 200 OK\r\n\r\nGr\xfc\xdfe, Welcome".to_vec()).await;
    let mut options = options(&peer.url("/"));
    options.body_contains = Some("Welcome".into());
    assert_ok(&check(options).await);
}

#[tokio::test]
async fn a_compressed_body_that_must_be_searched_is_told_as_such() {
    let answer = ok("content-encoding: gzip\r\n", "\u{1f}x");
    for change in [
        (|o| o.body_contains = Some("x".into())) as fn(&mut Web),
        |o| o.body_lacks = Some("y".into()),
    ] {
        let (verdict, text) = judged(answer.clone(), change).await;
        assert_eq!(verdict, Verdict::Failed);
        assert_eq!(text, "body is encoded (gzip) and cannot be searched");
    }
    assert_eq!(judged(answer, |_| ()).await.0, Verdict::Ok);
}

#[tokio::test]
async fn slow_is_a_warning_but_slow_and_wrong_is_a_failure() {
    let slow = |status: &'static str| {
        Peer::new(move |mut conn| async move {
            conn.request().await;
            tokio::time::sleep(Duration::from_millis(60)).await;
            conn.say(ok("", "").replacen("200 OK", status, 1)).await;
        })
    };
    let max = Duration::from_millis(50);
    let limited = |peer: &Peer| {
        let mut options = options(&peer.url("/"));
        options.max_time = Some(max);
        options
    };
    let good = slow("200 OK").await;
    let finding = check(limited(&good)).await;
    assert_eq!(
        (finding.verdict, finding.phase),
        (Verdict::Warning, Some(Phase::Answer))
    );
    assert!(
        matches!(finding.reason, Reason::Slow { took, max: m } if took > m && m == max),
        "{finding:?}"
    );
    assert_eq!(
        check(limited(&slow("500 X").await)).await.verdict,
        Verdict::Failed
    );
    let mut patient = limited(&good);
    patient.max_time = Some(PLENTY);
    assert_ok(&check(patient).await);
}
