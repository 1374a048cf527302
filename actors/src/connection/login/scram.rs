//! SCRAM (RFC 5802, RFC 7677) around the `sasl` crate, with what that leaves out: the nonce must
//! be an extension of ours, the number of rounds has a limit, names and passwords are prepared
//! (`SASLprep`, RFC 4013), and names are escaped.

use std::borrow::Cow;

use sasl::client::Mechanism as Sasl;
use sasl::client::mechanisms::{Plain, Scram};
use sasl::common::ChannelBinding;
use sasl::common::scram::{Sha1, Sha256};
use secrecy::{ExposeSecret, SecretString};

use super::error::LoginError;
use super::mechanism::{Binding, Choice};
use crate::text::clean;

/// More rounds of the hash than this would keep a core busy for seconds at a server's word.
const MAX_ROUNDS: u32 = 1_000_000;

/// One exchange, to its end. Shows nothing of itself: it holds the password.
pub(super) struct Exchange {
    mechanism: Box<dyn Sasl + Send>,
    nonce: String,
    proves: bool,
}

impl Exchange {
    /// Prepares it. `exporter` is the channel binding data of RFC 9266.
    pub(super) fn new(
        choice: Choice,
        user: &str,
        password: &SecretString,
        exporter: Option<Vec<u8>>,
    ) -> Result<Self, LoginError> {
        let bad = |what: String| LoginError::Protocol(what);
        let password = prepared(password.expose_secret()).into_owned();
        let binding = |binding| match (binding, exporter) {
            (Binding::Exporter, Some(data)) => Ok(ChannelBinding::TlsExporter(data)),
            (Binding::Exporter, None) => Err(bad("no channel to bind to".into())),
            (Binding::NotOffered, _) => Ok(ChannelBinding::Unsupported),
            (Binding::Unable, _) => Ok(ChannelBinding::None),
        };
        let escaped = escaped(&prepared(user));
        let no_nonce = |_| bad("no random numbers for a nonce".into());
        let mechanism: Box<dyn Sasl + Send> = match choice {
            Choice::Sha256(kind) => {
                let binding = binding(kind)?;
                Box::new(Scram::<Sha256>::new(escaped, password, binding).map_err(no_nonce)?)
            }
            Choice::Sha1(kind) => {
                let binding = binding(kind)?;
                Box::new(Scram::<Sha1>::new(escaped, password, binding).map_err(no_nonce)?)
            }
            Choice::Plain => Box::new(Plain::new(prepared(user).into_owned(), password)),
        };
        Ok(Self {
            mechanism,
            nonce: String::new(),
            proves: choice != Choice::Plain,
        })
    }

    /// What is sent with the name of the mechanism.
    pub(super) fn initial(&mut self) -> Vec<u8> {
        let first = self.mechanism.initial();
        let text = String::from_utf8_lossy(&first);
        // `n,,n=user,r=nonce`: a name is escaped and holds no comma.
        self.nonce = text
            .rsplit_once(",r=")
            .map(|(_, nonce)| nonce.to_owned())
            .unwrap_or_default();
        first
    }

    /// The answer to the server's challenge; takes a while, so not on a thread that must not wait.
    pub(super) fn response(&mut self, challenge: &[u8]) -> Result<Vec<u8>, LoginError> {
        let why = |why: &str| LoginError::Protocol(format!("SASL challenge: {}", clean(why, 200)));
        if !self.proves {
            return Err(why("none is due"));
        }
        let text = std::str::from_utf8(challenge).map_err(|_| why("not UTF-8"))?;
        let nonce = attribute(text, 'r').ok_or_else(|| why("no nonce"))?;
        if nonce.len() <= self.nonce.len() || !nonce.starts_with(&self.nonce) {
            return Err(LoginError::NoProof {
                why: "the nonce is not ours".into(),
            });
        }
        let rounds = attribute(text, 'i').and_then(|rounds| rounds.parse::<u32>().ok());
        if !rounds.is_some_and(|rounds| (1..=MAX_ROUNDS).contains(&rounds)) {
            return Err(why("a number of rounds that is not acceptable"));
        }
        if attribute(text, 'm').is_some() {
            return Err(why("an extension that is not known"));
        }
        self.mechanism
            .response(challenge)
            .map_err(|error| why(&error.to_string()))
    }

    /// Whether the server proved that it knows the password.
    pub(super) fn success(&mut self, data: &[u8]) -> Result<(), LoginError> {
        if !self.proves {
            return Ok(());
        }
        self.mechanism
            .success(data)
            .map_err(|error| LoginError::NoProof {
                why: clean(&error.to_string(), 200),
            })
    }
}

/// The value of an attribute that is there exactly once.
fn attribute(message: &str, name: char) -> Option<&str> {
    let mut found = message
        .split(',')
        .filter_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.next().filter(|_| found.next().is_none())
}

/// Prepared as the server did; what cannot be is used as it is, as servers do as well.
fn prepared(text: &str) -> Cow<'_, str> {
    stringprep::saslprep(text).unwrap_or(Cow::Borrowed(text))
}

/// RFC 5802, 5.1: `=` and `,` in a name.
fn escaped(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(user: &str) -> Exchange {
        let password = SecretString::from("pencil");
        let choice = Choice::Sha256(Binding::Unable);
        Exchange::new(choice, user, &password, None).unwrap()
    }

    #[test]
    fn a_nonce_that_does_not_begin_with_ours_is_refused() {
        let mut exchange = exchange("user");
        exchange.initial();
        let forged = b"r=somebodyelses,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let refused = exchange.response(forged).unwrap_err();
        assert!(matches!(refused, LoginError::NoProof { .. }), "{refused:?}");
        let ours = format!("r={},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", exchange.nonce);
        assert!(
            exchange.response(ours.as_bytes()).is_err(),
            "nothing was added"
        );
    }

    #[test]
    fn rounds_that_would_keep_us_busy_and_unknown_extensions_are_refused() {
        for rest in ["i=4000000000", "i=0", "i=x", "i=4096,i=1", "i=4096,m=ext"] {
            let mut exchange = exchange("user");
            exchange.initial();
            let challenge = format!("r={}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,{rest}", exchange.nonce);
            let refused = exchange.response(challenge.as_bytes()).unwrap_err();
            assert!(
                matches!(refused, LoginError::Protocol(_)),
                "{rest}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_wrong_proof_is_refused() {
        let mut exchange = exchange("user");
        exchange.initial();
        let challenge = format!("r={}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", exchange.nonce);
        exchange.response(challenge.as_bytes()).unwrap();
        for wrong in [&b""[..], b"v=AAAA", b"e=other-error"] {
            assert!(exchange.success(wrong).is_err());
        }
    }

    #[test]
    fn names_are_escaped_and_prepared() {
        let mut odd = exchange("a=b,c");
        let first = String::from_utf8(odd.initial()).unwrap();
        assert!(first.starts_with("n,,n=a=3Db=2Cc,r="), "{first}");
        assert_eq!(prepared("\u{2168}"), "IX");
    }
}
