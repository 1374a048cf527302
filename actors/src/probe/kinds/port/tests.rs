use std::future::Future;

use tokio::net::TcpListener;

use super::*;
use crate::probe::net::NetReason;
use crate::probe::verdict::Verdict;

const TIMEOUT: Duration = Duration::from_secs(5);

fn port(host: &str, port: u16, banner: Option<&str>) -> Port {
    Port {
        host: host.into(),
        port,
        send: None,
        banner: banner.map(|text| Regex::new(text).unwrap()),
        max_time: None,
    }
}

/// A server on loopback that treats its first caller as told. Answers with its port.
async fn server<F, Fut>(ip: &str, treat: F) -> u16
where
    F: FnOnce(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = std::io::Result<()>> + Send,
{
    let listener = TcpListener::bind((ip, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        // What the test looks at is what the check says.
        drop(treat(stream).await);
    });
    port
}

async fn run(options: &Port) -> (Finding, Trace) {
    let trace = Trace::default();
    let finding = check(options, TIMEOUT, &trace).await;
    (finding, trace)
}

fn assert_port(finding: &Finding, verdict: Verdict, phase: Phase, reason: PortReason) {
    assert_eq!(finding.verdict, verdict, "{finding:?}");
    assert_eq!(finding.phase, Some(phase));
    assert_eq!(finding.reason, Reason::Port(reason));
}

async fn wait_for_end(mut stream: TcpStream) -> std::io::Result<()> {
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(())
}

#[tokio::test]
async fn an_open_port_is_good() {
    let number = server("127.0.0.1", wait_for_end).await;
    let (finding, _) = run(&port("127.0.0.1", number, None)).await;
    let peer = ([127, 0, 0, 1], number).into();
    assert_port(
        &finding,
        Verdict::Ok,
        Phase::Connect,
        PortReason::Open { peer },
    );
}

#[tokio::test]
async fn a_port_open_on_ipv6_alone_is_good() {
    let number = server("::1", wait_for_end).await;
    let (finding, _) = run(&port("::1", number, None)).await;
    assert_eq!(finding.verdict, Verdict::Ok);
}

#[tokio::test]
async fn a_name_of_which_one_address_is_dead_is_good() {
    // `localhost` is 127.0.0.1 and, where it has one, ::1; the server listens on one of them.
    let names = net::resolve("localhost", 1, &Trace::default())
        .await
        .unwrap();
    let last = names.last().unwrap().ip().to_string();
    let number = server(&last, wait_for_end).await;
    let (finding, _) = run(&port("localhost", number, None)).await;
    assert_eq!(finding.verdict, Verdict::Ok, "{finding:?}");
}

#[tokio::test]
async fn a_closed_port_is_refused_with_its_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let number = listener.local_addr().unwrap().port();
    drop(listener);
    let (finding, _) = run(&port("127.0.0.1", number, None)).await;
    assert_eq!(finding.verdict, Verdict::Failed);
    assert_eq!(finding.phase, Some(Phase::Connect));
    let peer = format!("127.0.0.1:{number}");
    assert_eq!(finding.reason, NetReason::Refused { peer }.into());
}

