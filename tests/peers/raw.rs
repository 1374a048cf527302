//! Somebody who speaks XMPP by hand, and so may say anything: no library stands in between.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_rustls::client::TlsStream;

use super::Prosody;
use super::connector::Connector;
use super::prosody::{DOMAIN, password};
use super::wait::{PLENTY, until_within};

/// A client; what it hears is kept as it came.
pub(crate) struct Raw {
    io: WriteHalf<TlsStream<TcpStream>>,
    heard: Arc<Mutex<String>>,
    task: JoinHandle<()>,
}

impl Raw {
    /// Logs in and is available.
    pub(crate) async fn login(name: &str, server: &Prosody) -> Self {
        let tls = Connector::new(server.direct_port, &server.ca_file())
            .tls(DOMAIN)
            .await;
        let (mut from, io) = tokio::io::split(tls);
        let heard = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            let mut bytes = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from.read(&mut bytes).await {
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                kept.lock().await.push_str(&text);
            }
        });
        let mut raw = Self { io, heard, task };
        let header = format!(
            "<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>"
        );
        raw.says(&header).await;
        raw.hears("</stream:features>").await;
        let plain = format!("\0{name}\0{}", password(name));
        let plain = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, plain);
        let sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
        raw.says(&format!(
            "<auth xmlns='{sasl}' mechanism='PLAIN'>{plain}</auth>"
        ))
        .await;
        raw.hears("<success").await;
        raw.says(&header).await;
        raw.hears("<bind").await;
        let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
        raw.says(&format!("<iq type='set' id='b'>{bind}</iq><presence/>"))
            .await;
        raw.hears("<jid>").await;
        raw
    }

    /// Sends this as it stands.
    pub(crate) async fn says(&mut self, text: &str) {
        self.io.write_all(text.as_bytes()).await.unwrap();
        self.io.flush().await.unwrap();
    }

    /// All that was heard so far.
    pub(crate) async fn heard(&self) -> String {
        self.heard.lock().await.clone()
    }

    /// Waits until this was heard.
    pub(crate) async fn hears(&self, needle: &str) {
        // A server that has ten thousand stanzas to look at first takes its time.
        let deadline = 2 * PLENTY;
        until_within(deadline, &format!("{needle:?} from the server"), || {
            let heard = self.heard.try_lock().ok()?;
            heard.contains(needle).then_some(())
        })
        .await;
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.task.abort();
    }
}
