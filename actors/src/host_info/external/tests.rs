//! Against scripted servers on loopback, and an actor in place of the connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix::prelude::*;
use hostmessenger_config::Language;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::probe::kinds::disk::DiskHelpers;
use crate::testing::store;

/// How often someone was asked.
type Count = Arc<AtomicU32>;

/// What the XMPP server says of our address.
struct Link(Result<IpAddr, String>, Count);

impl Actor for Link {
    type Context = Context<Self>;
}

impl Handler<AskExternalIp> for Link {
    type Result = Result<IpAddr, String>;

    fn handle(&mut self, _: AskExternalIp, _: &mut Context<Self>) -> Self::Result {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.clone()
    }
}

fn link(answer: Result<&str, &str>) -> (Recipient<AskExternalIp>, Count) {
    let asked = Count::default();
    let answer = answer.map(|ip| ip.parse().unwrap()).map_err(str::to_owned);
    (Link(answer, Arc::clone(&asked)).start().recipient(), asked)
}

/// A server that reads a request and says this, then goes on with `then`.
async fn page<F>(answer: String, then: impl Fn(TcpStream) -> F + 'static) -> (IpSource, Count)
where
    F: Future<Output = ()> + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ip?key=secret", listener.local_addr().unwrap());
    let asked = Count::default();
    let count = Arc::clone(&asked);
    actix_rt::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            then(stream).await;
        }
    });
    (IpSource::Url(url.parse().unwrap()), asked)
}

async fn saying(status: &str, body: &str) -> (IpSource, Count) {
    let length = body.len();
    page(
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"),
        |_| async {},
    )
    .await
}

async fn stalling(answer: &str) -> IpSource {
    let stall = |stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    };
    page(answer.to_owned(), stall).await.0
}

async fn line(
    sources: Vec<IpSource>,
    connection: Option<Recipient<AskExternalIp>>,
) -> Result<String, String> {
    let spec = HostInfoSpec {
        data_dir: "/nonexistent".into(),
        display: None,
        external_ip: sources,
        connection,
        tls: store(),
        disks: DiskHelpers::default(),
    };
    let told = ask(&spec).await;
    told.map(|told| told(Language::En))
        .map_err(|why| why(Language::En))
}

