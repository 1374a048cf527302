//! The request as it goes over the wire: the URL as configured, the owner's headers, and no secret
//! for anybody but the host that the owner named.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hostmessenger_config::Web;
use http::Method;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONNECTION,
    CONTENT_LENGTH, HOST, HeaderName, HeaderValue, PRAGMA, TRANSFER_ENCODING, USER_AGENT,
};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use url::{Position, Url};

use super::WebReason;
use super::exchange::Request;
use super::judge::excerpt;
use super::redirect::Hop;

/// The only configured headers that go to another host than the configured one: any other may hold
/// a key, whatever its name.
const HARMLESS: [HeaderName; 6] = [
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CACHE_CONTROL,
    PRAGMA,
    USER_AGENT,
];

/// The request of one hop, without a body; `agent` is how we name ourselves.
pub(super) fn build(
    options: &Web,
    hop: &Hop<'_>,
    agent: Option<&str>,
) -> Result<Request, WebReason> {
    let own = own(options, hop)?;
    let mut text = String::with_capacity(256);
    let parts = [hop.method.as_str(), " ", target(&hop.url)?, " HTTP/1.1\r\n"];
    text.extend(parts);
    // A header of the owner's stands in place of ours.
    let mut ours = |name: HeaderName, value: &str| {
        if !own.iter().any(|(theirs, _)| *theirs == name) {
            line(&mut text, &name, value);
        }
    };
    ours(HOST, &hop.url[Position::BeforeHost..Position::AfterPort]);
    if let Some(agent) = agent {
        ours(USER_AGENT, agent);
    }
    ours(ACCEPT, "*/*");
    ours(CONNECTION, "close");
    if [Method::POST, Method::PUT, Method::PATCH].contains(&hop.method) {
        // Without it many servers answer 411.
        ours(CONTENT_LENGTH, "0");
    }
    if hop.is_origin()
        && let Some(value) = basic(options)
    {
        ours(AUTHORIZATION, &value);
    }
    for (name, value) in &own {
        line(&mut text, name, value);
    }
    text.push_str("\r\n");
    Ok(Request {
        method: hop.method.clone(),
        text,
    })
}

fn line(text: &mut String, name: &HeaderName, value: &str) {
    text.extend([name.as_str(), ": ", value, "\r\n"]);
}

/// Path and query, byte for byte; the fragment stays here.
fn target(url: &Url) -> Result<&str, WebReason> {
    let text = &url[Position::BeforePath..Position::AfterQuery];
    // The address was encoded when it was read. What would end the line must not get this far, though.
    let fits = text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(text).ok_or_else(|| WebReason::Setup {
        why: format!("address {}", excerpt(text.as_bytes())),
    })
}

/// The owner's headers that may go to this host. One that is written twice goes twice.
fn own<'a>(options: &'a Web, hop: &Hop<'_>) -> Result<Vec<(HeaderName, &'a str)>, WebReason> {
    let mut own = Vec::new();
    for (name, value) in &options.headers {
        // The value may be a secret: only the name is told.
        let bad = || WebReason::Setup {
            why: format!("header {}", excerpt(name.as_bytes())),
        };
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad())?;
        // No body goes along that it could speak of.
        let fits = parsed != TRANSFER_ENCODING;
        if fits && (hop.is_origin() || HARMLESS.contains(&parsed)) {
            own.push((parsed, value.as_str()));
        }
    }
    Ok(own)
}

/// HTTP basic authentication (RFC 7617), from the options or from the address.
fn basic(options: &Web) -> Option<String> {
    let url = &options.url;
    let plain: Vec<u8> = if let Some(user) = &options.user {
        let password = options.password.as_ref().map(ExposeSecret::expose_secret);
        format!("{user}:{}", password.unwrap_or_default()).into_bytes()
    } else if !url.username().is_empty() || url.password().is_some() {
        percent_decode_str(url.username())
            .chain([b':'])
            .chain(percent_decode_str(url.password().unwrap_or_default()))
            .collect()
    } else {
        return None;
    };
    Some(format!("Basic {}", BASE64_STANDARD.encode(plain)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::options;
    use super::*;

    fn lines(options: &Web) -> Result<Vec<String>, WebReason> {
        let hop = Hop::first(options).unwrap();
        let request = build(options, &hop, Some("us/1"))?;
        Ok(request.text.lines().map(str::to_owned).collect())
    }

    #[test]
    fn the_host_header_names_a_port_only_where_it_is_not_the_usual_one() {
        let host = |url: &str| lines(&options(url)).unwrap().swap_remove(1);
        assert_eq!(host("http://a.example:80/"), "host: a.example");
        assert_eq!(host("http://u:p@a.example:81/"), "host: a.example:81");
        assert_eq!(host("https://[::1]:81/"), "host: [::1]:81");
    }

    #[test]
    fn a_header_of_the_owner_replaces_ours_and_may_come_twice() {
        let mut options = options("http://a.example/");
        options.headers = [("Accept", "text/html"), ("Accept", "x/y"), ("HOST", "b")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into();
        let expected = [
            "GET / HTTP/1.1",
            "user-agent: us/1",
            "connection: close",
            "accept: text/html",
            "accept: x/y",
            "host: b",
            "",
        ];
        assert_eq!(lines(&options).unwrap(), expected);
    }

    #[test]
    fn a_bad_header_is_told_by_its_name_and_never_by_its_value() {
        let mut options = options("http://a.example/");
        options.headers = vec![("X-Key".into(), "hunter2\n".into())];
        let why = "header X-Key".into();
        assert_eq!(lines(&options), Err(WebReason::Setup { why }));
    }

    #[test]
    fn a_name_and_password_in_the_address_are_decoded() {
        let options = options("http://a%40b:c%3Ad@a.example/");
        assert_eq!(
            basic(&options),
            Some(format!("Basic {}", BASE64_STANDARD.encode("a@b:c:d")))
        );
    }

    proptest! {
        #[test]
        fn every_address_arrives_byte_for_byte(path in "[ -~]{0,40}", query in "\\PC{0,40}") {
            let text = format!("http://a.example/{path}?{query}#x");
            if let Ok(url) = Url::parse(&text) {
                let sent = target(&url).unwrap();
                prop_assert_eq!(sent, &url[Position::BeforePath..Position::AfterQuery]);
            }
        }
    }
}
