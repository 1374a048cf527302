//! Server IP Check (XEP-0279): the address that the server sees us under.

use std::net::IpAddr;

use xmpp_parsers::minidom::Element;

const NS: &str = "urn:xmpp:sic:1";

/// The question.
pub(crate) fn question() -> Element {
    Element::builder("address", NS).build()
}

/// The address in the answer.
pub(crate) fn read(answer: &Element) -> Option<IpAddr> {
    answer.get_child("ip", NS)?.text().trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_and_nothing_else_is_taken_for_one() {
        let answer = |inside: &str| format!("<address xmlns='{NS}'>{inside}</address>").parse();
        let good: Element = answer("<ip>192.0.2.7</ip><port>1234</port>").unwrap();
        assert_eq!(read(&good), Some(IpAddr::from([192, 0, 2, 7])));
        for bad in ["", "<ip/>", "<ip>example.org</ip>", "<port>1</port>"] {
            assert_eq!(read(&answer(bad).unwrap()), None);
        }
    }
}
