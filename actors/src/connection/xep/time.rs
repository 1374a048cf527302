//! Entity Time (XEP-0202).

use std::str::FromStr;

use xmpp_parsers::date::DateTime;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::DefinedCondition;
use xmpp_parsers::time::TimeResult;

use super::{Answer, Responder};

/// Answers with the time and the zone of this machine.
pub(super) const RESPONDER: Responder = Responder {
    feature: ns::TIME,
    answer: |payload| payload.is("time", ns::TIME).then(now),
};

fn now() -> Answer {
    let text = jiff::Zoned::now()
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string();
    let now = DateTime::from_str(&text).map_err(|_| DefinedCondition::InternalServerError)?;
    Ok(Some(Element::from(TimeResult::from(now.0))))
}
