//! What tests ask of an XMPP server, whichever it is.
//!
//! All serve [`DOMAIN`](super::prosody::DOMAIN), with the same accounts and passwords.

use std::path::PathBuf;

use rustix::process::Signal;

use super::Prosody;
use super::ejabberd::Ejabberd;
use super::guard::Guard;

/// Where one logs in.
pub(crate) trait Server {
    /// The port for STARTTLS.
    fn port(&self) -> u16;
    /// The port for TLS from the first byte.
    fn direct_port(&self) -> u16;
    /// The certificate that clients trust.
    fn ca_file(&self) -> PathBuf;
}

/// One that can be treated badly.
pub(crate) enum AnyServer {
    /// Prosody.
    Prosody(Prosody),
    /// ejabberd.
    Ejabberd(Ejabberd),
}

impl Server for AnyServer {
    fn port(&self) -> u16 {
        match self {
            Self::Prosody(server) => server.port(),
            Self::Ejabberd(server) => server.port(),
        }
    }

    fn direct_port(&self) -> u16 {
        match self {
            Self::Prosody(server) => server.direct_port(),
            Self::Ejabberd(server) => server.direct_port(),
        }
    }

    fn ca_file(&self) -> PathBuf {
        match self {
            Self::Prosody(server) => server.ca_file(),
            Self::Ejabberd(server) => server.ca_file(),
        }
    }
}

impl AnyServer {
    /// Prosody and ejabberd with an administrator, [`BOSS`](super::prosody::BOSS), and all that
    /// enrolment uses.
    pub(crate) async fn administered() -> [Self; 2] {
        let prosody = ["smacks", "mam", "admin_adhoc", "vcard_legacy", "pep"];
        let ejabberd = [
            "mod_adhoc: {}",
            "mod_configure: {}",
            "mod_vcard: {}",
            "mod_pubsub: {plugins: [flat, pep], force_node_config: {}}",
        ];
        [
            Prosody::administered(&prosody, "").await.into(),
            Ejabberd::administered(&ejabberd).await.into(),
        ]
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        match self {
            Self::Prosody(server) => server.kill(),
            Self::Ejabberd(server) => server.kill(),
        }
    }

    /// Asks it to end, and waits until it did.
    pub(crate) async fn terminate(&mut self) {
        if let Some(process) = self.process() {
            process.signal(Signal::TERM);
            process.ends().await;
        }
        self.kill();
    }

    /// Halts it in the middle of whatever it does; its connections stay.
    pub(crate) fn halt(&mut self) {
        if let Some(process) = self.process() {
            process.signal(Signal::STOP);
        }
    }

    /// Lets it go on.
    pub(crate) fn go_on(&mut self) {
        if let Some(process) = self.process() {
            process.signal(Signal::CONT);
        }
    }

    /// Starts it again with what it had on its disk.
    pub(crate) async fn resume(&mut self) {
        match self {
            Self::Prosody(server) => server.resume().await,
            Self::Ejabberd(server) => server.resume().await,
        }
    }

    fn process(&mut self) -> Option<&mut Guard> {
        match self {
            Self::Prosody(server) => server.process(),
            Self::Ejabberd(server) => server.process(),
        }
    }
}
