//! A server that says what its script tells it, over TLS or not.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::ServerConfig;
use sasl::common::Password;
use sasl::common::scram::{ScramProvider, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The domain that its certificates are for.
pub(super) const DOMAIN: &str = "xmpp.test";
/// The password of its only user.
pub(super) const PASSWORD: &str = "pencil";

pub(super) const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' id='1' from='xmpp.test' version='1.0'>";
pub(super) const STARTTLS: &str = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
pub(super) const PROCEED: &str = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const BIND: &str = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";

pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// One connection, seen from the server. What the client says is kept in `said`.
pub(super) struct Conn<S> {
    pub(super) io: S,
    pub(super) said: String,
}

impl<S: Io> Conn<S> {
    /// Reads on until the client has said this.
    pub(super) async fn until(&mut self, end: &str) -> String {
        let mut new = String::new();
        while !new.contains(end) {
            let mut byte = [0];
            assert_eq!(
                self.io.read(&mut byte).await.unwrap(),
                1,
                "client said {new}"
            );
            new.push(char::from(byte[0]));
        }
        self.said.push_str(&new);
        new
    }

    pub(super) async fn say(&mut self, text: &str) {
        self.io.write_all(text.as_bytes()).await.unwrap();
        self.io.flush().await.unwrap();
    }

    /// Answers the stream header, with these features.
    pub(super) async fn greet(&mut self, features: &str) {
        self.until("<stream:stream").await;
        self.until(">").await;
        self.say(&format!(
            "{HEADER}<stream:features>{features}</stream:features>"
        ))
        .await;
    }

    /// Whatever the client says until it goes.
    pub(super) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A reset is an end as well.
        self.io.read_to_end(&mut rest).await.ok();
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// `<mechanisms>` with these names.
pub(super) fn mechanisms(names: &[&str]) -> String {
    let names = names.join("</mechanism><mechanism>");
    let names = format!("<mechanism>{names}</mechanism>");
    format!("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{names}</mechanisms>")
}

pub(super) fn sasl(name: &str, data: &str) -> String {
    let data = BASE64.encode(data);
    format!("<{name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{data}</{name}>")
}

/// What stands between the tags of the last element.
fn decoded(element: &str) -> String {
    let (_, text) = element.split_once('>').unwrap();
    let text = text.split('<').next().unwrap();
    String::from_utf8(BASE64.decode(text).unwrap()).unwrap()
}

/// A listener, and where it is.
pub(super) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Takes one connection up to TLS by STARTTLS.
pub(super) async fn starttls(
    listener: &TcpListener,
    config: Arc<ServerConfig>,
) -> std::io::Result<Conn<tokio_rustls::server::TlsStream<TcpStream>>> {
    let mut plain = plain(listener).await;
    plain.greet(STARTTLS).await;
    plain.until("</starttls>").await;
    plain.say(PROCEED).await;
    let io = TlsAcceptor::from(config).accept(plain.io).await?;
    Ok(Conn {
        io,
        said: plain.said,
    })
}

/// Takes one connection.
pub(super) async fn plain(listener: &TcpListener) -> Conn<TcpStream> {
    let (io, _) = listener.accept().await.unwrap();
    Conn {
        io,
        said: String::new(),
    }
}

/// The server's side of SCRAM-SHA-256 up to `success`. Answers what the client bound to. `honest`:
/// whether its proof is right.
pub(super) async fn scram<S: Io>(conn: &mut Conn<S>, honest: bool) -> Vec<u8> {
    let auth = conn.until("</auth>").await;
    scram_from(conn, auth, honest).await
}

/// The same, after the client's first word.
pub(super) async fn scram_from<S: Io>(conn: &mut Conn<S>, auth: String, honest: bool) -> Vec<u8> {
    let first = decoded(&auth);
    let (header, bare) = first.split_at(first.find("n=").unwrap());
    let nonce = bare.split("r=").nth(1).unwrap();
    let challenge = format!("r={nonce}server,s={},i=4096", BASE64.encode("salt"));
    conn.say(&sasl("challenge", &challenge)).await;
    let answer = decoded(&conn.until("</response>").await);
    let (without_proof, proof) = answer.split_once(",p=").unwrap();
    let bound = without_proof
        .strip_prefix("c=")
        .and_then(|rest| rest.split(',').next())
        .map(|bound| BASE64.decode(bound).unwrap())
        .unwrap();
    assert!(bound.starts_with(header.as_bytes()));

    let password = Password::Plain(PASSWORD.into());
    let salted = Sha256::derive(&password, b"salt", 4096).unwrap();
    let said = format!("{bare},{challenge},{without_proof}");
    let client_key = Sha256::hmac(b"Client Key", &salted).unwrap();
    let signature = Sha256::hmac(said.as_bytes(), &Sha256::hash(&client_key)).unwrap();
    let expected: Vec<u8> = client_key
        .iter()
        .zip(&signature)
        .map(|(a, b)| a ^ b)
        .collect();
    assert_eq!(
        BASE64.decode(proof).unwrap(),
        expected,
        "the client's proof"
    );
    let server_key = Sha256::hmac(b"Server Key", &salted).unwrap();
    let mut signature = Sha256::hmac(said.as_bytes(), &server_key).unwrap();
    if !honest {
        signature[0] ^= 1;
    }
    conn.say(&sasl("success", &format!("v={}", BASE64.encode(signature))))
        .await;
    bound[header.len()..].to_vec()
}

/// The stream after the login.
pub(super) async fn bindable<S: Io>(conn: &mut Conn<S>) {
    conn.greet(BIND).await;
}
