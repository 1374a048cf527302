//! An XMPP server that knows the password and means harm: it lets the program log in, without TLS on
//! loopback, and then says what the test wants.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use sasl::common::Password;
use sasl::common::scram::{ScramProvider, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::prosody::{DOMAIN, password};

const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";

/// One connection of the program.
pub(crate) struct Rogue {
    io: TcpStream,
    /// What the program said and nobody has looked at yet.
    heard: String,
}

impl Rogue {
    /// Takes the next connection up to the session, and answers all that it asks at its beginning.
    pub(crate) async fn serve(listener: &TcpListener) -> Self {
        let (io, _) = listener.accept().await.unwrap();
        let heard = String::new();
        let mut rogue = Self { io, heard };
        rogue
            .greet(&format!(
                "<mechanisms xmlns='{SASL}'><mechanism>SCRAM-SHA-256</mechanism></mechanisms>"
            ))
            .await;
        rogue.scram().await;
        rogue
            .greet("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
            .await;
        rogue
    }

    /// Says this as it stands, while it listens: who does not would block the other. Whether the
    /// program still listens.
    pub(crate) async fn says(&mut self, text: &str) -> bool {
        let mut rest = text.as_bytes();
        let mut bytes = vec![0; 16 * 1024];
        while !rest.is_empty() {
            let (mut from, mut to) = self.io.split();
            tokio::select! {
                count = to.write(rest) => match count {
                    Ok(count) => rest = &rest[count..],
                    Err(_) => return false,
                },
                count = from.read(&mut bytes) => match count {
                    Ok(count @ 1..) => self.heard += &String::from_utf8_lossy(&bytes[..count]),
                    _ => return false,
                },
            }
        }
        true
    }

    /// Answers every question with an empty result until the program has said this.
    pub(crate) async fn answers_until(&mut self, needle: &str) {
        loop {
            while let Some((question, rest)) = first_iq(&self.heard) {
                let found = question.contains(needle);
                self.heard = rest;
                if let Some(answer) = answer(&question) {
                    assert!(self.says(&answer).await, "the program has gone");
                }
                if found {
                    return;
                }
            }
            self.listen().await;
        }
    }

    async fn listen(&mut self) {
        let mut bytes = vec![0; 16 * 1024];
        let count = self.io.read(&mut bytes).await.unwrap();
        assert!(count > 0, "the program has gone");
        self.heard += &String::from_utf8_lossy(&bytes[..count]);
    }

    /// What the program says up to this.
    async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.heard.find(end) {
                let rest = self.heard.split_off(at + end.len());
                return std::mem::replace(&mut self.heard, rest);
            }
            self.listen().await;
        }
    }

    async fn greet(&mut self, features: &str) {
        self.until("<stream:stream").await;
        self.until(">").await;
        let header = format!(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='1' \
             xmlns:stream='http://etherx.jabber.org/streams' from='{DOMAIN}'>"
        );
        self.says(&format!(
            "{header}<stream:features>{features}</stream:features>"
        ))
        .await;
    }

    /// The server's side of SCRAM-SHA-256 (RFC 5802).
    async fn scram(&mut self) {
        let first = decoded(&self.until("</auth>").await);
        let (_, bare) = first.split_at(first.find("n=").unwrap());
        let nonce = bare.split("r=").nth(1).unwrap();
        let challenge = format!("r={nonce}x,s={},i=4096", BASE64.encode("salt"));
        self.says(&element("challenge", &challenge)).await;
        let answer = decoded(&self.until("</response>").await);
        let (without_proof, _) = answer.split_once(",p=").unwrap();
        let password = Password::Plain(password("host"));
        let salted = Sha256::derive(&password, b"salt", 4096).unwrap();
        let said = format!("{bare},{challenge},{without_proof}");
        let key = Sha256::hmac(b"Server Key", &salted).unwrap();
        let proof = BASE64.encode(Sha256::hmac(said.as_bytes(), &key).unwrap());
        self.says(&element("success", &format!("v={proof}"))).await;
    }
}

fn element(name: &str, data: &str) -> String {
    format!("<{name} xmlns='{SASL}'>{}</{name}>", BASE64.encode(data))
}

/// What stands in the last element of this.
fn decoded(text: &str) -> String {
    let text = text.trim_end_matches(|c| c != '<').trim_end_matches('<');
    let (_, text) = text.rsplit_once('>').unwrap();
    String::from_utf8(BASE64.decode(text).unwrap()).unwrap()
}

/// The first whole question or answer, and what is behind it.
fn first_iq(heard: &str) -> Option<(String, String)> {
    let begin = heard.find("<iq")?;
    let tag = begin + heard[begin..].find('>')? + 1;
    let end = if heard[..tag].ends_with("/>") {
        tag
    } else {
        tag + heard[tag..].find("</iq>")? + "</iq>".len()
    };
    Some((heard[begin..end].to_owned(), heard[end..].to_owned()))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}="))?;
    let quote = rest.chars().next()?;
    rest[1..].split(quote).next()
}

fn answer(question: &str) -> Option<String> {
    if !matches!(attribute(question, "type"), Some("get" | "set")) {
        return None;
    }
    let id = attribute(question, "id")?;
    let bound = format!(
        "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>host@{DOMAIN}/hostmessenger</jid></bind>"
    );
    let payload = if question.contains("xmpp-bind") {
        &bound
    } else {
        ""
    };
    Some(format!("<iq type='result' id='{id}'>{payload}</iq>"))
}
