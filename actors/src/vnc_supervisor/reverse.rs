//! VNC START VIEWER: a viewer that waits (`vncviewer -listen`) is connected to, for hosts that
//! nobody can reach from outside.
//!
//! Only some programs can do that by themselves, and do not say clearly why it failed. So the program
//! listens on a socket in the file system, for this program alone (on Windows: on a port of this
//! machine), and what it and the viewer say is passed on here: the same for all programs, with nothing
//! open to the network, and it ends with us.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hostmessenger_config::{Viewer, ViewerAddress};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use super::line::Door;
use super::port::GREETING;
use super::private_file;
use super::refusal::Refusal;
use crate::probe::kinds::Trace;
use crate::probe::net::{self, NetReason};
use crate::sys_error::words;

/// The port of viewers that wait, where none is named.
pub(super) const PORT: u16 = 5500;
/// A folder for nobody else in the data directory, and the socket in it.
const FOLDER: &str = "vnc-socket";
const SOCKET: &str = "rfb";
/// What fits into `sun_path` everywhere (unix(7): 108 bytes; 104 on BSD).
const LONGEST: usize = 103;
/// The version that an RFB server greets with, whole (RFC 6143, 7.1.1).
const VERSION: usize = 12;
/// How long the socket is left alone between two attempts.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a program that hung up may take to end, if it is about to.
const ENDING: Duration = Duration::from_secs(1);

#[cfg(unix)]
type Stream = tokio::net::UnixStream;
#[cfg(not(unix))]
type Stream = TcpStream;

#[cfg(unix)]
async fn open(door: &Door) -> io::Result<Stream> {
    match door {
        Door::Socket(socket) => Stream::connect(socket).await,
        Door::Port(_) | Door::Loopback(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

#[cfg(not(unix))]
async fn open(door: &Door) -> io::Result<Stream> {
    match door {
        Door::Loopback(listen) => net::open(*listen).await?.chatty(),
        Door::Port(_) | Door::Socket(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Whether `vnc.viewers` allows this one.
pub(super) fn is_allowed(viewers: &[Viewer], wanted: &ViewerAddress) -> Result<(), Refusal> {
    let port = wanted.port.unwrap_or(PORT);
    if viewers.iter().any(|viewer| viewer.allows(wanted, port)) {
        return Ok(());
    }
    Err(Refusal::ViewerNotAllowed {
        viewer: name(wanted),
    })
}

/// With its port, for people.
pub(super) fn name(viewer: &ViewerAddress) -> String {
    let port = Some(viewer.port.unwrap_or(PORT));
    let named = ViewerAddress {
        host: viewer.host.clone(),
        port,
    };
    crate::text::clean(&named.to_string(), 300)
}

/// What a program listens on that is to be led to a viewer. Those of Windows know no sockets in the
/// file system and get a free port of this machine alone: whoever is logged in here can reach it, too,
/// and has to know the password.
pub(super) fn door(data_dir: &Path, windows: bool) -> Result<Door, Refusal> {
    if !windows {
        return socket(data_dir).map(Door::Socket);
    }
    let any: SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
    TcpListener::bind(any)
        .and_then(|taken| taken.local_addr())
        .map(Door::Loopback)
        .map_err(|error| Refusal::CannotListen {
            listen: any,
            why: words(&error),
        })
}

/// A place for the program's socket, with none in it yet.
fn socket(data_dir: &Path) -> Result<PathBuf, Refusal> {
    let folder = data_dir.join(FOLDER);
    let path = folder.join(SOCKET);
    let ready = if path.as_os_str().len() > LONGEST {
        Err(io::Error::other(
            "the path is too long for a socket; see data_dir",
        ))
    } else {
        private_file::create_dir(&folder).and_then(|()| match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    };
    match ready {
        Ok(()) => Ok(path),
        Err(why) => Err(Refusal::File { path, why }),
    }
}

/// A program that greeted through its socket.
pub(super) struct Greeted {
    stream: Stream,
    version: [u8; VERSION],
}

/// Waits until the program greets as RFB servers do. What came in its place is an error.
pub(super) async fn greeting(door: &Door) -> Result<Greeted, Vec<u8>> {
    loop {
        if let Ok(mut stream) = open(door).await {
            let mut version = [0; VERSION];
            // Closed: it may be on its way up still. Silence ends with the start's deadline.
            if stream.read_exact(&mut version).await.is_ok() {
                return if version.starts_with(GREETING) {
                    Ok(Greeted { stream, version })
                } else {
                    Err(version.to_vec())
                };
            }
        }
        sleep(PAUSE).await;
    }
}

/// Connects to the viewer, every address of its name tried, until the deadline.
pub(super) async fn connect(
    viewer: &ViewerAddress,
    deadline: Instant,
) -> Result<(TcpStream, SocketAddr), Refusal> {
    let port = viewer.port.unwrap_or(PORT);
    let connected = timeout_at(
        deadline,
        net::connect(&viewer.host, port, &Trace::default()),
    )
    .await;
    let why = match connected {
        Ok(Ok(connected)) => {
            keep_alive(&connected.0);
            return Ok(connected);
        }
        Ok(Err((_, why))) => why,
        Err(_) => NetReason::ConnectTimeout { peer: name(viewer) },
    };
    let viewer = name(viewer);
    Err(Refusal::ViewerNotReached { viewer, why })
}

/// A viewer that is gone without a word is missed within two minutes.
fn keep_alive(stream: &TcpStream) {
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(30))
        .with_interval(Duration::from_secs(10));
    if let Err(error) = SockRef::from(stream).set_tcp_keepalive(&keepalive) {
        tracing::debug!(%error, "keepalive not set");
    }
}

/// Passes on what the program and the viewer say.
pub(super) struct Relay {
    pub(super) program: Greeted,
    pub(super) viewer: TcpStream,
}

impl Relay {
    /// Until one of them hangs up. Where that was the program and it is about to end, that is for
    /// others to tell.
    pub(super) async fn run(self) {
        let Greeted { stream, version } = self.program;
        let (mut from_program, mut to_program) = tokio::io::split(stream);
        let (mut from_viewer, mut to_viewer) = self.viewer.into_split();
        let down = async {
            if to_viewer.write_all(&version).await.is_ok() {
                // How it ended is of no interest: that it did is all that counts.
                let _ended = copy(&mut from_program, &mut to_viewer).await;
            }
        };
        tokio::select! {
            () = down => {}
            _ended = copy(&mut from_viewer, &mut to_program) => return,
        }
        sleep(ENDING).await;
    }
}
