//! Who reads the line to the session bus: calls of our objects are answered, whoever comes to show icons
//! is told of ours, and what those say who show notices is handed on.

use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::future::{Fuse, FutureExt};
use tokio::sync::{mpsc, watch};
use zvariant::Value;

use super::bus::{BUS, Bus, Messages, Object};
use super::message::{Kind, Message, Text};
use super::objects::{self, Call};
use super::values::text;
use super::{Click, Shown, item, menu, notices};

/// Who shows icons (`StatusNotifierItem`, `StatusNotifierWatcher`).
const WATCHER: Object = Object {
    name: "org.kde.StatusNotifierWatcher",
    path: "/StatusNotifierWatcher",
    interface: "org.kde.StatusNotifierWatcher",
};
/// `RequestName`: ours or nobody's, and no waiting.
const DO_NOT_QUEUE: u32 = 4;
const OURS: u32 = 1;
const OURS_ALREADY: u32 = 4;

/// What those say who show notices, and who says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// There is another one now.
    Server(String),
    /// A button was pressed.
    Invoked(String, u32, String),
    /// One is gone, and why.
    Closed(String, u32, u32),
}

type Registering = Fuse<Pin<Box<dyn Future<Output = ()>>>>;

fn boxed(task: impl Future<Output = ()> + 'static) -> Registering {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    task.fuse()
}

/// Who reads the line.
pub(super) struct Reader {
    bus: Bus,
    shown: watch::Receiver<Option<Shown>>,
    /// What the desktop knows of.
    told: Option<Shown>,
    clicks: mpsc::Sender<Click>,
    hear: mpsc::Sender<Signal>,
}

impl Reader {
    pub(super) fn new(
        bus: Bus,
        mut shown: watch::Receiver<Option<Shown>>,
        clicks: mpsc::Sender<Click>,
        hear: mpsc::Sender<Signal>,
    ) -> Self {
        // Whoever asks is answered with what is shown by then.
        let told = shown.borrow_and_update().clone();
        Self {
            bus,
            shown,
            told,
            clicks,
            hear,
        }
    }

