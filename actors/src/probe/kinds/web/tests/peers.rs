//! Scripted servers and a certificate authority of their own.

use std::fmt::Write as _;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::super::connect::Stream;

/// A server that does what its script says with each connection. It ends with the test's runtime.
pub(super) struct Peer {
    pub(super) addr: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

/// One connection to a [`Peer`].
pub(super) struct Conn {
    stream: Box<dyn Stream>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Conn {
    /// Reads the head of a request.
    pub(super) async fn request(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => break,
            }
        }
        let head = String::from_utf8(head).unwrap();
        self.requests.lock().unwrap().push(head.clone());
        head
    }

    /// Writes; `false` once the other side is gone.
    pub(super) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok() && self.stream.flush().await.is_ok()
    }

    /// Reads whatever comes first.
    pub(super) async fn some(&mut self) {
        self.stream.read_u8().await.ok();
        let mut rest = [0; 4096];
        while let Some(Ok(n)) = self.stream.read(&mut rest).now_or_never()
            && n > 0
        {}
    }

    /// Waits until the other side is gone.
    pub(super) async fn hold(mut self) {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.ok();
    }
}

impl Peer {
    pub(super) async fn new<F>(script: impl Fn(Conn) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::on("127.0.0.1:0", None, script).await
    }

    pub(super) async fn tls<F>(
        config: Arc<ServerConfig>,
        script: impl Fn(Conn) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::switching(Arc::new(Mutex::new(config)), script).await
    }

    /// With the TLS configuration that is set at the time.
    pub(super) async fn switching<F>(
        config: Arc<Mutex<Arc<ServerConfig>>>,
        script: impl Fn(Conn) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::on("127.0.0.1:0", Some(config), script).await
    }

    pub(super) async fn on<F>(
        addr: &str,
        tls: Option<Arc<Mutex<Arc<ServerConfig>>>>,
        script: impl Fn(Conn) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(addr).await.unwrap();
        let peer = Self {
            addr: listener.local_addr().unwrap(),
            requests: Arc::default(),
            connections: Arc::default(),
        };
        let (requests, connections) = (peer.requests.clone(), peer.connections.clone());
        tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                *connections.lock().unwrap() += 1;
                let stream: Box<dyn Stream> = match &tls {
                    None => Box::new(tcp),
                    Some(config) => {
                        let config = config.lock().unwrap().clone();
                        match TlsAcceptor::from(config).accept(tcp).await {
                            Ok(tls) => Box::new(tls),
                            Err(_) => continue,
                        }
                    }
                };
                let requests = requests.clone();
                tokio::spawn(script(Conn { stream, requests }));
            }
        });
        peer
    }

    /// A server that always answers with these bytes.
    pub(super) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Vec<u8> = answer.into();
        Self::new(answers(answer)).await
    }

    /// A server that says this and then resets the connection.
    pub(super) async fn resetting(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut tcp, _) = listener.accept().await.unwrap();
            tcp.read_u8().await.unwrap();
            tcp.write_all(answer.as_bytes()).await.unwrap();
            tcp.set_zero_linger().unwrap();
        });
        Self {
            addr,
            requests: Arc::default(),
            connections: Arc::default(),
        }
    }

    /// An address on which nobody listens (any more).
    pub(super) async fn closed_port(addr: &str) -> SocketAddr {
        TcpListener::bind(addr).await.unwrap().local_addr().unwrap()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// The heads of the requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// A script: reads a request and answers with these bytes.
pub(super) fn answers(
    answer: impl Into<Vec<u8>>,
) -> impl Fn(Conn) -> futures_util::future::BoxFuture<'static, ()> + Send {
    let answer = answer.into();
    move |mut conn| {
        let answer = answer.clone();
        Box::pin(async move {
            conn.request().await;
            conn.say(answer).await;
        })
    }
}

/// An answer with status 200, these headers (each with its `\r\n`) and this body.
pub(super) fn ok(headers: &str, body: &str) -> String {
    let mut out = format!("HTTP/1.1 200 OK\r\n{headers}");
    write!(out, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    out
}

/// A redirect.
pub(super) fn to(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}

/// A listener whose queue is full: a connection request to it is never answered.
pub(super) struct BlackHole {
    pub(super) addr: SocketAddr,
    _listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl BlackHole {
    pub(super) async fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let listener = socket.listen(1).unwrap();
        let addr = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        while let Ok(stream) =
            tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(addr)).await
        {
            queued.push(stream.unwrap());
        }
        Self {
            addr,
            _listener: listener,
            _queued: queued,
        }
    }
}
