//! Notices on the screen (Desktop Notifications Specification 1.2): one that stays while remote
//! control runs, with a button that ends it; others that pass.
//!
//! The bus is connected to when there is something to say first. A server that does not answer is
//! waited for a moment only; that a notice could not be shown is in the log.

use std::collections::HashMap;

use futures_util::stream::BoxStream;
use futures_util::stream::{SelectAll, StreamExt};
use hostmessenger_actors::wording::{Language, tray as say};
use zbus::proxy;
use zbus::zvariant::Value;

use super::super::look::Look;
use super::PATIENCE;

/// The key of the button.
const STOP: &str = "stop";
/// `urgency`: stays until it is closed.
const CRITICAL: u8 = 2;
/// `NotificationClosed`: its time is over. Not ours to be over, with ours.
const EXPIRED: u32 = 1;
/// Never, and as the server likes.
const NEVER: i32 = 0;
const AS_USUAL: i32 = -1;

#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    #[expect(clippy::too_many_arguments, reason = "so the specification has it")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;

    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;

    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}

/// What the server says.
pub(super) enum Heard {
    /// Remote control is to end.
    Stop,
    /// The notice is gone, and not because somebody has read it.
    Gone,
}

enum Signal {
    Invoked(u32, String),
    Closed(u32, u32),
    ServerChanged,
}

struct Line {
    proxy: NotificationsProxy<'static>,
    signals: SelectAll<BoxStream<'static, Signal>>,
    /// Whether bodies are read as markup.
    markup: bool,
}

/// The notices of this program.
#[derive(Default)]
pub(super) struct Notices {
    line: Option<Line>,
    /// What the notice that stays says, and in which language.
    staying: Option<(Language, String)>,
    /// The one that stays; 0: there is none.
    id: u32,
}

impl Notices {
    /// The notice that stays is this look's; none where that has none.
    pub(super) async fn show(&mut self, look: Option<&Look>) {
        let wanted = look.and_then(|look| Some((look.lang(), look.notice.clone()?)));
        if wanted == self.staying {
            return;
        }
        self.staying = wanted;
        if self.staying.is_some() {
            self.raise().await;
        } else if let (Some(line), id @ 1..) = (&self.line, std::mem::take(&mut self.id)) {
            let closed = tokio::time::timeout(PATIENCE, line.proxy.close_notification(id));
            if !matches!(closed.await, Ok(Ok(()))) {
                tracing::debug!("notice not closed");
            }
        }
    }

    /// Shows the notice once more.
    pub(super) async fn again(&mut self) {
        self.id = 0;
        self.raise().await;
    }

    async fn raise(&mut self) {
        let Some((lang, text)) = self.staying.clone() else {
            return;
        };
        let (title, stop) = (say::notice_title(lang), say::stop(lang));
        match self.send(&title, &text, Some(&stop)).await {
            Ok(id) => self.id = id,
            Err(error) => tracing::warn!(error, "notice of remote control not shown"),
        }
    }

    /// Tells something that passes.
    pub(super) async fn tell(&mut self, title: &str, text: &str) {
        if let Err(error) = self.send(title, text, None).await {
            tracing::warn!(error, "answer not shown");
        }
    }

    async fn send(&mut self, title: &str, text: &str, stop: Option<&str>) -> Result<u32, String> {
        let replaces = if stop.is_some() { self.id } else { 0 };
        let sent = async {
            let line = self.line().await?;
            let body = if line.markup {
                escaped(text)
            } else {
                text.to_owned()
            };
            let (actions, urgency, expire) = match &stop {
                Some(label) => (vec![STOP, *label], CRITICAL, NEVER),
                None => (Vec::new(), 1, AS_USUAL),
            };
            let mut hints = HashMap::from([("urgency", Value::U8(urgency))]);
            if stop.is_some() {
                hints.insert("resident", Value::Bool(true));
            }
            let proxy = &line.proxy;
            proxy
                .notify(
                    "HostMessenger",
                    replaces,
                    "",
                    title,
                    &body,
                    &actions,
                    hints,
                    expire,
                )
                .await
        };
        match tokio::time::timeout(PATIENCE, sent).await {
            Ok(Ok(id)) => Ok(id),
            Ok(Err(error)) => {
                self.line = None;
                Err(error.to_string())
            }
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    async fn line(&mut self) -> zbus::Result<&Line> {
        if self.line.is_none() {
            self.line = Some(Line::connect().await?);
        }
        self.line.as_ref().ok_or(zbus::Error::InvalidReply)
    }

    /// Waits until the server says something of the notice that stays. Safe to be called off.
    pub(super) async fn heard(&mut self) -> Heard {
        loop {
            let signal = match &mut self.line {
                Some(line) => line.signals.next().await,
                None => std::future::pending().await,
            };
            match signal {
                Some(Signal::Invoked(id, key)) if id == self.id && key == STOP => {
                    return Heard::Stop;
                }
                Some(Signal::Closed(id, EXPIRED)) if id == self.id => return Heard::Gone,
                Some(Signal::ServerChanged) if self.staying.is_some() => return Heard::Gone,
                Some(_) => {}
                None => self.line = None,
            }
        }
    }
}

impl Line {
    async fn connect() -> zbus::Result<Self> {
        let bus = zbus::Connection::session().await?;
        let proxy = NotificationsProxy::new(&bus).await?;
        let invoked = proxy
            .receive_action_invoked()
            .await?
            .filter_map(async |signal| {
                let args = signal.args().ok()?;
                Some(Signal::Invoked(args.id, args.action_key))
            });
        let closed = proxy.receive_notification_closed().await?;
        let closed = closed.filter_map(async |signal| {
            let args = signal.args().ok()?;
            Some(Signal::Closed(args.id, args.reason))
        });
        // One that starts, not one that ends.
        let changed = proxy.inner().receive_owner_changed().await?;
        let changed = changed.filter_map(async |owner| owner.map(|_| Signal::ServerChanged));
        let capabilities = proxy.get_capabilities().await?;
        Ok(Self {
            signals: SelectAll::from_iter([invoked.boxed(), closed.boxed(), changed.boxed()]),
            markup: capabilities.iter().any(|name| name == "body-markup"),
            proxy,
        })
    }
}

/// What would be read as markup is not.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
