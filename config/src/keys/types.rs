//! The shapes that the lists of keys are made of.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use jid::BareJid;
use regex::Regex;
use secrecy::SecretString;

use crate::shape::{Key, Shape, TextType};
use crate::used::{HostPort, IpSource, MinFree, Percent, Viewer};
use crate::value::{self, LONGEST, check};

const fn text(allowed: &'static str, check: fn(&str) -> Result<(), String>) -> TextType {
    TextType {
        allowed,
        check,
        secret: false,
        number: false,
        pattern: None,
    }
}

const fn with_pattern(mut text: TextType, pattern: &'static str) -> TextType {
    text.pattern = Some(pattern);
    text
}

const fn or_number(mut text: TextType) -> TextType {
    text.number = true;
    text
}

/// What a recipient of alerts may be, where it is a text.
pub(crate) static RECIPIENT: TextType =
    text("owner, support, an XMPP address", |text| match text {
        "owner" | "support" => Ok(()),
        text => check::<BareJid>(text),
    });

static JID_TYPE: TextType = with_pattern(
    text("a bare XMPP address, name@domain", check::<BareJid>),
    "^[^@/]+@[^@/]+$",
);
static SECRET_TYPE: TextType = TextType {
    secret: true,
    ..text("a text of one line", check::<SecretString>)
};
static TOTP_TYPE: TextType = TextType {
    secret: true,
    ..text(
        "base32: the letters A to Z and the digits 2 to 7",
        check::<value::TotpSecret>,
    )
};
static PATH_TYPE: TextType = text("a path", check::<PathBuf>);
static ANY_TYPE: TextType = text("a text", check::<String>);
static LINE_TYPE: TextType = text("a text of one line", check::<value::Line>);
static NAME_TYPE: TextType = text(
    "a name of at most 64 characters, not ALL",
    check::<value::Name>,
);
static NICK_TYPE: TextType = text("a nickname", check::<value::Resource>);
static RESOURCE_TYPE: TextType = text("the resource of an XMPP address", check::<value::Resource>);
static SERVER_TYPE: TextType = with_pattern(
    text(
        "host:port, such as xmpp.example.org:5222 or [::1]:5222",
        check::<HostPort>,
    ),
    ":[0-9]{1,5}$",
);
static HOST_TYPE: TextType = text("a host name or an IP address", check::<value::Host>);
static IP_TYPE: TextType = text("an IP address", check::<IpAddr>);
static URL_TYPE: TextType = with_pattern(
    text(
        "a URL that begins with http:// or https://",
        check::<value::WebUrl>,
    ),
    "^[hH][tT][tT][pP][sS]?:",
);
static VIEWER_TYPE: TextType = text(
    "HOST, HOST:PORT, or a network such as 192.0.2.0/24",
    check::<Viewer>,
);
static IP_SOURCE_TYPE: TextType = text("xmpp, or an https URL", check::<IpSource>);
static REGEX_TYPE: TextType = text("a regular expression", check::<Regex>);
static DISPLAY_TYPE: TextType = text("an X display, such as ':0'", check::<value::Display>);
static STATUS_TYPE: TextType = or_number(with_pattern(
    text(
        "a status from 100 to 599, or a range such as 200-299",
        check::<value::Status>,
    ),
    "^[1-5][0-9][0-9]( *- *[1-5][0-9][0-9])?$",
));
static MIN_FREE_TYPE: TextType = or_number(with_pattern(
    text(
        "a share such as 10%, or a size such as 5GiB or 500MB",
        check::<MinFree>,
    ),
    "^[0-9]+(\\.[0-9]{1,2})?( *%| *[kKmMgGtT]?[iI]?[bB])$",
));
static PERCENT_TYPE: TextType = or_number(with_pattern(
    text("a share from 0% to 100%", check::<Percent>),
    "^[0-9]+(\\.[0-9]{1,2})?%$",
));
static WHOLE_PERCENT_TYPE: TextType = or_number(with_pattern(
    text(
        "a share in whole percent, from 0% to 100%",
        check::<value::WholePercent>,
    ),
    "^[0-9]{1,3}%$",
));

