//! The line does what it says: what is proved with it is worth no more than that.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::peers::Proxy;
use crate::peers::proxy::Way;

/// Long enough for what comes over loopback, short enough to wait for what must not come.
const SOON: Duration = Duration::from_millis(300);

/// Both ends of a connection through the line.
struct Ends {
    line: Proxy,
    server: TcpListener,
    near: TcpStream,
    far: TcpStream,
}

impl Ends {
    async fn new() -> Self {
        let server = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let line = Proxy::before(server.local_addr().unwrap().port()).await;
        let near = TcpStream::connect(("127.0.0.1", line.port)).await.unwrap();
        let (far, _) = server.accept().await.unwrap();
        let mut ends = Self {
            line,
            server,
            near,
            far,
        };
        ends.talk().await;
        ends
    }

    async fn talk(&mut self) {
        self.near.write_all(b"ping").await.unwrap();
        assert_eq!(hears(&mut self.far).await.as_deref(), Some("ping"));
        self.far.write_all(b"pong").await.unwrap();
        assert_eq!(hears(&mut self.near).await.as_deref(), Some("pong"));
    }

    /// A second connection works.
    async fn talk_anew(&mut self) {
        self.near = TcpStream::connect(("127.0.0.1", self.line.port))
            .await
            .unwrap();
        self.far = self.server.accept().await.unwrap().0;
        self.talk().await;
    }
}

/// What comes soon: empty at the end of the connection, `None` where nothing comes.
async fn hears(end: &mut TcpStream) -> Option<String> {
    let mut buffer = [0; 64];
    match timeout(SOON, end.read(&mut buffer)).await {
        Ok(Ok(length)) => Some(String::from_utf8_lossy(&buffer[..length]).into_owned()),
        Ok(Err(_)) => Some(String::new()),
        Err(_) => None,
    }
}

#[tokio::test]
async fn what_is_held_one_way_arrives_when_it_is_let_go_and_the_other_way_goes_on() {
    let mut ends = Ends::new().await;
    ends.line.hold(Way::ToProgram, true);
    ends.far.write_all(b"ack").await.unwrap();
    ends.near.write_all(b"alert").await.unwrap();
    assert_eq!(hears(&mut ends.far).await.as_deref(), Some("alert"));
    assert_eq!(hears(&mut ends.near).await, None);
    ends.line.hold(Way::ToProgram, false);
    assert_eq!(hears(&mut ends.near).await.as_deref(), Some("ack"));
}

#[tokio::test]
async fn what_was_held_when_the_line_was_cut_never_arrives() {
    let mut ends = Ends::new().await;
    ends.line.hold(Way::ToProgram, true);
    ends.far.write_all(b"ack").await.unwrap();
    assert_eq!(hears(&mut ends.near).await, None);
    ends.line.cut();
    ends.line.ease();
    assert_eq!(hears(&mut ends.near).await.as_deref(), Some(""));
    ends.talk_anew().await;
}

#[tokio::test]
async fn a_line_is_cut_after_so_many_bytes_and_only_once() {
    let mut ends = Ends::new().await;
    ends.line.cut_after(Way::ToServer, 3);
    ends.near.write_all(b"alert").await.unwrap();
    assert_eq!(hears(&mut ends.far).await.as_deref(), Some("ale"));
    assert_eq!(hears(&mut ends.far).await.as_deref(), Some(""));
    ends.talk_anew().await;
}

#[tokio::test]
async fn a_slow_line_carries_everything_later_and_in_order() {
    let mut ends = Ends::new().await;
    ends.line.delay(Way::ToServer, SOON / 2);
    let begin = Instant::now();
    ends.near.write_all(b"alert").await.unwrap();
    assert_eq!(hears(&mut ends.far).await.as_deref(), Some("alert"));
    assert!(begin.elapsed() >= SOON / 2);
}

#[tokio::test]
async fn of_a_half_open_line_one_end_is_told_and_the_other_is_not() {
    let mut ends = Ends::new().await;
    ends.line.lose(Way::ToServer);
    assert_eq!(hears(&mut ends.far).await.as_deref(), Some(""));
    assert_eq!(hears(&mut ends.near).await, None);
    ends.talk_anew().await;
}

#[tokio::test]
async fn what_a_router_forgot_is_silent_for_both_ends_and_new_connections_work() {
    let mut ends = Ends::new().await;
    ends.line.forget();
    ends.near.write_all(b"alert").await.unwrap();
    assert_eq!(hears(&mut ends.far).await, None);
    assert_eq!(hears(&mut ends.near).await, None);
    ends.talk_anew().await;
}
