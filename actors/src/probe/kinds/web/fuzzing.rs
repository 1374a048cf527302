//! The answer of a web server without the wire.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hostmessenger_config::Web;
use jiff::Timestamp;
use regex::Regex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};

use super::connect::Link;
use super::judge::{self, Certificate};
use super::message::Head;
use super::redirect::{self, Hop};
use super::{WebReason, exchange, follow, request};
use crate::probe::verdict::Reason;

fn options() -> Option<Web> {
    Some(Web {
        url: "http://a.test/x?y".parse().ok()?,
        method: "GET".into(),
        headers: vec![("X-Key".into(), "k".into())],
        user: Some("u".into()),
        password: None,
        follow_redirects: true,
        ca_file: None,
        verify_tls: true,
        status: vec![200..=299],
        body_contains: Some("Welcome".into()),
        body_matches: Regex::new("(?i)(a|b)*c$").ok(),
        body_lacks: Some("Maintenance".into()),
        max_time: Some(Duration::from_secs(1)),
        certificate_days: Some(14),
    })
}

/// See [`crate::fuzzing::web`].
pub(crate) fn reasons(bytes: &[u8]) -> Vec<Reason> {
    thread_local! {
        static RUNTIME: Option<Runtime> = Builder::new_current_thread().enable_time().build().ok();
        static OPTIONS: Option<Web> = options();
    }
    RUNTIME
        .with(|runtime| {
            OPTIONS.with(|options| {
                let (runtime, options) = (runtime.as_ref()?, options.as_ref()?);
                Some(runtime.block_on(of_answer(options, bytes)))
            })
        })
        .unwrap_or_default()
}

async fn of_answer(options: &Web, bytes: &[u8]) -> Vec<Reason> {
    let Ok(hop) = Hop::first(options) else {
        return Vec::new();
    };
    let Ok(request) = request::build(options, &hop, None) else {
        return Vec::new();
    };
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let link = Link::of(Box::new(near), SocketAddr::from((Ipv4Addr::LOCALHOST, 80)));
    // An answer before the question would be no answer. What becomes of it shows on the other side.
    let serve = async move {
        let _asked = far.read(&mut [0; 1024]).await;
        let _answered = far.write_all(bytes).await;
    };
    let wants = |head: &Head| judge::wants(options, head.status);
    let (answer, ()) = tokio::join!(exchange::ask(link, request, wants), serve);
    match answer {
        Err(reason) => vec![reason],
        Ok(answer) => {
            assert!(answer.body.len() <= exchange::MAX_BODY);
            let mut found: Vec<Reason> = judge::status(options, &answer)
                .into_iter()
                .chain(judge::body(options, &answer))
                .map(Into::into)
                .collect();
            if redirect::is_followed(&answer.head) {
                found.extend(redirected(options, &hop, &answer));
            }
            found
        }
    }
}

fn redirected(options: &Web, hop: &Hop, answer: &exchange::Answer) -> Vec<Reason> {
    let too_many = follow(hop, answer, u32::MAX).err();
    match follow(hop, answer, 0) {
        Ok(next) => {
            assert!(matches!(next.url.scheme(), "http" | "https") && next.url.has_host());
            let request = request::build(options, &next, None);
            let keys = request.map(|request| request.text.contains("x-key:"));
            assert!(
                next.is_origin() || keys != Ok(true),
                "a secret for another host"
            );
            too_many.map(|finding| finding.reason).into_iter().collect()
        }
        Err(finding) => vec![finding.reason],
    }
}

/// See [`crate::fuzzing::certificate`].
pub(crate) fn of_certificate(der: &[u8]) -> Vec<Reason> {
    let certificate = Certificate::read("a.test", der);
    let first = judge::earlier(None, Some(certificate));
    let Some(options) = options() else {
        return Vec::new();
    };
    [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX]
        .into_iter()
        .filter_map(|now| judge::warning(&options, first.as_ref(), Duration::ZERO, now))
        .map(|finding| finding.reason)
        .chain([WebReason::HeadTooLarge.into()])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads_to(answer: &str, wanted: fn(&WebReason) -> bool) {
        let found = reasons(answer.as_bytes());
        let is_wanted = |reason: &Reason| matches!(reason, Reason::Web(web) if wanted(web));
        assert!(found.iter().any(is_wanted), "{answer}: {found:?}");
    }

    #[test]
    fn the_door_leads_to_every_judge() {
        leads_to("HTTP/1.1 503 x\r\n\r\nsorry", |why| {
            matches!(why, WebReason::Status { status: 503, .. })
        });
        leads_to("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", |why| {
            matches!(why, WebReason::BodyMisses { .. })
        });
        leads_to("HTTP/1.1 302 x\r\nlocation: file:///\r\n\r\n", |why| {
            matches!(why, WebReason::BadRedirect { .. })
        });
        leads_to("SSH-2.0\r\n", |why| {
            matches!(why, WebReason::NotHttp { .. })
        });
    }
}