#[actix_rt::test]
async fn the_server_is_asked_where_it_is_configured() {
    let (connection, asked) = link(Ok("203.0.113.7"));
    let told = line(vec![IpSource::Xmpp], Some(connection)).await;
    assert_eq!(told.as_deref(), Ok("203.0.113.7"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let why = line(vec![IpSource::Xmpp], None).await;
    assert_eq!(why.unwrap_err(), "XMPP server: no account is configured");
}

#[actix_rt::test]
async fn with_nothing_configured_nobody_is_asked() {
    let (connection, asked) = link(Ok("203.0.113.7"));
    let why = line(Vec::new(), Some(connection)).await.unwrap_err();
    assert_eq!(why, "no source is configured (host_info.external_ip)");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[actix_rt::test]
async fn sources_are_asked_in_turn_until_one_tells() {
    let (connection, asked) = link(Err("the server does not know XEP-0279"));
    let (bad, _) = saying("500 Oops", "").await;
    let (good, _) = saying("200 OK", " 2001:db8::7\r\n").await;
    let (unneeded, never) = saying("200 OK", "192.0.2.1").await;
    let sources = vec![IpSource::Xmpp, bad, good, unneeded];
    let told = line(sources, Some(connection)).await;
    assert_eq!(told.as_deref(), Ok("2001:db8::7"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(never.load(Ordering::SeqCst), 0);
}

#[actix_rt::test]
async fn an_answer_that_is_no_address_is_refused_and_shown_harmlessly() {
    let (garbage, _) = saying("200 OK", "<b>192.0.2.1</b>\u{1b}[31m").await;
    let (connection, _) = link(Err("no\u{202e}t there"));
    let sources = vec![garbage.clone(), IpSource::Xmpp];
    let why = line(sources, Some(connection)).await.unwrap_err();
    let IpSource::Url(url) = garbage else {
        panic!("a URL")
    };
    let page = format!("http://127.0.0.1:{}", url.port().unwrap());
    assert_eq!(
        why,
        format!(
            "{page}: answered '<b>192.0.2.1</b>\\u{{1b}}[31m', which is not an IP address; \
             XMPP server: no\\u{{202e}}t there"
        )
    );
}

#[actix_rt::test]
async fn an_endless_answer_is_cut_off() {
    let sent = Count::default();
    let count = Arc::clone(&sent);
    let endless = move |mut stream: TcpStream| {
        let count = Arc::clone(&count);
        async move {
            let much = vec![b'1'; 1 << 16];
            while stream.write_all(&much).await.is_ok() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    let (source, _) = page("HTTP/1.1 200 OK\r\n\r\n".into(), endless).await;
    let began = Instant::now();
    let why = line(vec![source], None).await.unwrap_err();
    assert!(why.ends_with(": answered more than 256 bytes"), "{why}");
    assert!(began.elapsed() < Duration::from_secs(3));
    // What the system's buffers hold, and no more.
    assert!(sent.load(Ordering::SeqCst) < 500, "more than 32 MiB taken");
}

#[actix_rt::test]
async fn sources_that_stall_share_the_time_of_the_line() {
    // Before the clock runs.
    drop(store());
    let began = Instant::now();
    let sources = vec![
        stalling("").await,
        stalling("HTTP/1.1 200 OK\r\n\r\n192.0.2.1").await,
        saying("200 OK", "192.0.2.9").await.0,
    ];
    assert_eq!(line(sources, None).await.as_deref(), Ok("192.0.2.9"));
    assert!(began.elapsed() < PATIENCE);
    let began = Instant::now();
    let why = line(vec![stalling("").await], None).await.unwrap_err();
    assert!(why.ends_with(": no answer for 4s"), "{why}");
    assert!(began.elapsed() < Duration::from_millis(4_300));
}

#[actix_rt::test]
async fn a_redirect_leads_nowhere() {
    let (target, never) = saying("200 OK", "192.0.2.1").await;
    let IpSource::Url(target) = target else {
        panic!("a URL")
    };
    let answer = format!("302 Found\r\nLocation: {target}");
    let (source, _) = saying(&answer, "").await;
    let why = line(vec![source], None).await.unwrap_err();
    assert!(why.ends_with(": answered 302"), "{why}");
    assert_eq!(never.load(Ordering::SeqCst), 0);
}

#[actix_rt::test]
async fn no_reason_shows_the_query_which_may_hold_a_key() {
    let dead: Url = "http://127.0.0.1:1/ip?key=secret".parse().unwrap();
    let why = line(vec![IpSource::Url(dead)], None).await.unwrap_err();
    assert!(why.starts_with("http://127.0.0.1:1: "), "{why}");
    assert!(!why.contains("secret"), "{why}");
}

#[actix_rt::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(crate::tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    actix_rt::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        assert!(acceptor.accept(stream).await.is_err());
    });
    let url = format!("https://localhost:{port}/").parse().unwrap();
    let why = line(vec![IpSource::Url(url)], None).await.unwrap_err();
    assert!(why.contains("certificate"), "{why}");
}

/// Run again with a proxy in the environment by the next test.
#[actix_rt::test]
async fn a_page_tells_the_address() {
    let (source, asked) = saying("200 OK", "192.0.2.1\n").await;
    assert_eq!(line(vec![source], None).await.as_deref(), Ok("192.0.2.1"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_proxy_of_the_environment_is_not_asked() {
    let name = "host_info::external::tests::a_page_tells_the_address";
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", name]);
    for variable in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
        again.env(variable, "http://127.0.0.1:1");
    }
    let output = again
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("1 passed"), "{told}");
}
