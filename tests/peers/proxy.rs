//! A line in front of a server, that can be treated as badly as lines are.
//!
//! It works on bytes: what it carries is TLS. A newcomer's trap: what was cut, stalled or lost is
//! not mended by [`Proxy::carry`]; only what is *held* goes on where it stopped.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the program to the server.
    ToServer,
    /// From the server to the program.
    ToProgram,
}

/// What the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Carries everything.
    Carries,
    /// Cuts what there is, and every new connection at once.
    Refuses,
    /// Keeps all connections open, old and new, and carries nothing.
    Stalls,
    /// What there is becomes half open: the end in this direction is told that it is over, the
    /// other end is not. New connections are carried.
    Loses(Way),
    /// What there is goes nowhere, and no end is told. New connections are carried.
    Forgets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rules {
    mode: Mode,
    /// Counts the cuts: one that is mended before anybody looks is one too.
    cuts: u64,
    delay: [Duration; 2],
    held: [bool; 2],
    /// Cut when so many bytes were carried in all.
    until: [Option<u64>; 2],
}

/// What a connection was born under.
type Life = (Mode, u64);

impl Rules {
    /// A connection lives as long as this stays the same.
    fn birth(&self) -> Life {
        (self.mode, self.cuts)
    }
}

struct Line {
    port: u16,
    rules: watch::Sender<Rules>,
    taken: AtomicUsize,
    carried: [AtomicU64; 2],
}

/// Carries connections to a port of loopback, until told otherwise.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) port: u16,
    line: Arc<Line>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts it before a server on loopback.
    pub(crate) async fn before(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let line = Arc::new(Line {
            port,
            rules: watch::Sender::new(Rules {
                mode: Mode::Carries,
                cuts: 0,
                delay: [Duration::ZERO; 2],
                held: [false; 2],
                until: [None; 2],
            }),
            taken: AtomicUsize::new(0),
            carried: [AtomicU64::new(0), AtomicU64::new(0)],
        });
        let shared = Arc::clone(&line);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                shared.taken.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(connection(client, Arc::clone(&shared)));
            }
        });
        Self {
            port: own,
            line,
            task,
        }
    }

    /// Cuts all connections; new ones are carried.
    pub(crate) fn cut(&self) {
        self.change(|rules| {
            rules.mode = Mode::Carries;
            rules.cuts += 1;
        });
    }

    /// Cuts all connections, and new ones too.
    pub(crate) fn refuse(&self) {
        self.change(|rules| rules.mode = Mode::Refuses);
    }

    /// Falls silent, as a line does whose other end lost its power.
    pub(crate) fn stall(&self) {
        self.change(|rules| rules.mode = Mode::Stalls);
    }

    /// Carries again; what was cut or stalled is not mended.
    pub(crate) fn carry(&self) {
        self.change(|rules| rules.mode = Mode::Carries);
    }

    /// Makes what there is half open: one end learns that it is over, the other does not.
    pub(crate) fn lose(&self, end: Way) {
        self.change(|rules| rules.mode = Mode::Loses(end));
    }

    /// Forgets the connections there are, as a router does: no end is told, new ones are carried.
    pub(crate) fn forget(&self) {
        self.change(|rules| rules.mode = Mode::Forgets);
    }

    /// Keeps back what goes this way, until let go or cut.
    pub(crate) fn hold(&self, way: Way, held: bool) {
        self.change(|rules| rules.held[way as usize] = held);
    }

    /// Carries everything later by so much, in this direction.
    pub(crate) fn delay(&self, way: Way, by: Duration) {
        self.change(|rules| rules.delay[way as usize] = by);
    }

    /// Cuts all connections, once, when so many more bytes were carried this way.
    pub(crate) fn cut_after(&self, way: Way, bytes: u64) {
        let limit = self.line.carried[way as usize].load(Ordering::SeqCst) + bytes;
        self.change(|rules| rules.until[way as usize] = Some(limit));
    }

    /// Forgets all but the mode: nothing is held, delayed or counted any more.
    pub(crate) fn ease(&self) {
        self.change(|rules| {
            rules.delay = [Duration::ZERO; 2];
            rules.held = [false; 2];
            rules.until = [None; 2];
        });
    }

    /// How many connections came so far.
    pub(crate) fn taken(&self) -> usize {
        self.line.taken.load(Ordering::SeqCst)
    }

    fn change(&self, change: impl FnOnce(&mut Rules)) {
        self.line.rules.send_modify(change);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connection(mut client: TcpStream, line: Arc<Line>) {
    let mut rules = line.rules.subscribe();
    let birth = rules.borrow_and_update().birth();
    let mut server = None;
    if matches!(birth.0, Mode::Carries | Mode::Loses(_) | Mode::Forgets) {
        let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, line.port)).await else {
            return;
        };
        // A line holds nothing back.
        for end in [&client, &stream] {
            if end.set_nodelay(true).is_err() {
                return;
            }
        }
        let server = server.insert(stream);
        tokio::select! {
            () = carry(&line, birth, &mut client, server) => return,
            _ = rules.wait_for(|now| now.birth() != birth) => {}
        }
    }
    let now = rules.borrow_and_update().mode;
    let held = match now {
        Mode::Stalls | Mode::Forgets => (Some(client), server),
        Mode::Loses(Way::ToServer) => {
            drop(server);
            (Some(client), None)
        }
        Mode::Loses(Way::ToProgram) => {
            drop(client);
            (None, server)
        }
        Mode::Carries | Mode::Refuses => return,
    };
    // Silence, until the line does something else.
    rules.wait_for(|rules| rules.mode != now).await.ok();
    drop(held);
}

