//! The configuration as written: what serde reads from a tree that the validator has been over.
//!
//! A field is an `Option` where its key has no default in `keys`; that includes required
//! ones, because the rest of a file with a mistake is still looked at. A test checks that keys
//! and fields agree.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use config::{Map, Value};
use jid::BareJid;
use regex::Regex;
use secrecy::SecretString;
use serde::Deserialize;

use crate::used::{
    AccountTls, FtpTls, HostPort, IpSource, Language, LogFormat, MinFree, Percent, Scope, Viewer,
    VncServer,
};
use crate::value::{
    Display, DurationOrOff, Host, Resource, Status, TotpSecret, WebUrl, WholePercent, Written,
};

type Opt<T> = Option<Written<T>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) language: Opt<Language>,
    pub(crate) data_dir: PathBuf,
    pub(crate) data_by_machine: bool,
    pub(crate) account: Option<Account>,
    pub(crate) access: Access,
    pub(crate) alerts: Alerts,
    pub(crate) defaults: Defaults,
    pub(crate) own_disks: Option<bool>,
    /// Each is read by its kind later.
    pub(crate) targets: Vec<Value>,
    pub(crate) vnc: Vnc,
    pub(crate) host_info: HostInfo,
    pub(crate) history: History,
    pub(crate) log: Log,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) jid: Opt<BareJid>,
    pub(crate) password: Opt<SecretString>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) server: Opt<HostPort>,
    pub(crate) tls: Written<AccountTls>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) resource: Written<Resource>,
    pub(crate) allow_plain: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Access {
    pub(crate) owner: Opt<BareJid>,
    pub(crate) support: Vec<Written<BareJid>>,
    pub(crate) locked: Vec<Written<BareJid>>,
    pub(crate) vnc_code: Option<VncCode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VncCode {
    pub(crate) totp_secret: Opt<TotpSecret>,
    pub(crate) totp_secret_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alerts {
    pub(crate) to: Option<Vec<Recipient>>,
    pub(crate) fail_after: u32,
    pub(crate) recover_after: u32,
    pub(crate) retry_every: Written<Duration>,
    pub(crate) remind_every: Written<DurationOrOff>,
    pub(crate) batch_window: Written<Duration>,
    pub(crate) escalate_after: Written<DurationOrOff>,
    pub(crate) escalate_to: Vec<Recipient>,
    pub(crate) flapping: Flapping,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Recipient {
    /// `owner`, `support` or an address.
    Word(String),
    Room {
        room: Opt<BareJid>,
        nick: Opt<Resource>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Flapping {
    pub(crate) window: u32,
    pub(crate) high: Written<WholePercent>,
    pub(crate) low: Written<WholePercent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defaults {
    pub(crate) every: Written<Duration>,
    pub(crate) timeout: Opt<Duration>,
}

/// What every target has; the keys of its kind are passed over here.
#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) name: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) every: Opt<Duration>,
    pub(crate) timeout: Opt<Duration>,
    pub(crate) fail_after: Option<u32>,
    pub(crate) recover_after: Option<u32>,
    pub(crate) retry_every: Opt<Duration>,
    pub(crate) remind_every: Opt<DurationOrOff>,
    pub(crate) alert_to: Option<Vec<Recipient>>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) scope: Opt<Scope>,
}

#[derive(Deserialize)]
pub(crate) struct Disk {
    pub(crate) path: Option<PathBuf>,
    pub(crate) min_free: Vec<Written<MinFree>>,
    pub(crate) min_free_inodes: Opt<Percent>,
}

#[derive(Deserialize)]
pub(crate) struct Web {
    pub(crate) url: Opt<WebUrl>,
    pub(crate) method: String,
    /// In the order of the file.
    pub(crate) headers: Map<String, String>,
    pub(crate) user: Option<String>,
    pub(crate) password: Opt<SecretString>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) follow_redirects: bool,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) verify_tls: bool,
    pub(crate) expect: WebExpect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebExpect {
    pub(crate) status: Vec<Written<Status>>,
    pub(crate) body_contains: Option<String>,
    pub(crate) body_matches: Opt<Regex>,
    pub(crate) body_lacks: Option<String>,
    pub(crate) max_time: Opt<Duration>,
    pub(crate) certificate_days: Option<u32>,
}

#[derive(Deserialize)]
pub(crate) struct Ftp {
    pub(crate) host: Opt<Host>,
    pub(crate) port: Option<u16>,
    pub(crate) tls: Written<FtpTls>,
    pub(crate) user: String,
    pub(crate) password: Opt<SecretString>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) verify_tls: bool,
    pub(crate) expect: FtpExpect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FtpExpect {
    pub(crate) path: Option<String>,
    pub(crate) max_age: Opt<Duration>,
    pub(crate) max_time: Opt<Duration>,
}

#[derive(Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the key of the file is called so"
)]
pub(crate) struct Port {
    pub(crate) host: Opt<Host>,
    pub(crate) port: Option<u16>,
    pub(crate) send: Option<String>,
    pub(crate) expect: PortExpect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortExpect {
    pub(crate) banner: Opt<Regex>,
    pub(crate) max_time: Opt<Duration>,
}

#[cfg(feature = "faults")]
#[derive(Deserialize)]
pub(crate) struct Fault {
    pub(crate) trigger: Option<PathBuf>,
    pub(crate) mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vnc {
    pub(crate) server: Written<VncServer>,
    pub(crate) command: Vec<String>,
    pub(crate) display: Opt<Display>,
    pub(crate) address: Written<IpAddr>,
    pub(crate) port: u16,
    pub(crate) stop_after: Written<Duration>,
    pub(crate) view_only: bool,
    pub(crate) viewers: Vec<Written<Viewer>>,
    pub(crate) one_time_password: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostInfo {
    pub(crate) external_ip: Vec<Written<IpSource>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    pub(crate) keep: Written<Duration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) format: Written<LogFormat>,
    pub(crate) level: String,
}
