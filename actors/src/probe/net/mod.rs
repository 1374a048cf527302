//! What every check over the network has alike: names, addresses, connections, and why they fail.
//!
//! Nothing here has a deadline of its own: who calls drops the future, and the
//! [`Trace`](super::kinds::Trace) tells how far it came.

mod close;
mod connect;
#[cfg(test)]
#[cfg(unix)]
mod exhausted_tests;
mod lookup;
mod reason;
mod scope;
mod tcp;
mod tls;

pub use close::{close_after, close_politely};
pub use connect::{Connected, connect, connect_any, open_any, resolve, resolve_by};
pub use lookup::{Addresses, addresses};
pub use reason::{io_reason, tls_reason};
pub use scope::Here;
pub use tcp::{Tcp, open};
pub use tls::{server_name, tls_connect, without_memory};

use serde::{Deserialize, Serialize};

use super::verdict::Phase;

/// How far it came, and why no further.
pub type NetError = (Phase, NetReason);

/// Why the network said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NetReason {
    /// The name has no address.
    #[error("{host} has no address")]
    NoAddress {
        /// The name.
        host: String,
    },
    /// The name could not be asked for.
    #[error("{host} cannot be resolved: {why}")]
    ResolveFailed {
        /// The name.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// `connection refused by 127.0.0.1:81`.
    #[error("connection refused by {peer}")]
    Refused {
        /// Address and port.
        peer: String,
    },
    /// No route, network down, host unreachable.
    #[error("{peer} is unreachable: {why}")]
    Unreachable {
        /// Address and port.
        peer: String,
        /// What the system said.
        why: String,
    },
    /// No answer to the connection request in time.
    #[error("no answer from {peer}")]
    ConnectTimeout {
        /// Address and port.
        peer: String,
    },
    /// Reset by the other side.
    #[error("connection reset by {peer}")]
    Reset {
        /// Address and port, or the host.
        peer: String,
    },
    /// Closed by the other side before it said what was expected.
    #[error("connection closed by {peer}")]
    Closed {
        /// Address and port, or the host.
        peer: String,
    },
    /// The certificate is past its last day.
    #[error("certificate expired")]
    CertificateExpired,
    /// The certificate is for a later day.
    #[error("certificate not valid yet")]
    CertificateNotYetValid,
    /// The certificate is another host's.
    #[error("certificate is not for {host}")]
    CertificateWrongHost {
        /// The host that was asked for.
        host: String,
    },
    /// Nobody we trust signed it.
    #[error("certificate signed by an unknown authority")]
    CertificateUntrusted,
    /// Any other failure of TLS.
    #[error("TLS: {why}")]
    Tls {
        /// What the library said.
        why: String,
    },
    /// Open files, memory or the like ran out here: that says nothing about the target.
    #[error("this machine is out of resources: {why}")]
    Exhausted {
        /// What the system said.
        why: String,
    },
    /// Any other failure of the system.
    #[error("{why}")]
    Io {
        /// What the system said.
        why: String,
    },
}
