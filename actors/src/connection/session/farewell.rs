//! The end of a stream whose worker waits for a connection that will not come.

use tokio_xmpp::stanzastream::Connection as Stream;
use tokio_xmpp::xmlstream::{StreamHeader, Timeouts, initiate_stream};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::ns;

use crate::connection::login::{Login, Wire};

/// A stream that ends as soon as it is read from: for a worker that waits for one in vain.
pub(super) async fn farewell(login: &Login) -> Option<Stream> {
    const SAID: &str = "<stream:stream xmlns='jabber:client' \
        xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='0'>\
        <stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>";
    let wire: Wire<'static> = Box::new(tokio::io::join(SAID.as_bytes(), tokio::io::sink()));
    let header = StreamHeader {
        to: None,
        from: None,
        id: None,
    };
    let stream = initiate_stream(wire, ns::JABBER_CLIENT, header, Timeouts::tight());
    let (features, stream) = stream.await.ok()?.recv_features().await.ok()?;
    Some(Stream {
        stream,
        features,
        identity: Jid::from(login.account.jid.clone()),
    })
}
