//! What an answer is worth: pure, so that every rule can be tested without a server.

use std::borrow::Cow;
use std::time::Duration;

use hostmessenger_config::Web;
use http::StatusCode;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::exchange::{Answer, Want};
use super::{Seen, WebReason};
use crate::probe::verdict::{Finding, Phase, Reason};
use crate::text;

/// So many characters of what came are shown.
const SHOWN: usize = 80;

/// A host's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    pub(super) host: String,
    /// Its last second in Unix time; `None` where it cannot be read.
    pub(super) ends: Option<i64>,
}

impl Certificate {
    /// Reads a certificate in DER.
    pub(super) fn read(host: &str, der: &[u8]) -> Self {
        let ends = X509Certificate::from_der(der)
            .ok()
            .map(|(_, cert)| cert.validity().not_after.timestamp());
        Self {
            host: host.to_owned(),
            ends,
        }
    }
}

/// The one to worry about first; one that cannot be read comes before all.
pub(super) fn earlier(a: Option<Certificate>, b: Option<Certificate>) -> Option<Certificate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.ends < a.ends { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// The first characters of something from outside.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    text::clean_bytes(bytes, SHOWN)
}

/// How much of the body is needed to judge an answer with this status.
pub(super) fn wants(options: &Web, status: StatusCode) -> Want {
    if !is_expected(options, status) {
        return Want::Beginning;
    }
    let searched = options.body_contains.is_some()
        || options.body_matches.is_some()
        || options.body_lacks.is_some();
    if searched { Want::Whole } else { Want::Nothing }
}

fn is_expected(options: &Web, status: StatusCode) -> bool {
    options.status.iter().any(|r| r.contains(&status.as_u16()))
}

/// What is wrong with the status, if anything.
pub(super) fn status(options: &Web, answer: &Answer) -> Option<WebReason> {
    if is_expected(options, answer.head.status) {
        return None;
    }
    let range = |r: &std::ops::RangeInclusive<u16>| match (r.start(), r.end()) {
        (from, to) if from == to => from.to_string(),
        (from, to) => format!("{from}-{to}"),
    };
    let expected: Vec<_> = options.status.iter().map(range).collect();
    Some(WebReason::Status {
        status: answer.head.status.as_u16(),
        expected: expected.join(", "),
        begins: excerpt(&answer.body),
    })
}

/// What is wrong with the body, if anything. What lies beyond the part that was read is not seen.
pub(super) fn body(options: &Web, answer: &Answer) -> Option<WebReason> {
    if wants(options, answer.head.status) != Want::Whole {
        return None;
    }
    if let Some(encoding) = encoding(answer) {
        return Some(WebReason::BodyEncoded { encoding });
    }
    let body: Cow<'_, str> = String::from_utf8_lossy(&answer.body);
    let seen = || Seen {
        begins: excerpt(&answer.body),
        cut: answer.cut,
    };
    let show = |text: &str| text::clean(text, SHOWN);
    match (
        &options.body_contains,
        &options.body_matches,
        &options.body_lacks,
    ) {
        (_, _, Some(text)) if body.contains(text.as_str()) => {
            Some(WebReason::BodyHolds { text: show(text) })
        }
        (Some(text), _, _) if !body.contains(text.as_str()) => Some(WebReason::BodyMisses {
            text: show(text),
            seen: seen(),
        }),
        (_, Some(regex), _) if !regex.is_match(&body) => Some(WebReason::BodyUnmatched {
            pattern: show(regex.as_str()),
            seen: seen(),
        }),
        _ => None,
    }
}

/// The body's encoding, where it has one: compressed text cannot be searched.
fn encoding(answer: &Answer) -> Option<String> {
    let value = answer.head.encoding.as_deref()?;
    let plain = value.is_empty() || value.eq_ignore_ascii_case(b"identity");
    (!plain && !answer.body.is_empty()).then(|| excerpt(value))
}

/// What works but should be known. The certificate comes first: it needs somebody to act.
pub(super) fn warning(
    options: &Web,
    certificate: Option<&Certificate>,
    took: Duration,
    now: Timestamp,
) -> Option<Finding> {
    if let Some((certificate, min)) = certificate.zip(options.certificate_days)
        && let Some(reason) = ending(certificate, min, now)
    {
        return Some(Finding::warning(Phase::Answer, reason));
    }
    let max = options.max_time.filter(|max| took > *max)?;
    Some(Finding::warning(Phase::Answer, Reason::Slow { took, max }))
}

