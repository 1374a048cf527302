//! `urn:hostmessenger:holder:1`: two programs with one account find out which of them keeps it. No XEP;
//! question and answer are the same element, each with what its sender says of itself:
//!
//! ```xml
//! <holder xmlns='urn:hostmessenger:holder:1' instance='…' age='86400' host='web01'/>
//! ```

use xmpp_parsers::minidom::Element;
use xso::{AsXml, FromXml};

use crate::connection::holder::Claim;
use crate::text::clean;

/// Its namespace, and its feature in service discovery.
pub(crate) const NS: &str = "urn:hostmessenger:holder:1";

/// The element on the wire. A later version may say more.
#[derive(FromXml, AsXml)]
#[xml(namespace = NS, name = "holder", on_unknown_attribute = Discard, on_unknown_child = Discard)]
struct Holder {
    #[xml(attribute)]
    instance: String,
    /// Seconds.
    #[xml(attribute)]
    age: u64,
    #[xml(attribute(default))]
    host: Option<String>,
}

/// The element that says it.
pub(crate) fn element(claim: &Claim) -> Option<Element> {
    let holder = Holder {
        instance: claim.instance.clone(),
        age: claim.age.as_secs(),
        host: Some(claim.host.clone()),
    };
    xso::transform(&holder).ok()
}

/// What it says. `None`: it is not this, or not well made.
pub(crate) fn read(element: &Element) -> Option<Claim> {
    let holder: Holder = xso::transform(element).ok()?;
    let instance = holder.instance;
    let plain = !instance.is_empty() && instance.bytes().all(|b| b.is_ascii_alphanumeric());
    if !plain || instance.len() > 64 {
        return None;
    }
    let host = clean(holder.host.as_deref().unwrap_or("another machine"), 64);
    Some(Claim::heard(&instance, holder.age, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(attributes: &str) -> Option<Claim> {
        read(
            &format!("<holder xmlns='{NS}' {attributes}/>")
                .parse()
                .unwrap(),
        )
    }

    #[test]
    fn what_is_said_is_heard() {
        let claim = Claim::heard("aB1", 77, "web01".into());
        assert_eq!(read(&element(&claim).unwrap()), Some(claim));
    }

    #[test]
    fn what_is_not_well_made_says_nothing() {
        for bad in [
            "",
            "instance='a'",
            "age='1'",
            "instance='' age='1'",
            "instance='a b' age='1'",
            "instance='a' age='-1'",
            "instance='a' age=''",
            "instance='a' age='99999999999999999999999'",
        ] {
            assert_eq!(heard(bad), None, "{bad}");
        }
        assert_eq!(
            heard(&format!("instance='{}' age='1'", "a".repeat(65))),
            None
        );
        assert_eq!(
            read(&"<ping xmlns='urn:xmpp:ping'/>".parse().unwrap()),
            None
        );
    }

    #[test]
    fn what_a_later_version_adds_is_passed_over() {
        let claim = heard("instance='a' age='1' more='x'").unwrap();
        assert_eq!(claim.host, "another machine");
    }

    #[test]
    fn the_name_of_a_machine_cannot_break_a_line() {
        let claim = heard("instance='a' age='1' host='x&#10;y'").unwrap();
        assert!(!claim.host.contains('\n'), "{}", claim.host);
    }
}
