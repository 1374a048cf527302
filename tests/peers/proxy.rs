//! A line in front of a server that can be cut.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Carries everything.
    Carries,
    /// Cuts what there is, and every new connection at once.
    Refuses,
    /// Keeps all connections open, old and new, and carries nothing.
    Stalls,
}

/// Carries connections to a port of loopback, until told otherwise.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) port: u16,
    mode: watch::Sender<Mode>,
    taken: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts it before a server on loopback.
    pub(crate) async fn before(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (mode, seen) = watch::channel(Mode::Carries);
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(carry(client, port, seen.clone()));
            }
        });
        Self {
            port: own,
            mode,
            taken,
            task,
        }
    }

    /// Cuts all connections; new ones are carried.
    pub(crate) fn cut(&self) {
        self.refuse();
        self.carry();
    }

    /// Cuts all connections, and new ones too.
    pub(crate) fn refuse(&self) {
        self.mode.send_replace(Mode::Refuses);
    }

    /// Falls silent, as a line does whose other end lost its power.
    pub(crate) fn stall(&self) {
        self.mode.send_replace(Mode::Stalls);
    }

    /// Carries again; what was cut or stalled is not mended.
    pub(crate) fn carry(&self) {
        self.mode.send_replace(Mode::Carries);
    }

    /// How many connections came so far.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut client: TcpStream, port: u16, mut mode: watch::Receiver<Mode>) {
    let now = *mode.borrow_and_update();
    if now == Mode::Carries {
        let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
            return;
        };
        // Any change of mode ends it: a cut that is mended before this task looks is one too.
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            _ = mode.changed() => {}
        }
        silence((client, server), mode).await;
    } else {
        silence(client, mode).await;
    }
}

/// Holds what there is for as long as the line stalls.
async fn silence<T>(held: T, mut mode: watch::Receiver<Mode>) {
    while *mode.borrow_and_update() == Mode::Stalls && mode.changed().await.is_ok() {}
    drop(held);
}
