//! How viewers and the remote-control program come together: it listens on a port, or it is led to
//! a viewer that waits.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the program itself listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Door {
    /// `vnc.address`, `vnc.port`.
    Port(SocketAddr),
    /// A socket in the file system, for this program alone: no port is open.
    Socket(PathBuf),
    /// In its place, where programs know no such sockets: a port of this machine alone.
    Loopback(SocketAddr),
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(listen) | Self::Loopback(listen) => listen.fmt(f),
            Self::Socket(path) => path.display().fmt(f),
        }
    }
}

/// What people are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// Viewers connect to this address.
    Listens(SocketAddr),
    /// It is connected to a viewer.
    Viewer {
        /// As it was named, with the port.
        name: String,
        /// Where that led to.
        peer: SocketAddr,
    },
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listens(listen) => listen.fmt(f),
            Self::Viewer { name, .. } => f.write_str(name),
        }
    }
}
