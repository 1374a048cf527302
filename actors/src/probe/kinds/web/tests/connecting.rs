//! Names, addresses, and how a timeout knows what it waited for.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::future::{FutureExt, pending, ready};

use super::peers::{BlackHole, Peer, answers, ok};
use super::*;
use crate::probe::kinds::web::Clients;
use crate::testing::Authority;

/// Tools for which every name has these addresses.
fn resolving(addresses: Vec<SocketAddr>) -> Tools {
    let mut tools = tools();
    tools.web = Clients::new(Arc::new(move |_, _| ready(Ok(addresses.clone())).boxed()));
    tools
}

#[tokio::test]
async fn a_refused_connection_is_told_with_address_and_port() {
    let peer = Peer::closed_port("127.0.0.1:0").await;
    let finding = check(options(&format!("http://{peer}/"))).await;
    let text = format!("connection refused by {peer}");
    assert_eq!(
        told(&finding),
        (Verdict::Failed, Some(Phase::Connect), text)
    );
}

#[tokio::test]
async fn a_server_that_listens_on_ipv6_alone_is_reached() {
    let peer = Peer::on("[::1]:0", None, answers(ok("", ""))).await;
    assert_ok(&check(options(&peer.url("/"))).await);
    let host = format!("\r\nhost: [::1]:{}\r\n", peer.addr.port());
    assert!(peer.requests()[0].contains(&host));
}

#[tokio::test]
async fn an_address_that_refuses_does_not_hide_one_that_answers() {
    let peer = Peer::answering(ok("", "")).await;
    let v6 = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], peer.addr.port()));
    for addresses in [
        vec![v6, peer.addr],
        vec![peer.addr, v6],
        vec![Peer::closed_port("127.0.0.1:0").await, peer.addr],
    ] {
        let (tools, trace) = (resolving(addresses), Trace::default());
        assert_ok(&check_traced(options("http://name.test/"), &tools, &trace).await);
        assert_eq!(
            trace.reached(),
            (Some(Phase::Answer), Some(peer.addr.to_string()))
        );
    }
}

#[tokio::test]
async fn an_address_that_never_answers_costs_a_quarter_of_a_second_and_not_the_check() {
    let (hole, peer) = (BlackHole::new().await, Peer::answering(ok("", "")).await);
    let tools = resolving(vec![hole.addr, peer.addr]);
    let start = tokio::time::Instant::now();
    assert_ok(&check_with(options("http://name.test/"), &tools).await);
    assert!(start.elapsed() >= Duration::from_millis(250));
    assert!(
        start.elapsed() < Duration::from_millis(900),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn of_several_refusals_the_first_is_told() {
    let (first, second) = (
        Peer::closed_port("127.0.0.1:0").await,
        Peer::closed_port("[::1]:0").await,
    );
    let tools = resolving(vec![first, second]);
    let finding = check_with(options("http://name.test/"), &tools).await;
    let peer = first.to_string();
    assert_failed(&finding, Phase::Connect, NetReason::Refused { peer });
}

#[tokio::test]
async fn a_name_without_an_address_is_told_as_such() {
    let host = String::from("name.test");
    let finding = check_with(options("http://name.test/"), &resolving(vec![])).await;
    assert_failed(&finding, Phase::Resolve, NetReason::NoAddress { host });
}

#[tokio::test]
async fn a_name_that_the_system_cannot_resolve_is_told_with_the_name() {
    // No label may have more than 63 characters, so this one asks no server.
    let host = "a".repeat(64) + ".test";
    let finding = check(options(&format!("http://{host}/"))).await;
    assert_eq!(
        (finding.verdict, finding.phase),
        (Verdict::Failed, Some(Phase::Resolve))
    );
    let Reason::Net(
        NetReason::NoAddress { host: told } | NetReason::ResolveFailed { host: told, .. },
    ) = &finding.reason
    else {
        panic!("{finding:?}");
    };
    assert_eq!(*told, host);
}

#[tokio::test]
async fn a_resolver_that_fails_is_told_with_its_words() {
    let mut tools = tools();
    tools.web = Clients::new(Arc::new(|_, _| {
        let text = "failed to lookup address information: Temporary failure in name resolution";
        ready(Err(Arc::new(io::Error::other(text)))).boxed()
    }));
    let finding = check_with(options("http://name.test/"), &tools).await;
    let text = "name.test cannot be resolved: Temporary failure in name resolution";
    assert_eq!(
        told(&finding),
        (Verdict::Failed, Some(Phase::Resolve), text.into())
    );
}

#[tokio::test]
async fn a_stall_while_resolving_is_known() {
    let mut tools = tools();
    tools.web = Clients::new(Arc::new(|_, _| pending().boxed()));
    assert_eq!(
        stall(options("http://name.test/"), &tools).await,
        (Some(Phase::Resolve), None)
    );
}

#[tokio::test]
async fn a_stall_while_connecting_is_known_with_the_address() {
    let (hole, refusing) = (
        BlackHole::new().await,
        Peer::closed_port("127.0.0.1:0").await,
    );
    let expected = (Some(Phase::Connect), Some(hole.addr.to_string()));
    let url = format!("http://{}/", hole.addr);
    assert_eq!(stall(options(&url), &tools()).await, expected);
    // One that has refused is not what it waits for.
    let tools = resolving(vec![hole.addr, refusing]);
    assert_eq!(stall(options("http://name.test/"), &tools).await, expected);
}

#[tokio::test]
async fn a_stall_in_the_tls_handshake_is_not_taken_for_one_of_the_answer() {
    let mute = Peer::new(super::peers::Conn::hold).await;
    let peer = Some(mute.addr.to_string());
    let https = options(&format!("https://{}/", mute.addr));
    assert_eq!(
        stall(https, &tools()).await,
        (Some(Phase::Tls), peer.clone())
    );
    assert_eq!(
        stall(options(&mute.url("/")), &tools()).await,
        (Some(Phase::Answer), peer)
    );
}

#[tokio::test]
async fn a_stall_of_the_answer_after_tls_is_known() {
    let ca = Authority::new();
    let mute = Peer::tls(ca.good(), super::peers::Conn::hold).await;
    let mut https = options(&format!("https://{}/", mute.addr));
    https.ca_file = Some(ca.file());
    let peer = Some(mute.addr.to_string());
    assert_eq!(stall(https, &tools()).await, (Some(Phase::Answer), peer));
}

#[tokio::test]
async fn a_stall_in_the_body_is_known_and_matters_only_if_the_body_does() {
    let slow = Peer::new(|mut conn| async move {
        conn.request().await;
        conn.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nWel")
            .await;
        conn.hold().await;
    })
    .await;
    let mut wanted = options(&slow.url("/"));
    wanted.body_contains = Some("Welcome".into());
    let expected = (Some(Phase::Answer), Some(slow.addr.to_string()));
    assert_eq!(stall(wanted, &tools()).await, expected);
    assert_ok(&check(options(&slow.url("/"))).await);
}
