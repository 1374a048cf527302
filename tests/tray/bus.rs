//! A session bus of the test's own, and a desktop on it: who shows icons, who shows notices.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, connection, interface};

use crate::peers::until;

/// A running `dbus-daemon`.
pub(crate) struct Bus {
    daemon: Child,
    pub(crate) address: String,
}

impl Bus {
    pub(crate) fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let out = daemon.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        Self { daemon, address }
    }

    fn builder(&self) -> connection::Builder<'_> {
        connection::Builder::address(self.address.as_str()).unwrap()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        drop(self.daemon.kill().and_then(|()| self.daemon.wait()));
    }
}

/// A notice as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) actions: Vec<String>,
    pub(crate) urgency: u8,
}

/// What the desktop has heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) items: Vec<String>,
    /// Those on the screen.
    pub(crate) notices: Vec<Notice>,
    last: u32,
}

type Shared = Arc<Mutex<Heard>>;

struct Watcher(Shared);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        self.0.lock().unwrap().items.push(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

struct Notifications(Shared);

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".into(), "body".into(), "body-markup".into()]
    }

    #[expect(clippy::too_many_arguments, reason = "so the specification has it")]
    fn notify(
        &self,
        _name: String,
        replaces: u32,
        _icon: String,
        title: String,
        text: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expire: i32,
    ) -> u32 {
        let mut heard = self.0.lock().unwrap();
        let id = if replaces == 0 {
            heard.last += 1;
            heard.last
        } else {
            replaces
        };
        let urgency = hints.get("urgency").map(|value| &**value);
        let urgency = match urgency {
            Some(Value::U8(urgency)) => *urgency,
            other => panic!("{other:?}"),
        };
        heard.notices.retain(|notice| notice.id != id);
        heard.notices.push(Notice {
            id,
            title,
            text,
            actions,
            urgency,
        });
        id
    }

    fn close_notification(&self, id: u32) {
        self.0.lock().unwrap().notices.retain(|one| one.id != id);
    }

    #[zbus(signal)]
    async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        action_key: &str,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}

const NOTICES: &str = "/org/freedesktop/Notifications";

/// A desktop: it shows icons and notices.
pub(crate) struct Desktop {
    pub(crate) bus: Connection,
    heard: Shared,
}

impl Desktop {
    pub(crate) async fn on(bus: &Bus) -> Self {
        let heard = Shared::default();
        let built = bus
            .builder()
            .serve_at("/StatusNotifierWatcher", Watcher(Arc::clone(&heard)))
            .unwrap()
            .serve_at(NOTICES, Notifications(Arc::clone(&heard)))
            .unwrap()
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .name("org.freedesktop.Notifications")
            .unwrap();
        Self {
            bus: built.build().await.unwrap(),
            heard,
        }
    }

    /// The icon that came, by its name on the bus.
    pub(crate) async fn item(&self) -> String {
        until("an icon", || {
            self.heard.lock().unwrap().items.first().cloned()
        })
        .await
    }

    /// Waits for a notice like this.
    pub(crate) async fn notice(&self, what: &str, wanted: impl Fn(&Notice) -> bool) -> Notice {
        until(what, || {
            let heard = self.heard.lock().unwrap();
            heard.notices.iter().find(|notice| wanted(notice)).cloned()
        })
        .await
    }

    /// Waits until this one is not on the screen any more.
    pub(crate) async fn closed(&self, id: u32) {
        until("the notice is closed", || {
            let heard = self.heard.lock().unwrap();
            let gone = !heard.notices.iter().any(|notice| notice.id == id);
            gone.then_some(())
        })
        .await;
    }

    /// Somebody presses a button of it.
    pub(crate) async fn press(&self, id: u32, key: &str) {
        let emitter = SignalEmitter::new(&self.bus, NOTICES).unwrap();
        Notifications::action_invoked(&emitter, id, key)
            .await
            .unwrap();
    }

    /// Its time is over, says the desktop.
    pub(crate) async fn expire(&self, id: u32) {
        self.heard
            .lock()
            .unwrap()
            .notices
            .retain(|one| one.id != id);
        let emitter = SignalEmitter::new(&self.bus, NOTICES).unwrap();
        Notifications::notification_closed(&emitter, id, 1)
            .await
            .unwrap();
    }
}
