//! Which SASL mechanism is used. Pure.
//!
//! The best that both sides have; PLAIN only under TLS, where nothing else is offered, and where
//! the configuration says so. A trap: the `gs2` flag. `y` tells the server 'I could bind to the
//! channel but you do not offer it'; a server that does offer it then knows that somebody took the
//! offer out on the way (RFC 5802, 6).

use std::collections::BTreeSet;

use xmpp_parsers::sasl::Mechanism;
use xmpp_parsers::sasl_cb::Type;

use super::error::LoginError;
use crate::text::clean;

/// What the server offers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer<'a> {
    /// Names of mechanisms.
    pub mechanisms: &'a BTreeSet<String>,
    /// Kinds of channel binding (XEP-0440), where it lists them.
    pub bindings: Option<&'a [Type]>,
}

/// What we have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Means {
    /// Whether the link is encrypted.
    pub tls: bool,
    /// Whether it can be bound to by `tls-exporter` (RFC 9266): TLS 1.3.
    pub exporter: bool,
    /// `account.allow_plain`.
    pub allow_plain: bool,
}

/// What the client says of channel binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// `p=tls-exporter`
    Exporter,
    /// `y`: we could, the server does not offer it.
    NotOffered,
    /// `n`: we cannot.
    Unable,
}

/// What is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// SCRAM-SHA-256, or with the exporter SCRAM-SHA-256-PLUS (RFC 7677).
    Sha256(Binding),
    /// SCRAM-SHA-1 (RFC 5802).
    Sha1(Binding),
    /// The password itself (RFC 4616).
    Plain,
}

impl Choice {
    /// Whether it is bound to the channel.
    pub(super) fn is_bound(self) -> bool {
        matches!(
            self,
            Self::Sha256(Binding::Exporter) | Self::Sha1(Binding::Exporter)
        )
    }

    /// The name, for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha256(Binding::Exporter) => "SCRAM-SHA-256-PLUS",
            Self::Sha256(_) => "SCRAM-SHA-256",
            Self::Sha1(Binding::Exporter) => "SCRAM-SHA-1-PLUS",
            Self::Sha1(_) => "SCRAM-SHA-1",
            Self::Plain => "PLAIN",
        }
    }

    /// The name on the wire.
    pub(super) fn mechanism(self) -> Mechanism {
        match self {
            Self::Sha256(Binding::Exporter) => Mechanism::ScramSha256Plus,
            Self::Sha256(_) => Mechanism::ScramSha256,
            Self::Sha1(Binding::Exporter) => Mechanism::ScramSha1Plus,
            Self::Sha1(_) => Mechanism::ScramSha1,
            Self::Plain => Mechanism::Plain,
        }
    }
}

/// Chooses.
pub(super) fn choose(offer: Offer<'_>, means: Means) -> Result<Choice, LoginError> {
    let has = |name: &str| offer.mechanisms.contains(name);
    let any_plus = offer.mechanisms.iter().any(|name| name.ends_with("-PLUS"));
    let bindable = means.exporter
        && offer
            .bindings
            .is_none_or(|types| types.contains(&Type::TlsExporter));
    let unbound = if means.exporter && !any_plus {
        Binding::NotOffered
    } else {
        Binding::Unable
    };
    if bindable && has("SCRAM-SHA-256-PLUS") {
        Ok(Choice::Sha256(Binding::Exporter))
    } else if has("SCRAM-SHA-256") {
        Ok(Choice::Sha256(unbound))
    } else if bindable && has("SCRAM-SHA-1-PLUS") {
        Ok(Choice::Sha1(Binding::Exporter))
    } else if has("SCRAM-SHA-1") {
        Ok(Choice::Sha1(unbound))
    } else if has("PLAIN") && means.tls && means.allow_plain {
        Ok(Choice::Plain)
    } else {
        let offered: Vec<_> = offer.mechanisms.iter().map(String::as_str).collect();
        let offered = match offered.as_slice() {
            [] => "nothing".to_owned(),
            some => clean(&some.join(", "), 200),
        };
        Err(LoginError::NoMechanism {
            offered,
            plain: has("PLAIN"),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 7] = [
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-1",
        "PLAIN",
        "DIGEST-MD5",
        "ANONYMOUS",
    ];
    const TLS13: Means = Means {
        tls: true,
        exporter: true,
        allow_plain: false,
    };

    fn chosen(offered: &[&str], bindings: Option<&[Type]>, means: Means) -> Option<Choice> {
        let mechanisms = offered.iter().map(ToString::to_string).collect();
        let offer = Offer {
            mechanisms: &mechanisms,
            bindings,
        };
        choose(offer, means).ok()
    }

    #[test]
    fn the_best_of_both_is_taken() {
        let all = chosen(&NAMES, None, TLS13);
        assert_eq!(all, Some(Choice::Sha256(Binding::Exporter)));
        let all = chosen(&NAMES, Some(&[Type::TlsExporter]), TLS13);
        assert_eq!(all, Some(Choice::Sha256(Binding::Exporter)));
        let sha1 = chosen(&["PLAIN", "SCRAM-SHA-1"], None, TLS13);
        assert_eq!(sha1, Some(Choice::Sha1(Binding::NotOffered)));
    }

    #[test]
    fn a_binding_that_we_do_not_have_is_told_as_none() {
        let other = chosen(&NAMES, Some(&[Type::TlsServerEndPoint]), TLS13);
        assert_eq!(other, Some(Choice::Sha256(Binding::Unable)));
        let old = Means {
            exporter: false,
            ..TLS13
        };
        assert_eq!(
            chosen(&NAMES, None, old),
            Some(Choice::Sha256(Binding::Unable))
        );
        let offered = ["SCRAM-SHA-256"];
        assert_eq!(
            chosen(&offered, None, old),
            Some(Choice::Sha256(Binding::Unable))
        );
    }

    proptest! {
        #[test]
        fn plain_needs_tls_the_owners_word_and_nothing_better(
            offered in proptest::sample::subsequence(NAMES.to_vec(), 0..=7),
            tls: bool, exporter: bool, allow_plain: bool,
        ) {
            let means = Means { tls, exporter: tls && exporter, allow_plain };
            if chosen(&offered, None, means) == Some(Choice::Plain) {
                prop_assert!(tls && allow_plain);
                prop_assert!(!offered.contains(&"SCRAM-SHA-256") && !offered.contains(&"SCRAM-SHA-1"));
            }
        }
    }
}