fn ending(certificate: &Certificate, min: u32, now: Timestamp) -> Option<WebReason> {
    const DAY: i64 = 86_400;
    let host = certificate.host.clone();
    let Some(ends) = certificate.ends else {
        return Some(WebReason::CertificateUnreadable { host });
    };
    let left = ends.saturating_sub(now.as_second());
    (left < i64::from(min) * DAY).then(|| WebReason::CertificateEnds {
        host,
        days: left.div_euclid(DAY),
        min,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::super::message::{Body, Head};
    use super::super::tests::options;
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let head = Head {
            status: StatusCode::from_u16(status).unwrap(),
            location: None,
            encoding: None,
            body: Body::Done,
        };
        Answer {
            head,
            body: body.into(),
            cut: false,
        }
    }

    fn ends(at: i64) -> Certificate {
        Certificate {
            host: "a".into(),
            ends: Some(at),
        }
    }

    #[test]
    fn a_status_is_good_where_any_range_holds_it() {
        let mut options = options("http://a/");
        options.status = vec![200..=299, 304..=304];
        assert_eq!(status(&options, &answer(304, "")), None);
        let Some(WebReason::Status { expected, .. }) = status(&options, &answer(303, "")) else {
            panic!("303 is not expected");
        };
        assert_eq!(expected, "200-299, 304");
    }

    #[test]
    fn a_forbidden_text_tells_more_than_a_missing_one() {
        let mut options = options("http://a/");
        options.body_contains = Some("Welcome".into());
        options.body_lacks = Some("Maintenance".into());
        options.body_matches = Some(Regex::new("(?i)basket$").unwrap());
        assert_eq!(body(&options, &answer(200, "Welcome, take a BASKET")), None);
        let text = "Maintenance".to_owned();
        assert_eq!(
            body(&options, &answer(200, &text)),
            Some(WebReason::BodyHolds { text })
        );
    }

    #[test]
    fn the_certificate_that_ends_first_counts() {
        for (a, b) in [(ends(5), ends(3)), (ends(3), ends(5))] {
            assert_eq!(earlier(Some(a), Some(b)), Some(ends(3)));
        }
        assert_eq!(earlier(Some(ends(3)), None), Some(ends(3)));
        assert_eq!(earlier(None, Some(ends(3))), Some(ends(3)));
        let unreadable = Certificate {
            host: "b".into(),
            ends: None,
        };
        let first = earlier(Some(ends(3)), Some(unreadable.clone()));
        assert_eq!(first, Some(unreadable));
    }

    #[test]
    fn both_warnings_at_once_tell_of_the_certificate() {
        let mut options = options("https://a/");
        options.certificate_days = Some(14);
        options.max_time = Some(Duration::from_secs(1));
        let told = |certificate: Certificate, secs| {
            let now = Timestamp::UNIX_EPOCH;
            warning(&options, Some(&certificate), Duration::from_secs(secs), now)
                .map(|finding| finding.reason)
        };
        let slow = Reason::Slow {
            took: Duration::from_secs(2),
            max: Duration::from_secs(1),
        };
        let ending = WebReason::CertificateEnds {
            host: "a".into(),
            days: 13,
            min: 14,
        };
        assert_eq!(told(ends(14 * 86_400 - 1), 2), Some(ending.into()));
        assert_eq!(told(ends(14 * 86_400), 2), Some(slow));
        assert_eq!(told(ends(14 * 86_400), 1), None);
    }

    proptest! {
        #[test]
        fn no_certificate_panics(der in any::<Vec<u8>>(), min in any::<u32>(), ends in any::<i64>()) {
            let read = Certificate::read("a", &der);
            prop_assert!(ending(&read, min, Timestamp::MAX).is_some());
            let set = Certificate { host: "a".into(), ends: Some(ends) };
            // The answer depends on the numbers; that there is one does not.
            prop_assert_eq!(ending(&set, 0, Timestamp::UNIX_EPOCH).is_some(), ends < 0);
        }
    }
}
