//! From the name of a server to a session that is logged in.

use std::net::SocketAddr;

use hostmessenger_config::{Ftp, FtpTls};
use secrecy::ExposeSecret;

use super::FtpReason;
use super::control::{Control, Secure, Wire};
use super::reply::Reply;
use crate::probe::kinds::Trace;
use crate::probe::net;
use crate::probe::verdict::{Phase, Reason};

/// What an anonymous user says for a password: servers want an address or anything (RFC 1635).
const ANONYMOUS: &str = "anonymous@";

/// A session with a server.
pub(super) struct Session {
    pub(super) control: Control,
    pub(super) secure: Option<Secure>,
    /// Whether data connections are encrypted already.
    pub(super) protected: bool,
}

/// Connects, encrypts where asked, and waits for the greeting.
pub(super) async fn open(
    options: &Ftp,
    secure: Option<Secure>,
    trace: &Trace,
) -> Result<Session, Reason> {
    let addresses = net::resolve(&options.host, options.port, trace)
        .await
        .map_err(|(_, reason)| reason)?;
    let (tcp, peer) = net::open_any(addresses, trace)
        .await
        .map_err(|(_, reason)| reason)?;
    let control = if let Some(secure) = &secure {
        let stream = tcp
            .chatty()
            .map_err(|error| net::io_reason(&error, &peer))?;
        Box::pin(encrypted((stream, peer), options.tls, secure, trace)).await?
    } else {
        // Not chatty: each of our words waits for an answer, so nothing of ours is under way that
        // could hold the next one back.
        let mut control = Control::plain(tcp, peer);
        greeting(&mut control, trace).await?;
        control
    };
    Ok(Session {
        control,
        secure,
        protected: false,
    })
}

async fn encrypted(
    (stream, peer): net::Connected,
    tls: FtpTls,
    secure: &Secure,
    trace: &Trace,
) -> Result<Control, Reason> {
    if tls == FtpTls::Implicit {
        let mut control = Control::new(handshake((stream, peer), secure, trace).await?, peer);
        greeting(&mut control, trace).await?;
        return Ok(control);
    }
    let mut control = Control::new(Box::new(stream), peer);
    greeting(&mut control, trace).await?;
    trace.phase(Phase::Tls);
    auth(&mut control).await?;
    let wire = handshake((control.into_wire()?, peer), secure, trace).await?;
    Ok(Control::new(wire, peer))
}

async fn handshake(
    connected: (impl Wire + 'static, SocketAddr),
    secure: &Secure,
    trace: &Trace,
) -> Result<Box<dyn Wire>, Reason> {
    let config = std::sync::Arc::clone(&secure.config);
    let stream = net::tls_connect(connected, &secure.host, config, trace)
        .await
        .map_err(|(_, reason)| reason)?;
    Ok(Box::new(stream))
}

/// 120 announces that the server will be ready soon, with a 220 (RFC 959, 5.4).
async fn greeting(control: &mut Control, trace: &Trace) -> Result<(), Reason> {
    trace.phase(Phase::Greeting);
    let mut reply = control.reply().await?;
    while reply.code == 120 {
        reply = control.reply().await?;
    }
    if reply.is_good() {
        return Ok(());
    }
    let reply = reply.shown();
    Err(FtpReason::Unavailable { reply }.into())
}

/// AUTH TLS (RFC 4217, 4).
async fn auth(control: &mut Control) -> Result<(), Reason> {
    let reply = control.command("AUTH", "TLS").await?;
    if reply.code == 234 {
        return Ok(());
    }
    let reply = reply.shown();
    Err(FtpReason::TlsRefused { reply }.into())
}

impl Session {
    /// Logs in; answers with the server's welcome.
    pub(super) async fn login(&mut self, options: &Ftp) -> Result<Reply, Reason> {
        let mut reply = self.control.command("USER", &options.user).await?;
        if reply.code == 331 {
            let password = match &options.password {
                Some(password) => password.expose_secret(),
                None if is_anonymous(&options.user) => ANONYMOUS,
                None => "",
            };
            reply = self.control.command("PASS", password).await?;
        }
        if reply.is_good() {
            return Ok(reply);
        }
        let (code, reply) = (reply.code, reply.shown());
        Err(match code {
            332 => FtpReason::AccountNeeded { reply },
            _ => FtpReason::LoginRefused { reply },
        }
        .into())
    }
}

fn is_anonymous(user: &str) -> bool {
    user.eq_ignore_ascii_case("anonymous") || user.eq_ignore_ascii_case("ftp")
}
