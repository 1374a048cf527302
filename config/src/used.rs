//! The configuration as used: checked, with every default filled in and every path absolute.
//!
//! The rest of the program sees only these types. A value of [`Config`] exists only when the
//! file it came from had no mistake in it.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use jid::BareJid;
use regex::Regex;
use secrecy::SecretString;
use url::Url;

/// Everything that the program was told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file this came from.
    pub file: PathBuf,
    /// Language of answers and alerts.
    pub language: Language,
    /// Where the journal and the VNC password live.
    pub data_dir: PathBuf,
    /// The XMPP account; without one the console is the only chat.
    pub account: Option<Account>,
    /// Who may command.
    pub access: Access,
    /// How alerts are told.
    pub alerts: Alerts,
    /// What is watched, in the order of the file.
    pub targets: Vec<Target>,
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
    /// The second factor for VNC START: the TOTP secret, base32.
    pub vnc_totp_secret: Option<SecretString>,
}

/// How alerts are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// Who gets them, unless a target says otherwise.
    pub to: Vec<AlertTo>,
    /// Changes that fall into this window arrive as one message.
    pub batch_window: Duration,
    /// When a target counts as flapping.
    pub flapping: Flapping,
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

/// Something that is watched.
#[derive(Debug, Clone)]
pub struct Target {
    /// Unique; compared without regard to case by chat commands.
    pub name: String,
    /// What is checked and how.
    pub kind: Kind,
    /// Pace while all is well.
    pub every: Duration,
    /// Hard deadline of one check; at most `every`.
    pub timeout: Duration,
    /// Failures in a row before DOWN; at least 1.
    pub fail_after: u32,
    /// Successes in a row before UP; at least 1.
    pub recover_after: u32,
    /// Pace between the first failure and the verdict.
    pub retry_every: Duration,
    /// Pace of reminders while DOWN; `None`: never.
    pub remind_every: Option<Duration>,
    /// Names of targets without which this one cannot work.
    pub depends_on: Vec<String>,
    /// Who gets its alerts.
    pub alert_to: Vec<AlertTo>,
    /// Whether it is reached over the network; `None`: to be told by its address.
    pub scope: Option<Scope>,
}

/// Where a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On this machine.
    Local,
    /// Across a network.
    Remote,
}

/// A kind of check with its options.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Free space of a file system.
    Disk(Disk),
    /// A web page.
    Web(Box<Web>),
    /// An FTP server.
    Ftp(Box<Ftp>),
    /// A TCP port.
    Port(Box<Port>),
    /// Test builds only: panics in the named way.
    #[cfg(feature = "faults")]
    Fault(Fault),
}

impl Kind {
    /// Its name as the configuration writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Disk(_) => "disk",
            Self::Web(_) => "web",
            Self::Ftp(_) => "ftp",
            Self::Port(_) => "port",
            #[cfg(feature = "faults")]
            Self::Fault(_) => "fault",
        }
    }
}

/// Options of kind `disk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// A path on the file system that is meant.
    pub path: PathBuf,
    /// All of these must be free.
    pub min_free: Vec<MinFree>,
    /// This share of the inodes must be free; `None`: not looked at.
    pub min_free_inodes: Option<Percent>,
}

/// How much must be free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinFree {
    /// A share of the whole.
    Percent(Percent),
    /// A number of bytes.
    Bytes(u64),
}

/// A share, in hundredths of a percent (0 to 10,000), so that it has an exact equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub u16);

/// Options of kind `web`. Its `Debug` shows the names of headers only.
#[derive(Clone)]
pub struct Web {
    /// `http` or `https`.
    pub url: Url,
    /// The request's method.
    pub method: String,
    /// Sent beside the usual ones.
    pub headers: Vec<(String, String)>,
    /// User for HTTP basic authentication.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<SecretString>,
    /// Whether up to 10 redirects are followed.
    pub follow_redirects: bool,
    /// Certificates (PEM) trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Whether certificate and host name are verified.
    pub verify_tls: bool,
    /// Statuses that are good.
    pub status: Vec<RangeInclusive<u16>>,
    /// The body must hold this text.
    pub body_contains: Option<String>,
    /// The body must match this.
    pub body_matches: Option<Regex>,
    /// The body must not hold this text.
    pub body_lacks: Option<String>,
    /// Slower is a warning.
    pub max_time: Option<Duration>,
    /// A certificate with fewer days left is a warning.
    pub certificate_days: Option<u32>,
}

/// How FTP is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FtpTls {
    /// Not at all.
    None,
    /// AUTH TLS (RFC 4217).
    Explicit,
    /// TLS from the first byte.
    Implicit,
}

/// Options of kind `ftp`.
#[derive(Debug, Clone)]
pub struct Ftp {
    /// Name or address.
    pub host: String,
    /// TCP port; default 21, 990 with implicit TLS.
    pub port: u16,
    /// How it is encrypted.
    pub tls: FtpTls,
    /// User; default `anonymous`.
    pub user: String,
    /// Its password.
    pub password: Option<SecretString>,
    /// Certificates (PEM) trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Whether certificate and host name are verified.
    pub verify_tls: bool,
    /// A file or folder that must be there.
    pub path: Option<String>,
    /// And be no older than this.
    pub max_age: Option<Duration>,
    /// Slower is a warning.
    pub max_time: Option<Duration>,
}

/// Options of kind `port`.
#[derive(Debug, Clone)]
pub struct Port {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Sent once connected.
    pub send: Option<String>,
    /// What is received must match this.
    pub banner: Option<Regex>,
    /// Slower is a warning.
    pub max_time: Option<Duration>,
}

/// Options of the test-only kind `fault`.
#[cfg(feature = "faults")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A file; while it exists the check misbehaves, otherwise it is good.
    pub trigger: PathBuf,
    /// `panic`: the probe actor panics; `check-panic`: the check does; `hang`: the actor makes no
    /// progress; `fail`: the verdict is failed.
    pub mode: String,
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
}

/// A remote-control program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VncServer {
    /// The best that is installed.
    Auto,
    /// x11vnc.
    X11vnc,
    /// TigerVNC's `x0vncserver`.
    Tigervnc,
    /// wayvnc.
    Wayvnc,
    /// UltraVNC (Windows).
    Ultravnc,
    /// TightVNC (Windows).
    Tightvnc,
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