#[tokio::test]
async fn a_banner_is_matched_though_it_comes_in_pieces() {
    let number = server("127.0.0.1", async |mut stream| {
        stream.set_nodelay(true)?;
        for piece in ["22", "0 ", "mail.example.org ", "ESMTP\r", "\n"] {
            stream.write_all(piece.as_bytes()).await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        wait_for_end(stream).await
    })
    .await;
    let (finding, _) = run(&port("127.0.0.1", number, Some("^220 .*ESMTP\r?\n"))).await;
    let first = "220 mail.example.org ESMTP".into();
    assert_port(
        &finding,
        Verdict::Ok,
        Phase::Greeting,
        PortReason::Banner { first },
    );
}

#[tokio::test]
async fn a_wrong_banner_is_told_before_the_deadline_with_what_came() {
    let number = server("127.0.0.1", async |mut stream| {
        stream.write_all(b"554 go\x1b[31m away\r\n").await?;
        wait_for_end(stream).await
    })
    .await;
    let options = port("127.0.0.1", number, Some("^220 "));
    let timeout = Duration::from_millis(400);
    let check = check(&options, timeout, &Trace::default()).await;
    let first = "554 go\\u{1b}[31m away".into();
    assert_port(
        &check,
        Verdict::Failed,
        Phase::Greeting,
        PortReason::NoMatch { first },
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_to_the_callers_deadline() {
    let number = server("127.0.0.1", wait_for_end).await;
    let options = port("127.0.0.1", number, Some("^220 "));
    let (timeout, trace) = (Duration::from_millis(200), Trace::default());
    let result = tokio::time::timeout(timeout, check(&options, timeout, &trace)).await;
    assert!(result.is_err());
    let peer = format!("127.0.0.1:{number}");
    assert_eq!(trace.reached(), (Some(Phase::Greeting), Some(peer)));
}

#[tokio::test]
async fn a_banner_that_never_ends_is_read_up_to_the_limit() {
    let number = server("127.0.0.1", async |mut stream| {
        loop {
            stream.write_all(&[b'x'; 10_000]).await?;
        }
    })
    .await;
    let (finding, _) = run(&port("127.0.0.1", number, Some("^220 "))).await;
    let first = "x".repeat(SHOWN) + "…";
    assert_port(
        &finding,
        Verdict::Failed,
        Phase::Greeting,
        PortReason::TooMuch { first },
    );
}

#[tokio::test]
async fn a_banner_far_into_the_stream_is_found() {
    let number = server("127.0.0.1", async |mut stream| {
        stream.write_all(&vec![b'x'; 60_000]).await?;
        stream.write_all(b"ready").await?;
        wait_for_end(stream).await
    })
    .await;
    let (finding, _) = run(&port("127.0.0.1", number, Some("ready$"))).await;
    assert_eq!(finding.verdict, Verdict::Ok, "{finding:?}");
}

#[tokio::test]
async fn a_server_that_closes_without_a_word_has_failed() {
    let number = server("127.0.0.1", async |stream| {
        drop(stream);
        Ok(())
    })
    .await;
    let (finding, _) = run(&port("127.0.0.1", number, Some("^220 "))).await;
    let first = String::new();
    assert_port(
        &finding,
        Verdict::Failed,
        Phase::Greeting,
        PortReason::Closed { first },
    );
}

#[tokio::test]
async fn a_reset_is_told_as_one() {
    let number = server("127.0.0.1", async |stream| {
        stream.set_zero_linger()?;
        drop(stream);
        Ok(())
    })
    .await;
    let (finding, _) = run(&port("127.0.0.1", number, Some("^220 "))).await;
    assert_eq!(finding.verdict, Verdict::Failed);
    let peer = format!("127.0.0.1:{number}");
    let wanted = if crate::testing::is_wine() {
        let first = String::new();
        PortReason::Closed { first }.into()
    } else {
        NetReason::Reset { peer }.into()
    };
    assert_eq!(finding.reason, wanted);
}

#[tokio::test]
async fn what_is_to_be_sent_arrives_whole_and_the_answer_is_matched() {
    let number = server("127.0.0.1", async |mut stream| {
        let mut question = vec![0; 6];
        stream.read_exact(&mut question).await?;
        let answer: &[u8] = if question == b"PING\r\n" {
            b"PONG\r\n"
        } else {
            b"?"
        };
        stream.write_all(answer).await?;
        wait_for_end(stream).await
    })
    .await;
    let mut options = port("127.0.0.1", number, Some("^PONG"));
    options.send = Some("PING\r\n".into());
    let (finding, _) = run(&options).await;
    let first = "PONG".into();
    assert_port(
        &finding,
        Verdict::Ok,
        Phase::Answer,
        PortReason::Banner { first },
    );
}

#[tokio::test]
async fn a_slow_banner_is_a_warning() {
    let number = server("127.0.0.1", async |mut stream| {
        tokio::time::sleep(Duration::from_millis(60)).await;
        stream.write_all(b"220 hello\r\n").await?;
        wait_for_end(stream).await
    })
    .await;
    let mut options = port("127.0.0.1", number, Some("^220 "));
    options.max_time = Some(Duration::from_millis(50));
    let (finding, _) = run(&options).await;
    assert_eq!(finding.verdict, Verdict::Warning);
    assert!(matches!(finding.reason, Reason::Slow { .. }));
}

#[tokio::test]
async fn the_server_sees_an_end_and_no_reset_though_it_said_more_than_was_read() {
    let (ended, end) = tokio::sync::oneshot::channel();
    let number = server("127.0.0.1", async move |mut stream| {
        stream.write_all(b"220 hello\r\nand more").await?;
        let result = wait_for_end(stream).await;
        drop(ended.send(result));
        Ok(())
    })
    .await;
    run(&port("127.0.0.1", number, None)).await;
    end.await.unwrap().expect("an end of file, no reset");
}
