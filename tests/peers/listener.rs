//! A TCP port that is open as long as its value lives.

use std::net::Ipv4Addr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Greets whoever connects.
pub(crate) struct Listener {
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on this port of loopback.
    pub(crate) async fn on(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .unwrap();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // Whoever hung up meanwhile needs no greeting.
                stream.write_all(b"220 ready\r\n").await.ok();
            }
        });
        Self { task }
    }

    /// Closes the port; done when nobody can connect any more.
    pub(crate) async fn close(mut self) {
        self.task.abort();
        (&mut self.task).await.ok();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}
