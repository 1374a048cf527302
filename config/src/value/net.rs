//! Addresses of every sort: hosts, ports, URLs, JIDs.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use jid::{BareJid, Jid, ResourcePart};
use url::Url;

use super::FromText;
use crate::used::{HostPort, IpSource};

impl FromText for BareJid {
    /// A bare JID with a local part (RFC 7622), normalised.
    fn from_text(text: &str) -> Result<Self, String> {
        let jid = Jid::new(text).map_err(|_| "is not an XMPP address")?;
        if jid.resource().is_some() {
            return Err("has a resource after the '/'".into());
        }
        if jid.node().is_none() {
            return Err("has no name before the '@'".into());
        }
        Ok(jid.into_bare())
    }
}

/// The resource of an address.
pub(crate) struct Resource(pub(crate) String);

impl FromText for Resource {
    fn from_text(text: &str) -> Result<Self, String> {
        ResourcePart::new(text)
            .map(|part| Self(part.to_string()))
            .map_err(|_| "is not fit for an XMPP address".into())
    }
}

/// A host name or an address, IPv6 with or without brackets.
pub(crate) struct Host(pub(crate) String);

impl FromText for Host {
    fn from_text(text: &str) -> Result<Self, String> {
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(text);
        if bare.contains(':') {
            // The zone of a link-local address is for the system to judge.
            let address = bare.split('%').next().unwrap_or(bare);
            return match address.parse::<IpAddr>() {
                Ok(_) => Ok(Self(bare.to_owned())),
                Err(_) => Err("is neither a host name nor an address".into()),
            };
        }
        if text.parse::<IpAddr>().is_ok() {
            return Ok(Self(text.to_owned()));
        }
        match url::Host::parse(text) {
            // An address in disguise (`127.1`, `0x7f.1`) is more likely a slip.
            Ok(url::Host::Domain(name)) if name.len() <= 253 => Ok(Self(name)),
            _ => Err("is neither a host name nor an address".into()),
        }
    }
}

impl FromText for HostPort {
    /// `example.org:5222`, `127.0.0.1:5222`, `[::1]:5222`.
    fn from_text(text: &str) -> Result<Self, String> {
        let (host, port) = text.rsplit_once(':').ok_or("has no port")?;
        if host.contains(':') && !host.starts_with('[') {
            return Err("is an IPv6 address without brackets".into());
        }
        if !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err("has no port".into());
        }
        match port.parse::<u16>() {
            Ok(port) if port > 0 => Host::from_text(host).map(|Host(host)| Self { host, port }),
            _ => Err("has an impossible port".into()),
        }
    }
}

/// Whether a host is this machine, whatever its network is like.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl FromText for IpAddr {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "is not an IP address".into())
    }
}

/// An `http` or `https` URL without a password in it: logs and alerts show URLs.
pub(crate) struct WebUrl(pub(crate) Url);

impl FromText for WebUrl {
    fn from_text(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("is neither http nor https".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a user in it; use the keys user and password_file".into());
        }
        Ok(Self(url))
    }
}

impl FromText for IpSource {
    fn from_text(text: &str) -> Result<Self, String> {
        if text == "xmpp" {
            return Ok(Self::Xmpp);
        }
        let WebUrl(url) = WebUrl::from_text(text).map_err(|_| "is neither xmpp nor a URL")?;
        if url.scheme() != "https" && !url.host_str().is_some_and(is_loopback) {
            return Err("is not https".into());
        }
        Ok(Self::Url(url))
    }
}

/// HTTP statuses: `200-299` or `304`.
pub(crate) struct Status(pub(crate) RangeInclusive<u16>);

impl FromText for Status {
    fn from_text(text: &str) -> Result<Self, String> {
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        let number = |text: &str| match text.trim().parse::<u16>() {
            Ok(status @ 100..=599) => Ok(status),
            _ => Err("is not a status or a range of them"),
        };
        let (low, high) = (number(low)?, number(high)?);
        if low > high {
            return Err("is a range that ends before it begins".into());
        }
        Ok(Self(low..=high))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_bare_address_with_a_name_is_a_jid_and_it_is_normalised() {
        let jid = |text| BareJid::from_text(text).map(|jid| jid.to_string());
        assert_eq!(jid("Web01@Example.ORG"), Ok("web01@example.org".into()));
        assert!(jid("example.org").is_err());
        assert!(jid("a@example.org/x").is_err());
        assert!(jid("@example.org").is_err());
    }

    #[test]
    fn a_server_has_a_host_and_a_port_with_ipv6_in_brackets() {
        let server = |text| HostPort::from_text(text).map(|s| (s.host, s.port));
        assert_eq!(server("[::1]:5222"), Ok(("::1".into(), 5222)));
        assert_eq!(server("127.0.0.1:80"), Ok(("127.0.0.1".into(), 80)));
        assert_eq!(server("example.org:1"), Ok(("example.org".into(), 1)));
        for text in [
            "::1:5222",
            "example.org",
            "example.org:",
            "h:0",
            "h:70000",
            ":1",
            "a b:1",
            "h:+1",
        ] {
            assert!(server(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_url_is_http_or_https_and_holds_no_password() {
        let url = |text| WebUrl::from_text(text).map(|WebUrl(url)| url.to_string());
        assert!(url("http://[::1]:8080/a?b=c").is_ok());
        for text in [
            "ftp://a/",
            "shop.example.org",
            "https://u:hunter2@a/",
            "http://",
            "file:///x",
        ] {
            let error = url(text).err();
            assert!(
                error.as_deref().is_some_and(|e| !e.contains("hunter2")),
                "{text}"
            );
        }
    }

    #[test]
    fn an_external_address_is_asked_safely() {
        assert_eq!(IpSource::from_text("xmpp"), Ok(IpSource::Xmpp));
        assert!(IpSource::from_text("https://ip.example.org/").is_ok());
        assert!(IpSource::from_text("http://127.0.0.1:81/").is_ok());
        assert!(IpSource::from_text("http://ip.example.org/").is_err());
    }

    #[test]
    fn a_status_is_one_or_a_range() {
        let status = |text| Status::from_text(text).map(|Status(range)| range);
        assert_eq!(status("200-299"), Ok(200..=299));
        assert_eq!(status("304"), Ok(304..=304));
        for text in ["299-200", "99", "600", "2xx", "200-", ""] {
            assert!(status(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_an_address_panic(text in "\\PC{0,30}|[a1.:@/\\[\\]%-]{0,30}") {
            drop(BareJid::from_text(&text));
            drop(HostPort::from_text(&text));
            drop(Host::from_text(&text));
            drop(IpSource::from_text(&text));
            drop(Status::from_text(&text));
        }
    }
}
