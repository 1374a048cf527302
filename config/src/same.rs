//! Whether a target or an account changed, for RELOAD: what did not change keeps running with its
//! state.
//!
//! A trap: regular expressions and secrets have no `==`. Everything is taken apart here, so that
//! a new field cannot be forgotten.

use regex::Regex;
use secrecy::{ExposeSecret, SecretString};

use crate::used::{Account, Ftp, Kind, Port, Target, Web};

impl Account {
    /// Whether a login with the other would be the same login.
    pub fn same_as(&self, other: &Self) -> bool {
        let Self {
            jid,
            password,
            server,
            tls,
            ca_file,
            resource,
            allow_plain,
        } = self;
        *jid == other.jid
            && same_secret(Some(password), Some(&other.password))
            && *server == other.server
            && *tls == other.tls
            && *ca_file == other.ca_file
            && *resource == other.resource
            && *allow_plain == other.allow_plain
    }
}

impl Target {
    /// Whether the other is checked and told of in the same way under the same name.
    pub fn same_as(&self, other: &Self) -> bool {
        self.same_check(other) && self.judging == other.judging
    }

    /// Whether the other is checked in the same way under the same name, however it is judged.
    pub fn same_check(&self, other: &Self) -> bool {
        let Self {
            name,
            kind,
            timeout,
            judging,
        } = self;
        *name == other.name
            && kind.same_as(&other.kind)
            && *timeout == other.timeout
            && judging.every == other.judging.every
    }
}

impl Kind {
    /// Whether the other checks the same.
    pub fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Disk(a), Self::Disk(b)) => a == b,
            (Self::Web(a), Self::Web(b)) => same_web(a, b),
            (Self::Ftp(a), Self::Ftp(b)) => same_ftp(a, b),
            (Self::Port(a), Self::Port(b)) => same_port(a, b),
            #[cfg(feature = "faults")]
            (Self::Fault(a), Self::Fault(b)) => a == b,
            _ => false,
        }
    }
}

fn same_web(a: &Web, b: &Web) -> bool {
    let Web {
        url,
        method,
        headers,
        user,
        password,
        follow_redirects,
        ca_file,
        verify_tls,
        status,
        body_contains,
        body_matches,
        body_lacks,
        max_time,
        certificate_days,
    } = a;
    *url == b.url
        && *method == b.method
        && *headers == b.headers
        && *user == b.user
        && same_secret(password.as_ref(), b.password.as_ref())
        && *follow_redirects == b.follow_redirects
        && *ca_file == b.ca_file
        && *verify_tls == b.verify_tls
        && *status == b.status
        && *body_contains == b.body_contains
        && same_regex(body_matches.as_ref(), b.body_matches.as_ref())
        && *body_lacks == b.body_lacks
        && *max_time == b.max_time
        && *certificate_days == b.certificate_days
}

fn same_ftp(a: &Ftp, b: &Ftp) -> bool {
    let Ftp {
        host,
        port,
        tls,
        user,
        password,
        ca_file,
        verify_tls,
        path,
        max_age,
        max_time,
    } = a;
    *host == b.host
        && *port == b.port
        && *tls == b.tls
        && *user == b.user
        && same_secret(password.as_ref(), b.password.as_ref())
        && *ca_file == b.ca_file
        && *verify_tls == b.verify_tls
        && *path == b.path
        && *max_age == b.max_age
        && *max_time == b.max_time
}

fn same_port(a: &Port, b: &Port) -> bool {
    let Port {
        host,
        port,
        send,
        banner,
        max_time,
    } = a;
    *host == b.host
        && *port == b.port
        && *send == b.send
        && same_regex(banner.as_ref(), b.banner.as_ref())
        && *max_time == b.max_time
}

fn same_regex(a: Option<&Regex>, b: Option<&Regex>) -> bool {
    a.map(Regex::as_str) == b.map(Regex::as_str)
}

/// Both are the owner's, so that the time this takes tells nobody anything.
fn same_secret(a: Option<&SecretString>, b: Option<&SecretString>) -> bool {
    a.map(ExposeSecret::expose_secret) == b.map(ExposeSecret::expose_secret)
}
