use std::time::Instant;

use proptest::prelude::*;
use tokio::net::TcpListener;

use super::*;

fn addresses(list: &[&str]) -> Vec<SocketAddr> {
    list.iter().map(|text| text.parse().unwrap()).collect()
}

/// A listener with a backlog that is full: its kernel drops every further request to connect, as
/// a firewall would.
async fn dead(ip: &str) -> (TcpListener, Vec<TcpStream>) {
    let socket = if ip.contains(':') {
        tokio::net::TcpSocket::new_v6().unwrap()
    } else {
        tokio::net::TcpSocket::new_v4().unwrap()
    };
    socket
        .bind(SocketAddr::new(ip.parse().unwrap(), 0))
        .unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await
    {
        held.push(stream);
    }
    (listener, held)
}

/// An address where nobody listens.
async fn closed(ip: &str) -> SocketAddr {
    let listener = TcpListener::bind((ip, 0)).await.unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn families_take_turns_beginning_with_the_one_the_system_prefers() {
    assert_eq!(
        interleave(addresses(&[
            "[::1]:1",
            "[::2]:1",
            "[::3]:1",
            "1.1.1.1:1",
            "1.1.1.1:1",
            "2.2.2.2:1"
        ])),
        addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"])
    );
    assert_eq!(
        interleave(addresses(&["1.1.1.1:1", "[::1]:1"])),
        addresses(&["1.1.1.1:1", "[::1]:1"])
    );
    let many: Vec<SocketAddr> = (1..5_000)
        .map(|port| ([127, 0, 0, 1], port).into())
        .collect();
    assert_eq!(interleave(many.clone()), many[..MOST_ADDRESSES]);
    assert!(interleave(Vec::new()).is_empty());
}

proptest! {
    #[test]
    fn no_address_is_lost_or_tried_twice(list in proptest::collection::vec(any::<(bool, u8)>(), 0..40)) {
        let list: Vec<SocketAddr> = list
            .into_iter()
            .map(|(v6, n)| {
                let text = if v6 { format!("[::{n:x}]:80") } else { format!("10.0.0.{n}:80") };
                text.parse().unwrap()
            })
            .collect();
        let mut wanted = list.clone();
        wanted.sort_unstable();
        wanted.dedup();
        let mut got = interleave(list);
        got.sort_unstable();
        prop_assert_eq!(got, wanted);
    }
}

#[tokio::test]
async fn a_dead_address_delays_the_next_one_by_a_quarter_of_a_second_only() {
    let (dead, _held) = dead("127.0.0.1").await;
    let alive = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let list = vec![dead.local_addr().unwrap(), alive.local_addr().unwrap()];
    let (trace, start) = (Trace::default(), Instant::now());
    let (tcp, _) = race(list, &trace).await.unwrap();
    assert_eq!(
        tcp.chatty().unwrap().peer_addr().unwrap(),
        alive.local_addr().unwrap()
    );
    assert!(start.elapsed() < Duration::from_millis(900));
    assert!(start.elapsed() >= STAGGER);
}

#[tokio::test]
async fn an_address_that_refuses_does_not_delay_the_next_one() {
    let alive = TcpListener::bind("[::1]:0").await.unwrap();
    let list = vec![closed("127.0.0.1").await, alive.local_addr().unwrap()];
    let (trace, start) = (Trace::default(), Instant::now());
    race(list, &trace).await.unwrap();
    assert!(start.elapsed() < STAGGER);
}

#[tokio::test]
async fn of_several_failures_the_most_telling_one_is_told() {
    // 100::/64 (RFC 6666) leads nowhere: our own kernel says so, or nobody answers.
    let refused = closed("127.0.0.1").await;
    let list = vec![refused, "[100::1]:9".parse().unwrap()];
    let reason = race(list.into_iter().rev().collect(), &Trace::default())
        .await
        .unwrap_err();
    assert_eq!(
        reason.to_string(),
        format!("connection refused by {refused}")
    );
}

#[tokio::test]
async fn while_one_address_hangs_the_trace_names_it_and_not_the_refused_one() {
    let (dead, _held) = dead("127.0.0.1").await;
    let dead = dead.local_addr().unwrap();
    let list = vec![dead, closed("127.0.0.1").await];
    let trace = Trace::default();
    let wait = tokio::time::timeout(Duration::from_millis(600), race(list, &trace)).await;
    assert!(wait.is_err());
    assert_eq!(trace.reached().1, Some(dead.to_string()));
}

#[tokio::test]
async fn a_name_that_does_not_exist_fails_in_the_resolve_phase() {
    // RFC 6761, 6.4: `invalid` never resolves.
    let trace = Trace::default();
    let (phase, reason) = connect("no-such-host.invalid", 80, &trace)
        .await
        .unwrap_err();
    assert_eq!(phase, Phase::Resolve);
    assert!(
        reason.to_string().contains("no-such-host.invalid"),
        "{reason}"
    );
    assert_eq!(trace.reached().0, Some(Phase::Resolve));
}

#[tokio::test]
async fn an_address_is_taken_without_a_look_up() {
    let trace = Trace::default();
    assert_eq!(
        resolve("[::1]", 7, &trace).await.unwrap(),
        addresses(&["[::1]:7"])
    );
    assert_eq!(trace.reached().0, None);
}
