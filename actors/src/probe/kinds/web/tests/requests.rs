//! What a server gets to see of a check.

use secrecy::SecretString;

use super::peers::{Peer, ok};
use super::*;

#[tokio::test]
async fn a_check_is_a_plain_get_with_our_name_and_asks_for_no_compression() {
    let peer = Peer::answering(ok("", "hello")).await;
    assert_ok(&check(options(&peer.url("/"))).await);
    let expected = format!(
        "GET / HTTP/1.1\r\nhost: {}\r\nuser-agent: HostMessenger/{}\r\naccept: */*\r\nconnection: close\r\n\r\n",
        peer.addr,
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(peer.requests(), [expected]);
}

#[tokio::test]
async fn the_url_arrives_unchanged_but_for_the_fragment() {
    let peer = Peer::answering(ok("", "")).await;
    let path = "/a%2Fb//c;d=1/%e4?q=a+b%20c&&x=%zz&y[]={|}#part";
    check(options(&peer.url(path))).await;
    let (sent, _) = path.split_once('#').unwrap();
    let line = format!("GET {sent} HTTP/1.1\r\n");
    assert!(
        peer.requests()[0].starts_with(&line),
        "{:?}",
        peer.requests()
    );
}

#[tokio::test]
async fn each_check_makes_a_connection_of_its_own() {
    let peer = Peer::new(|mut conn| async move {
        // A server that would gladly keep the connection.
        while !conn.request().await.is_empty() {
            conn.say(ok("", "hello")).await;
        }
    })
    .await;
    let tools = tools();
    for _ in 0..3 {
        assert_ok(&check_with(options(&peer.url("/")), &tools).await);
    }
    assert_eq!(peer.connections(), 3);
}

#[tokio::test]
async fn headers_user_and_password_arrive() {
    let peer = Peer::answering(ok("", "")).await;
    let mut options = options(&peer.url("/"));
    options.headers = vec![
        ("Accept".into(), "text/html".into()),
        ("X-Key".into(), "k e y".into()),
        ("Host".into(), "shop.example.org".into()),
    ];
    options.user = Some("monitor".into());
    options.password = Some(SecretString::from("s:cret"));
    assert_ok(&check(options).await);
    let request = peer.requests().remove(0);
    for line in [
        "accept: text/html",
        "x-key: k e y",
        "host: shop.example.org",
        // printf 'monitor:s:cret' | base64
        "authorization: Basic bW9uaXRvcjpzOmNyZXQ=",
    ] {
        assert!(
            request.contains(&format!("\r\n{line}\r\n")),
            "{line} in {request}"
        );
    }
    assert!(!request.contains("*/*"), "{request}");
}

#[tokio::test]
async fn another_method_is_sent_as_configured() {
    let peer = Peer::answering(ok("", "")).await;
    for method in ["HEAD", "POST", "OPTIONS", "PURGE"] {
        let mut options = options(&peer.url("/"));
        options.method = method.into();
        assert_ok(&check(options).await);
    }
    let requests = peer.requests();
    for (request, method) in requests.iter().zip(["HEAD", "POST", "OPTIONS", "PURGE"]) {
        assert!(
            request.starts_with(&format!("{method} / HTTP/1.1\r\n")),
            "{request}"
        );
        let says_empty = request.contains("\r\ncontent-length: 0\r\n");
        assert_eq!(says_empty, method == "POST", "{request}");
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_made_is_unknown_and_not_the_targets_fault() {
    let peer = Peer::answering(ok("", "")).await;
    let mut options = options(&peer.url("/"));
    options.headers = vec![("X Key".into(), "hunter2".into())];
    let finding = check(options).await;
    let told = told(&finding);
    assert_eq!(
        told,
        (
            Verdict::Unknown,
            None,
            "cannot be checked: header X Key".into()
        )
    );
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_page_that_is_no_check_hears_no_name_and_is_read_no_further_than_wanted() {
    let peer = Peer::answering(ok("", "hello")).await;
    let url = peer.url("/ip").replace("//", "//u:p@");
    let page = super::super::page(&url.parse().unwrap(), 4, &store()).await;
    let page = page.unwrap();
    assert_eq!(
        (page.status, &*page.body, page.cut),
        (200, &b"hell"[..], true)
    );
    let request = peer.requests()[0].to_lowercase();
    assert!(!request.contains("user-agent"), "{request}");
    assert!(request.contains("authorization: basic dtpw"), "{request}");
}
