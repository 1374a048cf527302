//! Notices on the screen (Desktop Notifications Specification 1.2): one that stays while remote
//! control runs, with a button that ends it; others that pass.
//!
//! A server that does not answer is waited for a moment only; that a notice could not be shown is in
//! the log.

use hostmessenger_actors::wording::{Language, tray as say};
use zvariant::{Signature, Value};

use super::super::look::Look;
use super::bus::{Bus, Object, within};
use super::line::{Exchange, Line, Server};
use super::message::Text;
use super::reader::Signal;
use super::values::{by_name, list, text};

/// Who shows them.
pub(super) const SERVER: Object = Object {
    name: "org.freedesktop.Notifications",
    path: "/org/freedesktop/Notifications",
    interface: "org.freedesktop.Notifications",
};
/// The key of the button.
const STOP: &str = "stop";
/// `urgency`: stays until it is closed.
const CRITICAL: u8 = 2;
const NORMAL: u8 = 1;
/// `NotificationClosed`: its time is over. Not ours to be over, with ours.
const EXPIRED: u32 = 1;
/// Never, and as the server likes.
const NEVER: i32 = 0;
const AS_USUAL: i32 = -1;

/// The notices of this program.
#[derive(Default)]
pub(super) struct Notices {
    /// What the notice that stays says, and in which language.
    staying: Option<(Language, String)>,
    /// The one that stays; 0: there is none.
    id: u32,
}

impl Notices {
    /// The notice that stays is this look's; none where that has none.
    pub(super) async fn show(&mut self, exchange: &mut Exchange, look: Option<&Look>) {
        let wanted = look.and_then(|look| Some((look.lang(), look.notice.clone()?)));
        if wanted == self.staying {
            return;
        }
        self.staying = wanted;
        if self.staying.is_some() {
            self.raise(exchange).await;
        } else if let (Some(line), id @ 1..) = (exchange.at_hand(), std::mem::take(&mut self.id)) {
            let closed = line
                .bus
                .call(&SERVER, "CloseNotification", vec![Value::U32(id)]);
            if let Err(error) = closed.await {
                tracing::debug!(error, "notice not closed");
            }
        }
    }

    async fn raise(&mut self, exchange: &mut Exchange) {
        let Some((lang, text)) = &self.staying else {
            return;
        };
        let (title, stop) = (say::notice_title(*lang), say::stop(*lang));
        match send(exchange, self.id, &title, text, Some(&stop)).await {
            Ok(id) => self.id = id,
            Err(error) => tracing::warn!(error, "notice of remote control not shown"),
        }
    }

    /// Tells something that passes.
    pub(super) async fn tell(&mut self, exchange: &mut Exchange, title: &str, text: &str) {
        if let Err(error) = send(exchange, 0, title, text, None).await {
            tracing::warn!(error, "answer not shown");
        }
    }

    /// Whether remote control is to end; a notice that is gone, and not because somebody has read it,
    /// comes again.
    pub(super) async fn heard(&mut self, exchange: &mut Exchange, signal: Signal) -> bool {
        let Some(line) = exchange.at_hand() else {
            return false;
        };
        // Anybody can send signals.
        let server = line.server.as_ref().map(|server| server.name.as_str());
        let gone = match &signal {
            Signal::Invoked(from, id, key) => {
                return server == Some(from) && *id == self.id && key == STOP;
            }
            Signal::Closed(from, id, reason) => {
                server == Some(from) && *id == self.id && *reason == EXPIRED
            }
            // One that we started ourselves is known already.
            Signal::Server(name) => server.is_some_and(|server| server != name),
        };
        if gone {
            self.id = 0;
            if let Signal::Server(_) = signal {
                line.server = None;
            }
            self.raise(exchange).await;
        }
        false
    }
}

/// Sends a notice; its id comes back.
async fn send(
    exchange: &mut Exchange,
    replaces: u32,
    title: &str,
    body: &str,
    stop: Option<&str>,
) -> Result<u32, String> {
    let sent = async {
        let line = exchange.line().await?;
        let escape = server(line).await?.markup;
        let body = if escape {
            escaped(body)
        } else {
            body.to_owned()
        };
        let notice = notice(replaces, title, body, stop);
        let answer = line.bus.call(&SERVER, "Notify", notice).await?;
        match answer.values()[..] {
            [Value::U32(id)] => Ok(id),
            _ => Err("no id of a notice in the answer".to_owned()),
        }
    };
    within(sent).await
}

/// The server, which is asked what it can when it is first needed.
async fn server(line: &mut Line) -> Result<&Server, String> {
    let server = match line.server.take() {
        Some(server) => server,
        None => meet(&line.bus).await?,
    };
    Ok(line.server.insert(server))
}

async fn meet(bus: &Bus) -> Result<Server, String> {
    let signals = format!("type='signal',sender='{0}',interface='{0}'", SERVER.name);
    bus.ask("AddMatch", vec![text(signals)]).await?;
    bus.watch(SERVER.name).await?;
    let answer = bus.call(&SERVER, "GetCapabilities", Vec::new()).await?;
    let markup = match &answer.values()[..] {
        [Value::Array(names)] => names.inner().contains(&Value::from("body-markup")),
        _ => false,
    };
    Ok(Server {
        name: answer.text(Text::Sender).to_owned(),
        markup,
    })
}

/// What `Notify` takes; one with a button stays.
fn notice(replaces: u32, title: &str, body: String, stop: Option<&str>) -> Vec<Value<'static>> {
    let (urgency, expire) = if stop.is_some() {
        (CRITICAL, NEVER)
    } else {
        (NORMAL, AS_USUAL)
    };
    let mut hints = vec![("urgency", Value::U8(urgency))];
    let mut actions = Vec::new();
    if let Some(label) = stop {
        hints.push(("resident", Value::Bool(true)));
        actions.extend([text(STOP), text(label)]);
    }
    vec![
        text("HostMessenger"),
        Value::U32(replaces),
        text(""),
        text(title),
        text(body),
        list(&Signature::Str, actions),
        by_name(hints),
        Value::I32(expire),
    ]
}

/// What would be read as markup is not.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
