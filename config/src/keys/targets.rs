//! The keys of a target: those that every kind has, and those of each kind.

use crate::shape::{Key, Shape};
use crate::used::{FtpTls, Scope};
use crate::value::{METHODS, Words};

use super::types::{
    ANY, COUNT, HOST, LINE, MAX_TIME, MIN_FREE, NAME, NAMES, PACE, PATH, PERCENT, RECIPIENTS,
    REGEX, REMIND, SECRET, SHORT, STATUSES, TCP_PORT, URL,
};

/// A kind of check.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) keys: &'static [Key],
}

/// All kinds.
pub(crate) static KINDS: &[Kind] = &[
    Kind {
        name: "disk",
        doc: "free space of a file system",
        keys: DISK,
    },
    Kind {
        name: "web",
        doc: "a web page",
        keys: WEB,
    },
    Kind {
        name: "ftp",
        doc: "an FTP server",
        keys: FTP,
    },
    Kind {
        name: "port",
        doc: "a TCP port",
        keys: PORT,
    },
    #[cfg(feature = "faults")]
    Kind {
        name: "fault",
        doc: "test builds only: misbehaves on demand",
        keys: FAULT,
    },
];

#[cfg(not(feature = "faults"))]
const KIND_NAMES: &[&str] = &["disk", "web", "ftp", "port"];
#[cfg(feature = "faults")]
const KIND_NAMES: &[&str] = &["disk", "web", "ftp", "port", "fault"];

/// The keys that every target has.
pub(crate) static COMMON: &[Key] = &[
    Key::new(
        "name",
        NAME,
        "what alerts and commands call it; case does not matter",
    )
    .required(),
    Key::new("kind", Shape::Words(KIND_NAMES), "what is checked").required(),
    Key::new("every", PACE, "pace of the checks").or_said("defaults.every"),
    Key::new(
        "timeout",
        SHORT,
        "hard deadline of a check; at most `every`",
    )
    .or_said("defaults.timeout"),
    Key::new("fail_after", COUNT, "failures in a row before DOWN").or_said("alerts.fail_after"),
    Key::new("recover_after", COUNT, "successes in a row before UP")
        .or_said("alerts.recover_after"),
    Key::new(
        "retry_every",
        SHORT,
        "pace of the checks between the first failure and the verdict",
    )
    .or_said("alerts.retry_every"),
    Key::new("remind_every", REMIND, "pace of reminders while DOWN").or_said("alerts.remind_every"),
    Key::new("alert_to", RECIPIENTS, "who gets its alerts").or_said("alerts.to"),
    Key::new(
        "depends_on",
        NAMES,
        "no alarm of its own while one of these is down",
    )
    .or("[]"),
    Key::new(
        "scope",
        Shape::Words(Scope::WORDS),
        "whether it is reached over the network",
    )
    .or_said("by its address"),
];

static DISK: &[Key] = &[
    Key::new("path", PATH, "a path on the file system that is meant").required(),
    Key::new("min_free", MIN_FREE, "what must be free; of a list, all").or("10%"),
    Key::new(
        "min_free_inodes",
        PERCENT,
        "the share of inodes that must be free",
    ),
];

static WEB: &[Key] = &[
    Key::new("url", URL, "what is asked for, unchanged").required(),
    Key::new("method", Shape::Words(METHODS), "how").or("GET"),
    Key::new("headers", Shape::Headers, "sent beside the usual ones").or("{}"),
    Key::new("user", LINE, "user for HTTP basic authentication"),
    Key::new("password", SECRET, "its password; a file is better"),
    Key::new(
        "password_file",
        PATH,
        "a file that holds the password, for no other's eyes, or credential:NAME of the service",
    ),
    Key::new("follow_redirects", Shape::Bool, "follow up to 10 redirects").or("true"),
    Key::new(
        "ca_file",
        PATH,
        "certificates (PEM) trusted beside the system's roots",
    ),
    Key::new(
        "verify_tls",
        Shape::Bool,
        "verify certificate and host name",
    )
    .or("true"),
    Key::new(
        "expect",
        Shape::Table(WEB_EXPECT),
        "what makes the answer good",
    )
    .filled(),
];

static WEB_EXPECT: &[Key] = &[
    Key::new("status", STATUSES, "statuses that are good").or("[200-299]"),
    Key::new("body_contains", ANY, "the body must hold this text"),
    Key::new(
        "body_matches",
        REGEX,
        "the body must match this regular expression",
    ),
    Key::new("body_lacks", ANY, "the body must not hold this text"),
    Key::new("max_time", MAX_TIME, "slower is WARNING, not DOWN"),
    Key::new(
        "certificate_days",
        Shape::Number(1, 3650),
        "fewer days left is WARNING; expired is DOWN",
    ),
];

static FTP: &[Key] = &[
    Key::new("host", HOST, "name or address").required(),
    Key::new("port", TCP_PORT, "TCP port").or_said("21, or 990 with implicit TLS"),
    Key::new("tls", Shape::Words(FtpTls::WORDS), "how it is encrypted").or("none"),
    Key::new("user", LINE, "who logs in").or("anonymous"),
    Key::new("password", SECRET, "the password; a file is better"),
    Key::new(
        "password_file",
        PATH,
        "a file that holds the password, for no other's eyes, or credential:NAME of the service",
    ),
    Key::new(
        "ca_file",
        PATH,
        "certificates (PEM) trusted beside the system's roots",
    ),
    Key::new(
        "verify_tls",
        Shape::Bool,
        "verify certificate and host name",
    )
    .or("true"),
    Key::new("expect", Shape::Table(FTP_EXPECT), "what must be there").filled(),
];

static FTP_EXPECT: &[Key] = &[
    Key::new("path", LINE, "a file or folder that must be there"),
    Key::new("max_age", PACE, "and be no older than this"),
    Key::new("max_time", MAX_TIME, "slower is WARNING, not DOWN"),
];

static PORT: &[Key] = &[
    Key::new("host", HOST, "name or address").required(),
    Key::new("port", TCP_PORT, "TCP port").required(),
    Key::new("send", ANY, "sent once connected"),
    Key::new(
        "expect",
        Shape::Table(PORT_EXPECT),
        "what makes the answer good",
    )
    .filled(),
];

static PORT_EXPECT: &[Key] = &[
    Key::new(
        "banner",
        REGEX,
        "what is received must match this regular expression",
    ),
    Key::new("max_time", MAX_TIME, "slower is WARNING, not DOWN"),
];

#[cfg(feature = "faults")]
static FAULT: &[Key] = &[
    Key::new(
        "trigger",
        PATH,
        "a file; while it exists the check misbehaves",
    )
    .required(),
    Key::new("mode", Shape::Words(crate::value::FAULTS), "how").required(),
];
