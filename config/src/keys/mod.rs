//! THE list of keys: name, shape, default, one line of meaning. A new key is one row here, one
//! field in `written.rs` and what is made of it in `build/`; validator, JSON Schema and the list
//! of keys for people follow.

mod targets;
mod types;

use std::time::Duration;

pub(crate) use targets::{COMMON, KINDS, Kind};
pub(crate) use types::{RECIPIENT, ROOM};

use crate::shape::{Key, Shape};
use crate::used::{AccountTls, Language, LogFormat, VncServer};
use crate::value::{LEVELS, Words};
use types::{
    BATCH, COUNT, DISPLAY, IP, IP_SOURCES, JID, JIDS, PACE, PATH, RECIPIENTS, REMIND, RESOURCE,
    SECRET, SERVER, SHORT, TARGETS, TCP_PORT, TOTP, VIEWERS, WHOLE_PERCENT, WORDS, at_least,
};

/// The keys of the file.
pub(crate) static TOP: &[Key] = &[
    Key::new(
        "language",
        Shape::Words(Language::WORDS),
        "language of answers and alerts",
    )
    .or_said("the language of this machine"),
    Key::new(
        "data_dir",
        PATH,
        "where the journal lives; relative paths start at the file's folder",
    )
    .or("data"),
    Key::new(
        "data_by_machine",
        Shape::Bool,
        "each machine has a folder of its own in data_dir: for a stick that goes from one to another",
    )
    .or("false"),
    Key::new(
        "account",
        Shape::Table(ACCOUNT),
        "the XMPP account; without it the console is the only chat",
    ),
    Key::new("access", Shape::Table(ACCESS), "who may command").filled(),
    Key::new("alerts", Shape::Table(ALERTS), "how alerts are told").filled(),
    Key::new(
        "defaults",
        Shape::Table(DEFAULTS),
        "what holds for targets that say nothing else",
    )
    .filled(),
    Key::new(
        "own_disks",
        Shape::Bool,
        "the disks of the machine that it runs on are watched beside the targets",
    )
    .or_said("true where no target is written"),
    Key::new("targets", TARGETS, "what is watched").or("[]"),
    Key::new("vnc", Shape::Table(VNC), "the remote-control software").filled(),
    Key::new("host_info", Shape::Table(HOST_INFO), "what OS tells").filled(),
    Key::new("history", Shape::Table(HISTORY), "what is remembered").filled(),
    Key::new("log", Shape::Table(LOG), "how to log").filled(),
];

static ACCOUNT: &[Key] = &[
    Key::new("jid", JID, "the address of this host").required(),
    Key::new(
        "password",
        SECRET,
        "its password; a file or a variable is better",
    )
    .required(),
    Key::new(
        "password_file",
        PATH,
        "a file that holds the password, for no other's eyes, or credential:NAME of the service",
    ),
    Key::new("server", SERVER, "where to connect")
        .or_said("SRV records of the domain, then its addresses on 5222"),
    Key::new(
        "tls",
        Shape::Words(AccountTls::WORDS),
        "how the link is encrypted; none only on this machine",
    )
    .or("starttls"),
    Key::new(
        "ca_file",
        PATH,
        "certificates (PEM) trusted beside the system's roots",
    ),
    Key::new("resource", RESOURCE, "the resource asked for").or("hostmessenger"),
    Key::new(
        "allow_plain",
        Shape::Bool,
        "send the password as it is (SASL PLAIN, inside TLS) to a server that knows no SCRAM",
    )
    .or("false"),
];

static ACCESS: &[Key] = &[
    Key::new("owner", JID, "commands everything"),
    Key::new("support", JIDS, "may look, may not touch").or("[]"),
    Key::new(
        "locked",
        JIDS,
        "refused, and told nothing, even where another key names them",
    )
    .or("[]"),
    Key::new(
        "vnc_code",
        Shape::Table(VNC_CODE),
        "second factor for VNC START (RFC 6238)",
    ),
];

static VNC_CODE: &[Key] = &[
    Key::new("totp_secret", TOTP, "the secret, base32; a file is better").required(),
    Key::new(
        "totp_secret_file",
        PATH,
        "a file that holds the secret, for no other's eyes, or credential:NAME of the service",
    ),
];