    /// Reads until the line ends.
    pub(super) async fn run(mut self, mut messages: Messages) {
        let found = find_watcher(self.bus.clone(), self.shown.clone());
        let mut registering = boxed(found);
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => if self.read(message).await {
                        let registered = register(self.bus.clone(), self.shown.clone());
                        registering = boxed(registered);
                    },
                    None => return,
                },
                changed = self.shown.changed() => match changed {
                    Ok(()) => self.tell().await,
                    Err(_) => return,
                },
                () = &mut registering => {}
            }
        }
    }

    /// Whether there is somebody new who shows icons.
    async fn read(&mut self, message: Message) -> bool {
        match message.kind {
            Kind::Call => self.obey(&message).await,
            Kind::Answer | Kind::Error => self.bus.answered(message),
            Kind::Signal => match new_owner(&message) {
                Some((name, _)) if name == WATCHER.name => return true,
                Some((name, owner)) if name == notices::SERVER.name => {
                    self.hand_on(Signal::Server(owner));
                }
                _ => {
                    let said = of_notices(&message).into_iter();
                    said.for_each(|signal| self.hand_on(signal));
                }
            },
        }
        false
    }

    fn hand_on(&self, signal: Signal) {
        if self.hear.try_send(signal).is_err() {
            tracing::debug!("too much at once of notices, not heard");
        }
    }

    async fn obey(&mut self, message: &Message) {
        let call = Call {
            path: message.text(Text::Path),
            interface: message.text(Text::Interface),
            member: message.text(Text::Member),
            arguments: message.values(),
        };
        let answer = objects::answer(self.shown.borrow().as_ref(), &call);
        for click in answer.clicks {
            if self.clicks.try_send(click).is_err() {
                tracing::debug!("too many clicks at once, not obeyed");
            }
        }
        if let Err(error) = self.bus.answer(message, answer.reply).await {
            tracing::debug!(error, "call not answered");
        }
    }

    /// Tells what has changed.
    async fn tell(&mut self) {
        let now = self.shown.borrow_and_update().clone();
        let before = std::mem::replace(&mut self.told, now);
        let (Some(before), Some(now)) = (&before, &self.told) else {
            return;
        };
        let icon = (item::PATH, item::INTERFACE);
        let icon = item::changes(before, now)
            .into_iter()
            .map(|signal| (icon, signal, Vec::new()));
        let menu = menu::changes(before, now).map(|changes| {
            (
                (menu::PATH, menu::INTERFACE),
                "ItemsPropertiesUpdated",
                changes,
            )
        });
        for (whose, signal, values) in icon.chain(menu) {
            if let Err(error) = self.bus.tell(whose, signal, values).await {
                tracing::debug!(error, "icon not updated");
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.bus.ended();
    }
}

/// Who has a name from now on, where that is what the bus says: anybody can send signals, but nobody
/// by its name.
fn new_owner(message: &Message) -> Option<(String, String)> {
    let from_the_bus = message.text(Text::Sender) == BUS.name;
    match (message.text(Text::Member), &message.values()[..]) {
        ("NameOwnerChanged", [Value::Str(name), Value::Str(_), Value::Str(owner)])
            if from_the_bus && !owner.is_empty() =>
        {
            Some((name.to_string(), owner.to_string()))
        }
        _ => None,
    }
}

/// What somebody says of notices.
fn of_notices(message: &Message) -> Option<Signal> {
    if message.text(Text::Interface) != notices::SERVER.interface {
        return None;
    }
    let from = message.text(Text::Sender).to_owned();
    match (message.text(Text::Member), &message.values()[..]) {
        ("ActionInvoked", [Value::U32(id), Value::Str(key)]) => {
            Some(Signal::Invoked(from, *id, key.to_string()))
        }
        ("NotificationClosed", [Value::U32(id), Value::U32(reason)]) => {
            Some(Signal::Closed(from, *id, *reason))
        }
        _ => None,
    }
}

/// Asked for after the watch has begun, so that nobody comes in between. Whoever is told twice has one
/// icon all the same.
async fn find_watcher(bus: Bus, shown: watch::Receiver<Option<Shown>>) {
    if let Err(error) = bus.watch(WATCHER.name).await {
        tracing::debug!(error, "no icon");
        return;
    }
    let owner = bus.ask("GetNameOwner", vec![text(WATCHER.name)]).await;
    if owner.is_ok() {
        register(bus, shown).await;
    } else {
        tracing::debug!("nobody shows icons yet");
    }
}

/// Tells who shows icons of ours, by a name of the form that is prescribed.
async fn register(bus: Bus, mut shown: watch::Receiver<Option<Shown>>) {
    // There is nothing to show before the first look.
    if shown.wait_for(Option::is_some).await.is_err() {
        return;
    }
    let name = format!("org.kde.StatusNotifierItem-{}-1", std::process::id());
    let told = async {
        let wanted = vec![text(&*name), Value::U32(DO_NOT_QUEUE)];
        let named = bus.ask("RequestName", wanted).await?;
        if !matches!(named.values()[..], [Value::U32(OURS | OURS_ALREADY)]) {
            return Err(format!("{name} is somebody else's"));
        }
        bus.call(&WATCHER, "RegisterStatusNotifierItem", vec![text(&*name)])
            .await
    };
    if let Err(error) = told.await {
        tracing::debug!(error, "no icon");
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::Draft;
    use super::*;

    /// As the bus hands it on: it says who has sent it.
    fn signal(from: &str, interface: &str, member: &str, values: Vec<Value<'static>>) -> Message {
        let draft = Draft::signal(("/any", interface), member, values).from(from);
        Message::read(draft.bytes(1).unwrap()).unwrap()
    }

    #[test]
    fn only_the_bus_says_who_has_a_name() {
        for (from, owner, heard) in [
            ("org.freedesktop.DBus", ":1.9", true),
            ("org.freedesktop.DBus", "", false),
            (":1.9", ":1.9", false),
        ] {
            let values = vec![text("org.some.Name"), text(""), text(owner)];
            let message = signal(from, "org.freedesktop.DBus", "NameOwnerChanged", values);
            let expected = heard.then(|| ("org.some.Name".to_owned(), owner.to_owned()));
            assert_eq!(new_owner(&message), expected, "{from} {owner}");
        }
    }

    #[test]
    fn what_is_said_of_notices_is_heard_with_who_says_it() {
        let heard = |member: &str, id, what| {
            let interface = "org.freedesktop.Notifications";
            of_notices(&signal(":1.7", interface, member, vec![id, what]))
        };
        let (from, three) = (":1.7".to_owned(), || Value::U32(3));
        let pressed = Signal::Invoked(from.clone(), 3, "stop".to_owned());
        assert_eq!(heard("ActionInvoked", three(), text("stop")), Some(pressed));
        let closed = Signal::Closed(from, 3, 1);
        assert_eq!(
            heard("NotificationClosed", three(), Value::U32(1)),
            Some(closed)
        );
        assert_eq!(heard("ActionInvoked", text("3"), text("stop")), None);
        assert_eq!(heard("NotificationClosed", three(), text("1")), None);
    }
}
