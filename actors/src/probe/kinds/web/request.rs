//! The request as it goes over the wire: the URL as configured, the owner's headers, and no secret
//! for anybody but the host that the owner named.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hostmessenger_config::Web;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONNECTION,
    CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, PRAGMA, USER_AGENT,
};
use hyper::{Method, Request, Uri};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use url::{Position, Url};

use super::WebReason;
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

/// The request of one hop, without a body.
pub(super) fn build(options: &Web, hop: &Hop<'_>) -> Result<Request<String>, WebReason> {
    let mut request = Request::new(String::new());
    *request.uri_mut() = target(&hop.url)?;
    *request.method_mut() = hop.method.clone();
    *request.headers_mut() = headers(options, hop)?;
    Ok(request)
}

/// Path and query, byte for byte; the fragment stays here.
fn target(url: &Url) -> Result<Uri, WebReason> {
    let text = &url[Position::BeforePath..Position::AfterQuery];
    text.parse().map_err(|_| WebReason::Setup {
        why: format!("address {}", excerpt(text.as_bytes())),
    })
}

fn headers(options: &Web, hop: &Hop<'_>) -> Result<HeaderMap, WebReason> {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, host(&hop.url)?);
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if [Method::POST, Method::PUT, Method::PATCH].contains(&hop.method) {
        // Without it many servers answer 411.
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    if hop.is_origin()
        && let Some(value) = basic(options)?
    {
        headers.insert(AUTHORIZATION, value);
    }
    let mut own = HeaderMap::new();
    for (name, value) in &options.headers {
        let (name, value) = header(name, value)?;
        if hop.is_origin() || HARMLESS.contains(&name) {
            own.append(name, value);
        }
    }
    // `extend` replaces what is there and keeps a header that the owner wrote twice.
    headers.extend(own);
    Ok(headers)
}

const AGENT: &str = concat!("HostMessenger/", env!("CARGO_PKG_VERSION"));

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), WebReason> {
    // The value may be a secret: only the name is told.
    let bad = || WebReason::Setup {
        why: format!("header {}", excerpt(name.as_bytes())),
    };
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad())?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

fn host(url: &Url) -> Result<HeaderValue, WebReason> {
    let text = &url[Position::BeforeHost..Position::AfterPort];
    HeaderValue::from_str(text).map_err(|_| WebReason::Setup {
        why: format!("host {}", excerpt(text.as_bytes())),
    })
}

/// HTTP basic authentication (RFC 7617), from the options or from the address.
fn basic(options: &Web) -> Result<Option<HeaderValue>, WebReason> {
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
        return Ok(None);
    };
    let text = format!("Basic {}", BASE64_STANDARD.encode(plain));
    let mut value = HeaderValue::from_str(&text).map_err(|_| WebReason::Setup {
        why: "user and password".into(),
    })?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::options;
    use super::*;

    #[test]
    fn the_host_header_names_a_port_only_where_it_is_not_the_usual_one() {
        let host = |url: &str| host(&Url::parse(url).unwrap()).unwrap();
        assert_eq!(host("http://a.example:80/"), "a.example");
        assert_eq!(host("http://u:p@a.example:81/"), "a.example:81");
        assert_eq!(host("https://[::1]:81/"), "[::1]:81");
    }

    #[test]
    fn a_header_of_the_owner_replaces_ours_and_may_come_twice() {
        let mut options = options("http://a.example/");
        options.headers = [("Accept", "text/html"), ("Accept", "x/y"), ("HOST", "b")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into();
        let headers = headers(&options, &Hop::first(&options).unwrap()).unwrap();
        assert_eq!(
            headers.get_all(ACCEPT).iter().collect::<Vec<_>>(),
            ["text/html", "x/y"]
        );
        assert_eq!(headers.get_all(HOST).iter().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_bad_header_is_told_by_its_name_and_never_by_its_value() {
        let mut options = options("http://a.example/");
        options.headers = vec![("X-Key".into(), "hunter2\n".into())];
        let refused = headers(&options, &Hop::first(&options).unwrap()).unwrap_err();
        assert_eq!(
            refused,
            WebReason::Setup {
                why: "header X-Key".into()
            }
        );
    }

    #[test]
    fn a_name_and_password_in_the_address_are_decoded() {
        let options = options("http://a%40b:c%3Ad@a.example/");
        let value = basic(&options).unwrap().unwrap();
        assert_eq!(
            value,
            format!("Basic {}", BASE64_STANDARD.encode("a@b:c:d"))
        );
    }

    proptest! {
        #[test]
        fn every_address_arrives_byte_for_byte(path in "[ -~]{0,40}", query in "\\PC{0,40}") {
            let text = format!("http://a.example/{path}?{query}#x");
            if let Ok(url) = Url::parse(&text) {
                let sent = target(&url).unwrap().to_string();
                prop_assert_eq!(sent, &url[Position::BeforePath..Position::AfterQuery]);
            }
        }
    }
}
