//! Another reader of HTTP as the judge: what hyper reads is read alike here, what it refuses is refused.

use std::net::{Ipv4Addr, SocketAddr};

use http::Method;
use hyper::body::Body;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::super::connect::Link;
use super::super::exchange::{self, Request, Want};

/// Status and body; nothing where the answer is refused.
type Read = Option<(u16, Vec<u8>)>;

/// Somebody who hears the request and then answers with this, in pieces, and goes.
async fn answers(mut far: DuplexStream, answer: &[u8], piece: usize) {
    let _asked = far.read(&mut [0; 1024]).await;
    for piece in answer.chunks(piece) {
        if far.write_all(piece).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn by_us(near: DuplexStream, method: &Method) -> Read {
    let link = Link::of(Box::new(near), SocketAddr::from((Ipv4Addr::LOCALHOST, 80)));
    let request = Request {
        method: method.clone(),
        text: format!("{method} / HTTP/1.1\r\nhost: x\r\n\r\n"),
    };
    let answer = exchange::ask(link, request, |_| Want::Whole).await.ok()?;
    Some((answer.head.status.as_u16(), answer.body))
}

async fn by_hyper(near: DuplexStream, method: &Method) -> Read {
    let io = TokioIo::new(near);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.ok()?;
    let request = hyper::Request::builder()
        .method(method)
        .uri("/")
        .header("host", "x")
        .body(String::new())
        .ok()?;
    let talk = async {
        let mut answer = sender.send_request(request).await.ok()?;
        let mut bytes = Vec::new();
        let status = answer.status().as_u16();
        let mut body = std::pin::pin!(answer.body_mut());
        while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
            if let Ok(data) = frame.ok()?.into_data() {
                bytes.extend_from_slice(&data);
            }
        }
        Some((status, bytes))
    };
    // The connection's own end tells nothing that the answer does not.
    let (read, _ended) = tokio::join!(talk, connection);
    read
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..20_u8).prop_map(|n| format!("Content-Length: {n}")),
        "content-length: [0-9 +,x-]{0,4}",
        Just("transfer-encoding: chunked".to_owned()),
        Just("Transfer-Encoding: gzip, CHUNKED".to_owned()),
        Just("transfer-encoding: chunked, gzip".to_owned()),
        Just("server: x".to_owned()),
        "[a-z-]{0,5}[ :]{0,2}[ -~]{0,5}",
    ]
}

fn body() -> impl Strategy<Value = String> {
    let chunk = "[a-z]{1,12}".prop_map(|text| format!("{:x}\r\n{text}\r\n", text.len()));
    let chunks = prop::collection::vec(chunk, 0..4);
    let end = prop_oneof![
        4 => Just("0\r\n\r\n".to_owned()),
        1 => Just("0;x=y\r\na: b\r\n\r\n".to_owned()),
        1 => "[0-9a-g;\r\n]{0,6}",
    ];
    prop_oneof![
        "[a-z]{0,20}",
        (chunks, end).prop_map(|(chunks, end)| chunks.concat() + &end),
    ]
}

fn answer() -> impl Strategy<Value = String> {
    let status = prop::sample::select(vec![
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200",
        "HTTP/1.0 404 x",
        "HTTP/1.1 204 x",
        "HTTP/1.1 304 x",
        "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 500 x",
        "HTTP/1.1 999 x",
        "HTTP/1.2 200 x",
    ]);
    (status, prop::collection::vec(header(), 0..3), body()).prop_map(|(status, headers, body)| {
        format!("{status}\r\n{}\r\n\r\n{body}", headers.join("\r\n"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_hyper_reads_is_read_alike(answer in answer(), piece in 1..80_usize, head in any::<bool>()) {
        let method = if head { Method::HEAD } else { Method::GET };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = |hyper: bool| runtime.block_on(async {
            let (near, far) = tokio::io::duplex(64 * 1024);
            let serve = answers(far, answer.as_bytes(), piece);
            if hyper {
                tokio::join!(by_hyper(near, &method), serve).0
            } else {
                tokio::join!(by_us(near, &method), serve).0
            }
        });
        prop_assert_eq!(read(false), read(true), "{}", answer);
    }
}
