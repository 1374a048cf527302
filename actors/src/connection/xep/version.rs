//! Software Version (XEP-0092).

use xmpp_parsers::ns;
use xmpp_parsers::version::VersionResult;

use super::Responder;

/// Answers with name, version and the kind of operating system.
pub(super) const RESPONDER: Responder = Responder {
    feature: ns::VERSION,
    answer: |payload| {
        payload.is("query", ns::VERSION).then(|| {
            let version = VersionResult {
                name: "HostMessenger".into(),
                version: env!("CARGO_PKG_VERSION").into(),
                os: Some(std::env::consts::OS.into()),
            };
            Ok(Some(version.into()))
        })
    },
};
