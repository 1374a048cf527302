//! Where a redirect leads (RFC 9110, section 15.4), decided without touching the network.
//!
//! A trap: the owner's credentials are for the host that the owner named. [`Hop::is_origin`] says
//! whether scheme, host and port are still those; elsewhere nothing secret may be sent.

use std::borrow::Cow;

use hostmessenger_config::Web;
use http::{Method, StatusCode};
use url::Url;

use super::WebReason;
use super::judge::excerpt;
use super::message::Head;

/// One request on the way to the page. The first is made at every check, so it copies nothing.
#[derive(Debug, Clone)]
pub(super) struct Hop<'a> {
    pub(super) url: Cow<'a, Url>,
    pub(super) method: Method,
    /// What the owner named.
    named: &'a Url,
    is_origin: bool,
}

impl<'a> Hop<'a> {
    /// The request that the owner asked for.
    pub(super) fn first(options: &'a Web) -> Result<Self, WebReason> {
        let method = Method::from_bytes(options.method.as_bytes())
            .ok()
            // CONNECT asks a proxy for a tunnel: no page.
            .filter(|method| *method != Method::CONNECT)
            .ok_or_else(|| WebReason::Setup {
                why: format!("method {}", excerpt(options.method.as_bytes())),
            })?;
        Ok(Self {
            url: Cow::Borrowed(&options.url),
            method,
            named: &options.url,
            is_origin: true,
        })
    }

    /// Whether this still goes to the very scheme, host and port that the owner named.
    pub(super) fn is_origin(&self) -> bool {
        self.is_origin
    }
}

/// Whether this answer sends elsewhere. One without a `Location` does not: it is judged by its
/// status.
pub(super) fn is_followed(head: &Head) -> bool {
    matches!(head.status.as_u16(), 301 | 302 | 303 | 307 | 308) && head.location.is_some()
}

/// The next request. What is not an `http` or `https` address is refused.
pub(super) fn next<'a>(
    hop: &Hop<'a>,
    status: StatusCode,
    location: &[u8],
) -> Result<Hop<'a>, WebReason> {
    let bad = || WebReason::BadRedirect {
        status: status.as_u16(),
        to: excerpt(location),
    };
    let location = std::str::from_utf8(location).map_err(|_| bad())?;
    let mut url = hop.url.join(location).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad());
    }
    // A name and password in the address are the owner's to give, never the server's.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err(bad());
    }
    let method = match status.as_u16() {
        303 if hop.method != Method::HEAD => Method::GET,
        301 | 302 if hop.method == Method::POST => Method::GET,
        _ => hop.method.clone(),
    };
    Ok(Hop {
        is_origin: url.origin() == hop.named.origin(),
        url: Cow::Owned(url),
        method,
        named: hop.named,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::options;
    use super::*;

    fn hop(url: &str, method: &str) -> Hop<'static> {
        let mut options = options(url);
        options.method = method.into();
        // A test ends soon enough.
        Hop::first(Box::leak(Box::new(options))).unwrap()
    }

    fn goes<'a>(from: &Hop<'a>, status: u16, to: &str) -> Result<Hop<'a>, WebReason> {
        next(from, StatusCode::from_u16(status).unwrap(), to.as_bytes())
    }

    #[test]
    fn a_relative_location_is_joined_to_the_address() {
        let from = hop("https://a.example/x/y?q", "GET");
        let to = goes(&from, 302, "../z?w=%2F#part").unwrap();
        assert_eq!(to.url.as_str(), "https://a.example/z?w=%2F#part");
        assert!(to.is_origin());
    }

    #[test]
    fn another_scheme_host_or_port_is_not_the_origin() {
        let from = hop("https://a.example/", "GET");
        for to in [
            "http://a.example/",
            "https://b.example/",
            "//a.example:444/",
        ] {
            assert!(!goes(&from, 302, to).unwrap().is_origin(), "{to}");
        }
        let away = goes(&from, 302, "https://b.example/").unwrap();
        assert!(goes(&away, 302, "https://a.example/").unwrap().is_origin());
    }

    #[test]
    fn a_post_becomes_a_get_but_only_where_http_says_so() {
        let post = hop("http://a.example/", "POST");
        for (status, method) in [
            (301, "GET"),
            (302, "GET"),
            (303, "GET"),
            (307, "POST"),
            (308, "POST"),
        ] {
            assert_eq!(goes(&post, status, "/").unwrap().method, method);
        }
        let head = hop("http://a.example/", "HEAD");
        assert_eq!(goes(&head, 303, "/").unwrap().method, "HEAD");
    }

    #[test]
    fn what_is_not_a_web_address_is_refused() {
        let from = hop("http://a.example/", "GET");
        for to in [
            "file:///etc/passwd",
            "ftp://a.example/",
            "javascript:1",
            "http://",
            "http://[::",
        ] {
            let refused = goes(&from, 301, to).unwrap_err();
            assert!(
                matches!(refused, WebReason::BadRedirect { status: 301, .. }),
                "{to}"
            );
        }
    }

    #[test]
    fn a_name_and_password_in_a_location_are_dropped() {
        let from = hop("http://me:mine@a.example/", "GET");
        let to = goes(&from, 302, "http://x:y@b.example/").unwrap();
        assert_eq!(to.url.as_str(), "http://b.example/");
    }

    proptest! {
        #[test]
        fn no_location_panics_and_none_leaves_the_web(location in any::<Vec<u8>>()) {
            if let Ok(to) = next(&hop("http://a.example/", "GET"), StatusCode::FOUND, &location) {
                prop_assert!(matches!(to.url.scheme(), "http" | "https"));
                prop_assert!(to.url.has_host());
            }
        }
    }
}
