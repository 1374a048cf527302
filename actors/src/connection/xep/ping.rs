//! XMPP Ping (XEP-0199).

use xmpp_parsers::ns;

use super::Responder;

/// Answers pings.
pub(super) const RESPONDER: Responder = Responder {
    feature: ns::PING,
    answer: |payload| payload.is("ping", ns::PING).then_some(Ok(None)),
};
