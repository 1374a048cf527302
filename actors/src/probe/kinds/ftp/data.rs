//! A listing over a data connection, always passive: who watches is often behind a firewall.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;

use super::FtpReason;
use super::control::Wire;
use super::session::Session;
use crate::probe::kinds::Trace;
use crate::probe::net;
use crate::probe::verdict::Reason;

/// Most bytes of a listing.
const LISTING_LIMIT: u64 = 1024 * 1024;

/// What came of asking for a listing.
#[derive(Debug)]
pub(super) enum Listing<T> {
    /// It was read to its end; the first line that was looked for, if there was one.
    Read(Option<T>),
    /// More than is read.
    TooLong,
    /// The server's refusal; some answer so for a folder with nothing in it.
    Refused(super::reply::Reply),
}

/// Lists the current folder by `LIST` or `NLST`, and looks for a line. No line is kept: a million
/// of them would cost more memory than the whole program.
pub(super) async fn list<T>(
    session: &mut Session,
    (verb, arg): (&str, &str),
    find: impl Fn(&str) -> Option<T>,
    trace: &Trace,
) -> Result<Listing<T>, Reason> {
    protect(session).await?;
    let address = SocketAddr::new(session.control.peer.ip(), passive(session).await?);
    trace.peer(address);
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| net::io_reason(&error, &address))?;
    let reply = session.control.command(verb, arg).await?;
    if !(100..200).contains(&reply.code) {
        return Ok(Listing::Refused(reply));
    }
    let stream: Box<dyn Wire> = match &session.secure {
        Some(secure) => secure.data((stream, address)).await?,
        None => Box::new(stream),
    };
    let listing = read(stream, find, address).await?;
    trace.peer(session.control.peer);
    if let Listing::TooLong = listing {
        return Ok(listing);
    }
    let done = session.control.reply().await?;
    if !done.is_good() {
        return Err(FtpReason::Unexpected {
            command: verb.to_owned(),
            reply: done.shown(),
        }
        .into());
    }
    Ok(listing)
}

/// Asks for encrypted data connections (RFC 4217, 8 and 9). Only now, since a session that lists
/// nothing has none.
async fn protect(session: &mut Session) -> Result<(), Reason> {
    if session.secure.is_some() && !session.protected {
        session.control.must("PBSZ", "0").await?;
        session.control.must("PROT", "P").await?;
        session.protected = true;
    }
    Ok(())
}

/// The port that the server opens: by EPSV (RFC 2428), else by PASV. The address in the answer to
/// PASV is ignored. Servers behind NAT tell a wrong one, and hostile ones would have us connect to
/// somebody else.
async fn passive(session: &mut Session) -> Result<u16, Reason> {
    let reply = session.control.command("EPSV", "").await?;
    if let Some(port) = (reply.code == 229)
        .then(|| epsv_port(&reply.text()))
        .flatten()
    {
        return Ok(port);
    }
    let reply = session.control.command("PASV", "").await?;
    if let Some(port) = (reply.code == 227)
        .then(|| pasv_port(&reply.text()))
        .flatten()
    {
        return Ok(port);
    }
    Err(FtpReason::Unexpected {
        command: "PASV".into(),
        reply: reply.shown(),
    }
    .into())
}

/// The port of `Entering Extended Passive Mode (|||6446|)`; the bar may be any sign.
pub(super) fn epsv_port(text: &str) -> Option<u16> {
    let (_, inside) = text.split_once('(')?;
    let (inside, _) = inside.split_once(')')?;
    let bar = inside.chars().next()?;
    let mut parts = inside.split(bar);
    let port = parts.nth(3)?.parse().ok()?;
    (port > 0).then_some(port)
}

/// The port of `Entering Passive Mode (h1,h2,h3,h4,p1,p2)`; some servers leave out the brackets.
pub(super) fn pasv_port(text: &str) -> Option<u16> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let numbers: Vec<u8> = text[start..]
        .split(|c: char| !c.is_ascii_digit())
        .take(6)
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let [_, _, _, _, high, low] = numbers[..] else {
        return None;
    };
    let port = u16::from_be_bytes([high, low]);
    (port > 0).then_some(port)
}

async fn read<T>(
    stream: Box<dyn Wire>,
    find: impl Fn(&str) -> Option<T>,
    peer: SocketAddr,
) -> Result<Listing<T>, Reason> {
    let mut limited = BufReader::new(stream.take(LISTING_LIMIT));
    let mut found = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = match limited.read_until(b'\n', &mut line).await {
            // TLS without its goodbye; the reply to the command tells whether all came.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(net::io_reason(&error, &peer).into()),
            Ok(count) => count,
        };
        if found.is_none() {
            found = find(&String::from_utf8_lossy(line.trim_ascii_end()));
        }
        if count == 0 {
            let full = limited.get_ref().limit() == 0;
            net::close_politely(limited.into_inner().into_inner());
            return Ok(if full && found.is_none() {
                Listing::TooLong
            } else {
                Listing::Read(found)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_port_is_found_in_every_usual_form() {
        assert_eq!(
            epsv_port("Entering Extended Passive Mode (|||6446|)."),
            Some(6446)
        );
        assert_eq!(epsv_port("ok (!!!21!)"), Some(21));
        assert_eq!(
            pasv_port("Entering Passive Mode (10,0,0,1,4,1)."),
            Some(1025)
        );
        assert_eq!(pasv_port("Entering Passive Mode 10,0,0,1,4,1"), Some(1025));
    }

    #[test]
    fn what_names_no_port_is_refused() {
        for text in ["", "(", "(|||)", "(|||0|)", "(|||99999|)", "(|||-1|)", ")("] {
            assert_eq!(epsv_port(text), None, "{text}");
        }
        for text in [
            "",
            "(1,2,3,4,5)",
            "(1,2,3,4,0,0)",
            "(1,2,3,4,256,1)",
            "(1,,2,3,4,5)",
        ] {
            assert_eq!(pasv_port(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_however_odd_upsets_the_search(text in ".*") {
            assert_ne!(epsv_port(&text), Some(0));
            assert_ne!(pasv_port(&text), Some(0));
        }
    }
}
