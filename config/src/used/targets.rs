//! What is watched, and how each kind is checked.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use secrecy::SecretString;
use url::Url;

use super::AlertTo;

/// Something that is watched.
#[derive(Debug, Clone)]
pub struct Target {
    /// Unique; compared without regard to case by chat commands.
    pub name: Arc<str>,
    /// What is checked and how.
    pub kind: Kind,
    /// Hard deadline of one check; at most `every`.
    pub timeout: Duration,
    /// How it is judged; targets that are judged alike share it.
    pub judging: Arc<Judging>,
}

/// How often a target is checked, what becomes of its verdicts, and who hears of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Judging {
    /// Pace while all is well.
    pub every: Duration,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    Disk(Box<Disk>),
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
