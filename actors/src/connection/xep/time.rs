//! Entity Time (XEP-0202).

use jiff::Zoned;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;

use super::Responder;

/// Answers with the time and the zone of this machine.
pub(super) const RESPONDER: Responder = Responder {
    feature: ns::TIME,
    answer: |payload| {
        payload
            .is("time", ns::TIME)
            .then(|| Ok(Some(at(&Zoned::now()))))
    },
};

fn at(now: &Zoned) -> Element {
    let line = |tag: &str, text: String| Element::builder(tag, ns::TIME).append(text).build();
    let utc = now.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ");
    Element::builder("time", ns::TIME)
        .append(line("tzo", now.strftime("%:z").to_string()))
        .append(line("utc", utc.to_string()))
        .build()
}

#[cfg(test)]
mod tests {
    use xmpp_parsers::time::TimeResult;

    use super::*;

    #[test]
    fn the_time_is_told_with_the_zone() {
        let now: Zoned = "2026-11-23T13:00:01.5-03:30[-03:30]".parse().unwrap();
        let told = TimeResult::try_from(at(&now)).unwrap();
        assert_eq!(told.tz_offset.local_minus_utc(), -12_600);
        assert_eq!(told.utc.to_rfc3339(), "2026-11-23T16:30:01+00:00");
    }
}