pub(crate) const JID: Shape = Shape::Text(&JID_TYPE);
pub(crate) const SECRET: Shape = Shape::Text(&SECRET_TYPE);
pub(crate) const TOTP: Shape = Shape::Text(&TOTP_TYPE);
pub(crate) const PATH: Shape = Shape::Text(&PATH_TYPE);
pub(crate) const ANY: Shape = Shape::Text(&ANY_TYPE);
pub(crate) const LINE: Shape = Shape::Text(&LINE_TYPE);
pub(crate) const NAME: Shape = Shape::Text(&NAME_TYPE);
pub(crate) const RESOURCE: Shape = Shape::Text(&RESOURCE_TYPE);
pub(crate) const SERVER: Shape = Shape::Text(&SERVER_TYPE);
pub(crate) const HOST: Shape = Shape::Text(&HOST_TYPE);
pub(crate) const IP: Shape = Shape::Text(&IP_TYPE);
pub(crate) const URL: Shape = Shape::Text(&URL_TYPE);
pub(crate) const REGEX: Shape = Shape::Text(&REGEX_TYPE);
pub(crate) const DISPLAY: Shape = Shape::Text(&DISPLAY_TYPE);
pub(crate) const PERCENT: Shape = Shape::Text(&PERCENT_TYPE);
pub(crate) const WHOLE_PERCENT: Shape = Shape::Text(&WHOLE_PERCENT_TYPE);

const IP_SOURCE: Shape = Shape::Text(&IP_SOURCE_TYPE);
const VIEWER: Shape = Shape::Text(&VIEWER_TYPE);
const STATUS: Shape = Shape::Text(&STATUS_TYPE);
const MIN_FREE_ONE: Shape = Shape::Text(&MIN_FREE_TYPE);

pub(crate) const JIDS: Shape = list(&JID);
pub(crate) const WORDS: Shape = list(&ANY);
pub(crate) const NAMES: Shape = list(&NAME);
pub(crate) const RECIPIENTS: Shape = list(&Shape::Recipient);
pub(crate) const TARGETS: Shape = list(&Shape::Target);
pub(crate) const VIEWERS: Shape = list(&VIEWER);
pub(crate) const IP_SOURCES: Shape = list(&IP_SOURCE);
pub(crate) const STATUSES: Shape = one_or_list(&STATUS);
pub(crate) const MIN_FREE: Shape = one_or_list(&MIN_FREE_ONE);

/// `every`: a second or more.
pub(crate) const PACE: Shape = at_least(Duration::from_secs(1));
/// `timeout` and what else is measured in fractions of a second.
pub(crate) const SHORT: Shape = at_least(Duration::from_millis(100));
pub(crate) const REMIND: Shape = Shape::Duration(Duration::from_secs(1), LONGEST, true);
pub(crate) const BATCH: Shape = Shape::Duration(Duration::ZERO, Duration::from_hours(1), false);
pub(crate) const MAX_TIME: Shape = at_least(Duration::from_millis(1));
pub(crate) const COUNT: Shape = Shape::Number(1, 1000);
pub(crate) const TCP_PORT: Shape = Shape::Number(1, 65_535);

/// A chat room that gets alerts.
pub(crate) const ROOM: &[Key] = &[
    Key::new("room", JID, "the room's address").required(),
    Key::new("nick", Shape::Text(&NICK_TYPE), "the nickname there").required(),
];

pub(crate) const fn at_least(min: Duration) -> Shape {
    Shape::Duration(min, LONGEST, false)
}

const fn list(of: &'static Shape) -> Shape {
    Shape::List { of, one: false }
}

const fn one_or_list(of: &'static Shape) -> Shape {
    Shape::List { of, one: true }
}
