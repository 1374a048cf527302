//! Where an answer ends, byte by byte.

use http::Method;
use proptest::prelude::*;

use super::super::message::{Body, Head, MAX_CHUNK_LINE, MAX_HEADERS};
use super::WebReason;

fn framed(asked: &Method, text: &str) -> Result<Body, WebReason> {
    let text = text.replace('\n', "\r\n") + "\r\n\r\n";
    let (length, head) = Head::read(text.as_bytes(), asked)?.unwrap();
    assert_eq!(length, text.len());
    Ok(head.body)
}

/// All that these bytes hold of the body, given in pieces of this length, what is to come then, and how
/// many bytes that took.
fn taken(mut body: Body, bytes: &[u8], piece: usize) -> Result<(Vec<u8>, Body, usize), WebReason> {
    let (mut found, mut from, mut to) = (Vec::new(), 0, 0);
    loop {
        let (taken, some) = body.take(&bytes[from..to])?;
        found.extend_from_slice(some);
        from += taken;
        if taken == 0 {
            if to == bytes.len() || body == Body::Done {
                return Ok((found, body, from));
            }
            to = bytes.len().min(to + piece);
        }
    }
}

#[test]
fn where_the_body_ends_is_known_as_the_rfc_has_it() {
    for (head, body) in [
        ("HTTP/1.1 200 OK", Body::UntilEnd),
        ("HTTP/1.0 200 OK", Body::UntilEnd),
        ("HTTP/1.1 200\nContent-Length: 7", Body::Sized(7)),
        ("HTTP/1.1 200\ncontent-length: 0", Body::Done),
        (
            "HTTP/1.1 200\ncontent-length: 7, 7\ncontent-length: 7",
            Body::Sized(7),
        ),
        (
            "HTTP/1.1 200\ntransfer-encoding: gzip, Chunked",
            Body::Chunk,
        ),
        (
            "HTTP/1.1 200\ntransfer-encoding: chunked, gzip",
            Body::UntilEnd,
        ),
        (
            "HTTP/1.1 200\ncontent-length: x\ntransfer-encoding: chunked",
            Body::Chunk,
        ),
        ("HTTP/1.1 204 x\ncontent-length: 7", Body::Done),
        ("HTTP/1.1 304 x\ntransfer-encoding: chunked", Body::Done),
        ("HTTP/1.1 101 x", Body::Done),
    ] {
        assert_eq!(framed(&Method::GET, head), Ok(body), "{head}");
        assert_eq!(framed(&Method::HEAD, head), Ok(Body::Done), "{head}");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    for head in [
        "HTTP/1.1 200\ncontent-length: 7\ncontent-length: 8",
        "HTTP/1.1 200\ncontent-length: 7, 8",
        "HTTP/1.1 200\ncontent-length: +7",
        "HTTP/1.1 200\ncontent-length: 7,",
        "HTTP/1.1 200\ncontent-length: 99999999999999999999",
        "HTTP/1.0 200\ntransfer-encoding: chunked",
        "HTTP/1.1 200\nbad name: x",
        "HTTP/2.0 200 OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 000 OK",
    ] {
        let refused = framed(&Method::GET, head);
        assert!(
            matches!(refused, Err(WebReason::NotHttp { .. })),
            "{head}: {refused:?}"
        );
    }
    let many = "HTTP/1.1 200".to_owned() + &"\nx: y".repeat(MAX_HEADERS + 1);
    assert_eq!(framed(&Method::GET, &many), Err(WebReason::HeadTooLarge));
}

#[test]
fn only_a_switch_of_protocols_ends_the_interim_answers() {
    let interim = |status: &str| {
        let text = format!("HTTP/1.1 {status}\r\n\r\n");
        Head::read(text.as_bytes(), &Method::GET)
            .unwrap()
            .unwrap()
            .1
            .is_interim()
    };
    assert!(interim("100") && interim("103") && interim("199"));
    assert!(!interim("101") && !interim("200"));
}

#[test]
fn chunks_are_put_together_and_what_stands_behind_them_is_not_the_bodys() {
    let chunks = b"3;a=\"b\"\r\nWel\r\n4\r\ncome\r\n00\r\nx:\r\nz: 0\r\n\r\nHTTP/1.1";
    let end = chunks.len() - b"HTTP/1.1".len();
    for piece in 1..=chunks.len() {
        let whole = taken(Body::Chunk, chunks, piece);
        assert_eq!(whole, Ok((b"Welcome".to_vec(), Body::Done, end)), "{piece}");
    }
    let cut = taken(Body::Chunk, &chunks[..13], 5).unwrap();
    assert_eq!(cut, (b"Wel".to_vec(), Body::ChunkEnd, 12));
    assert!(!cut.1.may_end());
}

#[test]
fn a_broken_chunk_is_told() {
    for chunks in [
        "x",
        "-1\r\n",
        "1 1\r\nx",
        "1\r\nxyz",
        "11111111111111111\r\n",
        "1\nx",
        "\r\n",
    ] {
        let broken = taken(Body::Chunk, chunks.as_bytes(), 1);
        assert!(
            matches!(broken, Err(WebReason::BadBody { .. })),
            "{chunks:?}: {broken:?}"
        );
    }
    let long = format!("1;{}", "x".repeat(MAX_CHUNK_LINE));
    assert!(taken(Body::Chunk, long.as_bytes(), 100).is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic_and_none_are_taken_twice(bytes in any::<Vec<u8>>(), piece in 1..9_usize, size in 0..99_u64) {
        drop(Head::read(&bytes, &Method::GET));
        for body in [Body::Chunk, Body::Sized(size), Body::UntilEnd, Body::Trailer { amid: false }, Body::ChunkEnd] {
            if let Ok((found, ..)) = taken(body, &bytes, piece) {
                prop_assert!(found.len() <= bytes.len());
            }
        }
    }

    #[test]
    fn any_chunks_in_any_pieces_are_one_body(parts in prop::collection::vec("[a-z]{1,40}", 0..5), piece in 1..20_usize) {
        let mut chunks: Vec<String> = parts
            .iter()
            .map(|part| format!("{:X}\r\n{part}\r\n", part.len()))
            .collect();
        chunks.push("0\r\n\r\n".to_owned());
        let chunks = chunks.concat();
        let whole = (parts.concat().into_bytes(), Body::Done, chunks.len());
        prop_assert_eq!(taken(Body::Chunk, chunks.as_bytes(), piece), Ok(whole));
    }
}
