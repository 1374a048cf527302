//! Servers that break the rules, by defect or by intent.

use super::peers::{Conn, Peer, ok};
use super::*;

/// Checks a server that answers with these bytes and closes.
async fn after(answer: impl Into<Vec<u8>>) -> (Finding, Peer) {
    let peer = Peer::answering(answer).await;
    let mut options = options(&peer.url("/"));
    options.body_contains = Some("Welcome".into());
    (check(options).await, peer)
}

async fn assert_not_http(answer: &[u8], begins: &str) {
    let (finding, _peer) = after(answer).await;
    let begins = begins.into();
    assert_failed(&finding, Phase::Answer, WebReason::NotHttp { begins });
}

#[tokio::test]
async fn what_is_not_http_is_shown() {
    assert_not_http(b"SSH-2.0-OpenSSH_9.6\r\n", "SSH-2.0-OpenSSH_9.6  ").await;
    // HTTP/0.9 is a body without a head.
    assert_not_http(b"<html>Welcome</html>", "<html>Welcome</html>").await;
    assert_not_http(
        b"\0\xff\x1b[2J\0\0\r\n\r\n",
        "\\u{0}\u{fffd}\\u{1b}[2J\\u{0}\\u{0}    ",
    )
    .await;
    assert_not_http(
        b"HTTP/1.1 200 OK\r\ncontent-length: lots\r\n\r\n",
        "HTTP/1.1 200 OK  content-length: lots    ",
    )
    .await;
}

#[tokio::test]
async fn what_speaks_before_it_is_asked_is_shown() {
    let peer = Peer::new(|mut conn| async move {
        conn.say("220 mail.example ESMTP\r\n").await;
        conn.hold().await;
    })
    .await;
    let begins = "220 mail.example ESMTP  ".into();
    assert_failed(
        &check(options(&peer.url("/"))).await,
        Phase::Answer,
        WebReason::NotHttp { begins },
    );
}

#[tokio::test]
async fn who_answers_before_all_was_asked_is_heard() {
    let peer = Peer::new(|mut conn: Conn| async move {
        conn.say(ok("", "")).await;
        // Never reads.
        std::future::pending::<()>().await;
        drop(conn);
    })
    .await;
    let mut options = options(&peer.url("/"));
    // More than the system keeps for who does not read.
    options.headers = vec![("X-Key".into(), "x".repeat(16 << 20))];
    let found = tokio::time::timeout(PLENTY, check(options)).await;
    assert_ok(&found.unwrap());
}

#[tokio::test]
async fn a_server_that_hangs_up_without_a_word_has_closed() {
    let (finding, peer) = after("").await;
    assert_failed(&finding, Phase::Answer, closed(peer.addr));
    let (finding, peer) = after("HTTP/1.1 200 OK\r\nserver: x").await;
    assert_failed(&finding, Phase::Answer, closed(peer.addr));
}

#[tokio::test]
async fn a_body_shorter_than_promised_is_a_failure() {
    let (finding, peer) = after("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nWelcome").await;
    assert_failed(&finding, Phase::Answer, closed(peer.addr));
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\nWelcome\r\n";
    let (finding, peer) = after(chunked).await;
    assert_failed(&finding, Phase::Answer, closed(peer.addr));
}

#[tokio::test]
async fn garbage_for_a_chunk_is_a_broken_body() {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nWelcome";
    let (finding, _peer) = after(answer).await;
    let broken = matches!(finding.reason, Reason::Web(WebReason::BadBody { .. }));
    assert!(finding.verdict == Verdict::Failed && broken, "{finding:?}");
}

#[tokio::test]
async fn a_connection_reset_in_the_answer_is_told() {
    let peer = Peer::resetting("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nWel").await;
    let mut options = options(&peer.url("/"));
    options.body_contains = Some("Welcome".into());
    let addr = peer.addr.to_string();
    let wanted = if crate::testing::is_wine() {
        NetReason::Closed { peer: addr }
    } else {
        NetReason::Reset { peer: addr }
    };
    assert_failed(&check(options).await, Phase::Answer, wanted);
}

/// Checks a server that begins like this and goes on like that for ever.
async fn flooded(begin: &'static str, on: &'static str) -> (Finding, Peer) {
    let peer = Peer::new(move |mut conn: Conn| async move {
        conn.request().await;
        conn.say(begin).await;
        let on = on.repeat(100);
        while conn.say(&on).await {}
    })
    .await;
    let mut options = options(&peer.url("/"));
    options.body_contains = Some("Welcome".into());
    (check(options).await, peer)
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    for (begin, on) in [
        ("HTTP/1.1 200 OK\r\n", "x: y\r\n"),
        ("HTTP/1.1 200 OK\r\nx: ", "xxxxxxxxxxxxxxxx"),
        ("HTTP/1.1 200 ", "OK OK OK OK OK OK OK "),
    ] {
        let (finding, _peer) = flooded(begin, on).await;
        assert_failed(&finding, Phase::Answer, WebReason::HeadTooLarge);
    }
}

#[tokio::test]
async fn a_flood_of_interim_answers_ends() {
    let (finding, peer) = flooded("", "HTTP/1.1 103 Early Hints\r\n\r\n").await;
    let peer = peer.addr.to_string();
    assert_failed(&finding, Phase::Answer, WebReason::Flood { peer });
}

#[tokio::test]
async fn chunks_that_are_all_envelope_end() {
    let begin = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let (finding, _peer) = flooded(begin, "1;pppppppppppppppppppp\r\nx\r\n").await;
    assert_eq!(finding.verdict, Verdict::Failed);
    let told = matches!(
        finding.reason,
        Reason::Web(WebReason::Flood { .. } | WebReason::BadBody { .. })
    );
    assert!(told, "{finding:?}");
}

#[tokio::test]
async fn an_interim_answer_before_the_real_one_is_fine() {
    let (finding, _peer) = after("HTTP/1.1 103 X\r\n\r\n".to_owned() + &ok("", "Welcome")).await;
    assert_ok(&finding);
}

#[tokio::test]
async fn a_body_that_drips_is_cut_off_by_the_deadline_alone() {
    let peer = Peer::new(|mut conn| async move {
        conn.request().await;
        conn.say("HTTP/1.1 200 OK\r\n\r\n").await;
        while conn.say("x").await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let mut options = options(&peer.url("/"));
    options.body_contains = Some("Welcome".into());
    let expected = (Some(Phase::Answer), Some(peer.addr.to_string()));
    assert_eq!(stall(options, &tools()).await, expected);
}

#[tokio::test]
async fn a_dropped_check_closes_its_connection() {
    let (gone, mut is_gone) = tokio::sync::mpsc::channel(1);
    let peer = Peer::new(move |conn: Conn| {
        let gone = gone.clone();
        async move {
            conn.hold().await;
            gone.send(()).await.ok();
        }
    })
    .await;
    stall(options(&peer.url("/")), &tools()).await;
    let closed = tokio::time::timeout(PLENTY, is_gone.recv()).await;
    assert_eq!(closed, Ok(Some(())));
}