/// Carries both ways until both ends are done, or one is gone.
async fn carry(line: &Line, birth: Life, client: &mut TcpStream, server: &mut TcpStream) {
    let (client_out, client_in) = client.split();
    let (server_out, server_in) = server.split();
    let there = pump((line, Way::ToServer, birth), client_out, server_in);
    let back = pump((line, Way::ToProgram, birth), server_out, client_in);
    // An end that is gone ends the other direction too.
    tokio::try_join!(there, back).ok();
}

/// What goes through a pump: bytes and when they are due; `None` is a cut.
type Packet = (Instant, Option<Vec<u8>>);

async fn pump(
    (line, way, birth): (&Line, Way, Life),
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let (packets, queue) = mpsc::channel(256);
    let given = gives((line, way, birth), to, queue);
    tokio::try_join!(takes(line, way, from, packets), given).map(drop)
}

async fn takes(
    line: &Line,
    way: Way,
    mut from: impl AsyncRead + Unpin,
    packets: mpsc::Sender<Packet>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let rules = *line.rules.borrow();
        let due = Instant::now() + rules.delay[way as usize];
        let before = line.carried[way as usize].fetch_add(length as u64, Ordering::SeqCst);
        let room = rules.until[way as usize].map(|limit| limit.saturating_sub(before));
        let room = room.map_or(length, |room| usize::try_from(room).unwrap_or(length));
        let bytes = buffer[..length.min(room)].to_vec();
        // Where the other half has ended this one is dropped with it.
        packets.send((due, Some(bytes))).await.ok();
        if room < length {
            line.rules
                .send_modify(|rules| rules.until[way as usize] = None);
            packets.send((due, None)).await.ok();
            return std::future::pending().await;
        }
    }
}

async fn gives(
    (line, way, birth): (&Line, Way, Life),
    mut to: impl AsyncWrite + Unpin,
    mut queue: mpsc::Receiver<Packet>,
) -> io::Result<()> {
    let mut rules = line.rules.subscribe();
    while let Some((due, bytes)) = queue.recv().await {
        sleep_until(due).await;
        let goes_on = |rules: &Rules| !rules.held[way as usize] || rules.birth() != birth;
        rules.wait_for(goes_on).await.ok();
        match bytes {
            // What was held when the line was cut does not arrive after all.
            Some(bytes) if rules.borrow().birth() == birth => to.write_all(&bytes).await?,
            _ => return Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }
    to.shutdown().await
}