static ALERTS: &[Key] = &[
    Key::new("to", RECIPIENTS, "who gets alerts").or_said("[owner], where there is one"),
    Key::new("fail_after", COUNT, "failures in a row before DOWN").or("3"),
    Key::new("recover_after", COUNT, "successes in a row before UP").or("1"),
    Key::new(
        "retry_every",
        SHORT,
        "pace of the checks between the first failure and the verdict",
    )
    .or("5s"),
    Key::new("remind_every", REMIND, "pace of reminders while DOWN").or("6h"),
    Key::new(
        "batch_window",
        BATCH,
        "changes that fall together arrive as one message",
    )
    .or("2s"),
    Key::new(
        "escalate_after",
        REMIND,
        "an alert that is still true and that nobody has read for so long goes to escalate_to",
    )
    .or("off"),
    Key::new("escalate_to", RECIPIENTS, "who gets what nobody has read").or("[]"),
    Key::new(
        "flapping",
        Shape::Table(FLAPPING),
        "when a target that goes to and fro is told of once",
    )
    .filled(),
];

static FLAPPING: &[Key] = &[
    Key::new(
        "window",
        Shape::Number(0, 1000),
        "how many of the last checks are looked at; 0: off",
    )
    .or("20"),
    Key::new(
        "high",
        WHOLE_PERCENT,
        "flapping begins at this share of changes",
    )
    .or("50%"),
    Key::new("low", WHOLE_PERCENT, "and ends at or below this one").or("25%"),
];

static DEFAULTS: &[Key] = &[
    Key::new("every", PACE, "pace of the checks").or("60s"),
    Key::new(
        "timeout",
        SHORT,
        "hard deadline of a check; at most `every`",
    )
    .or_said("10s, or `every` where that is less"),
];

static VNC: &[Key] = &[
    Key::new(
        "server",
        Shape::Words(VncServer::WORDS),
        "the program; auto: the best that is installed",
    )
    .or("auto"),
    Key::new(
        "command",
        WORDS,
        "for custom: words, with {port} {address} {password_file} {display}",
    )
    .or("[]"),
    Key::new("display", DISPLAY, "the X display").or_said("$DISPLAY, or :0"),
    Key::new("address", IP, "the address it listens on").or("127.0.0.1"),
    Key::new("port", TCP_PORT, "the port it listens on").or("5900"),
    Key::new(
        "stop_after",
        at_least(Duration::from_secs(1)),
        "it stops by itself after this",
    )
    .or("60m"),
    Key::new("view_only", Shape::Bool, "viewers may only look").or("false"),
    Key::new(
        "viewers",
        VIEWERS,
        "where VNC START VIEWER may connect to: HOST, HOST:PORT, or a network such as 192.0.2.0/24",
    )
    .or("[]"),
    Key::new(
        "one_time_password",
        Shape::Bool,
        "each VNC START gets a fresh password, told in its answer, in place of the fixed one",
    )
    .or("false"),
];

static HOST_INFO: &[Key] = &[Key::new(
    "external_ip",
    IP_SOURCES,
    "asked in turn: xmpp (XEP-0279), or an https URL that answers with the address",
)
.or("[xmpp]")];

static HISTORY: &[Key] = &[Key::new(
    "keep",
    at_least(Duration::from_mins(1)),
    "how long history is kept",
)
.or("90d")];

static LOG: &[Key] = &[
    Key::new(
        "format",
        Shape::Words(LogFormat::WORDS),
        "for people or for programs",
    )
    .or("pretty"),
    Key::new("level", Shape::Words(LEVELS), "how much").or("info"),
];

/// The key at a path without lists, `["account", "jid"]`: what a variable can name.
pub(crate) fn find(path: &[&str]) -> Option<&'static Key> {
    let mut keys = TOP;
    let mut found = None;
    for name in path {
        let key = keys.iter().find(|key| key.name == *name)?;
        keys = match key.shape {
            Shape::Table(inner) => inner,
            _ => &[],
        };
        found = Some(key);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_key_and_elements_of_lists_have_none() {
        assert!(find(&["account", "password"]).is_some_and(|key| key.shape.is_secret()));
        assert!(find(&["access", "vnc_code", "totp_secret_file"]).is_some());
        assert!(find(&["targets", "0", "name"]).is_none());
        assert!(find(&["account", "jid", "x"]).is_none());
        assert!(find(&[]).is_none());
    }

    #[test]
    fn no_name_stands_twice_in_a_list_and_every_key_is_explained() {
        fn walk(keys: &[Key]) {
            for (index, key) in keys.iter().enumerate() {
                assert!(
                    keys[..index].iter().all(|other| other.name != key.name),
                    "{}",
                    key.name
                );
                assert!(
                    !key.doc.is_empty() && !key.doc.ends_with('.'),
                    "{}",
                    key.name
                );
                if let Shape::Table(inner) = key.shape {
                    walk(inner);
                }
            }
        }
        walk(TOP);
        for kind in KINDS {
            walk(kind.keys);
            assert!(
                kind.keys
                    .iter()
                    .all(|key| COMMON.iter().all(|c| c.name != key.name))
            );
        }
    }
}
