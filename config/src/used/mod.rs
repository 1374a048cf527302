//! The configuration as used: checked, with every default filled in and every path absolute.
//!
//! The rest of the program sees only these types. A value of [`Config`] exists only when the
//! file it came from had no mistake in it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jid::BareJid;
use secrecy::SecretString;
use url::Url;

mod targets;
mod viewer;

pub use targets::*;
pub use viewer::*;

/// Everything that the program was told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file this came from.
    pub file: PathBuf,
    /// Language of answers and alerts.
    pub language: Language,
    /// Where the journal and the VNC password live.
    pub data_dir: PathBuf,
    /// Whether each machine has a folder of its own in `data_dir`; whoever starts the program puts
    /// its name behind it.
    pub data_by_machine: bool,
    /// The XMPP account; without one the console is the only chat.
    pub account: Option<Account>,
    /// Who may command.
    pub access: Access,
    /// The file that holds the secret of VNC codes, or is to; `None`: it is written inline, is a
    /// credential of the service, or is not set up.
    pub vnc_code_file: Option<PathBuf>,
    /// How alerts are told.
    pub alerts: Alerts,
    /// Whether the disks of the machine that it runs on are watched beside the targets.
    pub own_disks: bool,
    /// What is watched, in the order of the file.
    pub targets: Vec<Arc<Target>>,
    /// The remote-control software.
    pub vnc: Vnc,
    /// Where the external address is asked, in turn.
    pub external_ip: Vec<IpSource>,
    /// How long history is kept.
    pub history_keep: Duration,
    /// How to log.
    pub log: Log,
}

/// A language of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// The XMPP account of this host.
#[derive(Debug, Clone)]
pub struct Account {
    /// The bare address, `web01@example.org`; it always has a local part.
    pub jid: BareJid,
    /// The password; shown by nothing.
    pub password: SecretString,
    /// Where to connect; `None`: SRV records of the domain, then its addresses.
    pub server: Option<HostPort>,
    /// How the link is encrypted.
    pub tls: AccountTls,
    /// Certificates (PEM) trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The resource asked for.
    pub resource: String,
    /// Whether the password may be sent as it is (SASL PLAIN) where the server offers nothing
    /// else and the link is encrypted. Default: no.
    pub allow_plain: bool,
}

/// A host name or address, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// Name or address, IPv6 without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// How the XMPP link is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountTls {
    /// Upgraded by STARTTLS (RFC 6120); required, never optional.
    StartTls,
    /// TLS from the first byte (XEP-0368).
    Direct,
    /// Not at all; only where `server` is a loopback address.
    None,
}

/// Who may command.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// May everything.
    pub owner: Option<BareJid>,
    /// May look.
    pub support: Vec<BareJid>,
    /// May nothing and are told nothing, whatever else names them. Never the owner.
    pub locked: Vec<BareJid>,
    /// The second factor for VNC START: the TOTP secret, base32.
    pub vnc_totp_secret: Option<SecretString>,
}

impl Access {
    /// Whether this address is refused whatever else names it.
    pub fn is_locked(&self, who: &BareJid) -> bool {
        self.locked.contains(who)
    }
}

/// How alerts are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// Who gets them, unless a target says otherwise.
    pub to: Vec<AlertTo>,
    /// Changes that fall into this window arrive as one message.
    pub batch_window: Duration,
    /// Who gets an alert that is still true and that nobody has read in time, if anybody.
    pub escalation: Option<Escalation>,
    /// When a target counts as flapping.
    pub flapping: Flapping,
}

/// What becomes of an alert that nobody reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// How long it may stay unread.
    pub after: Duration,
    /// Who gets it then.
    pub to: Vec<AlertTo>,
}

/// Who gets an alert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AlertTo {
    /// `access.owner`.
    Owner,
    /// All of `access.support`.
    Support,
    /// One address.
    Jid(BareJid),
    /// A chat room (XEP-0045), entered with this nickname.
    Room {
        /// The room's address.
        room: BareJid,
        /// The nickname there.
        nick: String,
    },
}

/// When a target counts as flapping (share of changes among the last checks).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flapping {
    /// How many of the last checks are looked at; 0 switches it off.
    pub window: u32,
    /// Flapping starts at this share of changes, in percent.
    pub high_percent: u8,
    /// And ends at or below this one.
    pub low_percent: u8,
}

/// The remote-control software.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vnc {
    /// Which program.
    pub server: VncServer,
    /// For `custom`: words, with `{port} {address} {password_file} {display}`.
    pub command: Vec<String>,
    /// The X display, `:0`.
    pub display: Option<String>,
    /// The address it listens on.
    pub listen: SocketAddr,
    /// It stops by itself after this.
    pub stop_after: Duration,
    /// Whether viewers may only look.
    pub view_only: bool,
    /// Where VNC START VIEWER may connect to; nobody where it is empty.
    pub viewers: Vec<Viewer>,
    /// Whether each start gets a fresh password in place of the fixed one.
    pub one_time_password: bool,
}

/// A remote-control program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VncServer {
    /// The best that is installed.
    Auto,
    /// x11vnc.
    X11vnc,
    /// TigerVNC's `x0vncserver`; on Windows its `winvnc4`.
    Tigervnc,
    /// wayvnc.
    Wayvnc,
    /// UltraVNC (Windows).
    Ultravnc,
    /// TightVNC (Windows).
    Tightvnc,
    /// `RealVNC` (Windows).
    Realvnc,
    /// `vnc.command`.
    Custom,
}

/// Who is asked for this machine's external address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IpSource {
    /// The XMPP server (XEP-0279).
    Xmpp,
    /// A page that answers with the address alone.
    Url(Url),
}

/// How to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// For people or for programs.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}
