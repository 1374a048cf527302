//! Software Version (XEP-0092).

use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;

use super::Responder;

/// Answers with name, version and the kind of operating system.
pub(super) const RESPONDER: Responder = Responder {
    feature: ns::VERSION,
    answer: |payload| {
        payload.is("query", ns::VERSION).then(|| {
            let line = |tag, text| Element::builder(tag, ns::VERSION).append(text).build();
            let version = Element::builder("query", ns::VERSION)
                .append(line("name", "HostMessenger"))
                .append(line("version", env!("CARGO_PKG_VERSION")))
                .append(line("os", std::env::consts::OS));
            Ok(Some(version.build()))
        })
    },
};
