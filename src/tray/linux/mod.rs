//! The desktop of Linux: an icon by `StatusNotifierItem`, notices by `org.freedesktop.Notifications`, both
//! on the session bus and in plain Rust. A window for the password is `kdialog`'s or `zenity`'s.
//!
//! Where there is no session bus nothing is loaded and nothing runs: a server pays nothing. Where there
//! is one, but nobody who shows icons, the item waits; it appears when the desktop does.

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use hostmessenger_actors::supervision::aside;
use ksni::{Handle, TrayMethods};
use tokio::sync::mpsc;
use tokio::time::timeout;
use zbus::fdo::DBusProxy;

use super::look::Look;
use super::{Face, Order, Show};

mod item;
mod notices;
mod password;

use item::{Click, Item};
use notices::{Heard, Notices};
use password::Dialog;

/// Who shows icons (`StatusNotifierItem`, `StatusNotifierWatcher`).
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
/// No desktop takes longer that is there at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// The desktop's, where there is one.
pub(super) fn face() -> Option<Face> {
    if !has_session_bus() {
        tracing::debug!("no session bus, no icon");
        return None;
    }
    let (shows, to_show) = mpsc::unbounded_channel();
    let (order, orders) = mpsc::unbounded_channel();
    let task = aside(run(to_show, order));
    Some(Face {
        shows,
        orders,
        task,
    })
}

/// Where a session bus is found (D-Bus specification, "Well-known Message Bus Instances", and
/// `sd_bus_open_user(3)`).
fn has_session_bus() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("DBUS_SESSION_BUS_ADDRESS").is_some()
        || set("XDG_RUNTIME_DIR").is_some_and(|dir| Path::new(&dir).join("bus").exists())
}

/// Says when there is somebody who shows icons. ksni can wait itself, but misses who comes in the
/// moment between its look and its wait; and until then it is not needed.
async fn wait_for_watcher(clicks: mpsc::UnboundedSender<Click>) {
    let there = async {
        let bus = zbus::Connection::session().await?;
        let names = DBusProxy::new(&bus).await?;
        let mut changes = names
            .receive_name_owner_changed_with_args(&[(0, WATCHER)])
            .await?;
        if !names.name_has_owner(WATCHER.try_into()?).await? {
            tracing::debug!("nobody shows icons yet");
            while let Some(change) = changes.next().await {
                if change.args()?.new_owner.is_some() {
                    break;
                }
            }
        }
        Ok::<_, zbus::Error>(())
    };
    match there.await {
        Ok(()) => {
            let _ending = clicks.send(Click::Shown);
        }
        Err(error) => tracing::debug!(%error, "no icon: no session bus"),
    }
}

struct Desktop {
    clicks: mpsc::UnboundedSender<Click>,
    item: Option<Handle<Item>>,
    /// Whether there is somebody who shows icons.
    shown: bool,
    notices: Notices,
    dialog: Option<Dialog>,
    /// Whether the password is being asked for.
    asking: bool,
    orders: mpsc::UnboundedSender<Order>,
}

/// Shows until nobody has anything to show any more.
async fn run(mut shows: mpsc::UnboundedReceiver<Show>, orders: mpsc::UnboundedSender<Order>) {
    let (clicks, mut clicked) = mpsc::unbounded_channel();
    let mut desktop = Desktop {
        clicks,
        item: None,
        shown: false,
        notices: Notices::default(),
        dialog: Dialog::find(),
        asking: false,
        orders,
    };
    let mut looked = None;
    let waiting = aside(wait_for_watcher(desktop.clicks.clone()));
    loop {
        tokio::select! {
            show = shows.recv() => match show {
                Some(show) => desktop.show(show, &mut looked).await,
                None => break,
            },
            Some(click) = clicked.recv() => desktop.clicked(click, looked.as_ref()).await,
            heard = desktop.notices.heard() => desktop.heard(heard).await,
        }
    }
    waiting.abort();
    desktop.notices.show(None).await;
    if let Some(item) = desktop.item {
        item.shutdown().await;
    }
}

impl Desktop {
    async fn show(&mut self, show: Show, looked: &mut Option<Look>) {
        match show {
            Show::Look(look) => {
                *looked = Some(look.clone());
                self.notices.show(Some(&look)).await;
                self.update(look).await;
            }
            Show::Answer { title, text } => self.notices.tell(&title, &text).await,
            Show::Password { text, .. } => self.notices.tell("HostMessenger", &text).await,
        }
    }

    async fn update(&mut self, look: Look) {
        if let Some(item) = &self.item {
            let updated = item.update(|item| item.look = look);
            if timeout(PATIENCE, updated).await.is_err() {
                tracing::debug!("icon not updated");
            }
            return;
        }
        if !self.shown {
            return;
        }
        let item = Item {
            look,
            clicks: self.clicks.clone(),
            asks_password: self.dialog.is_some(),
        };
        match timeout(PATIENCE, item.spawn()).await {
            Ok(Ok(handle)) => self.item = Some(handle),
            Ok(Err(error)) => tracing::debug!(%error, "no icon"),
            Err(_) => tracing::debug!("no icon: the desktop does not answer"),
        }
    }

    async fn clicked(&mut self, click: Click, looked: Option<&Look>) {
        match click {
            Click::Order(order) => {
                let _ending = self.orders.send(order);
            }
            Click::Asked => self.asking = false,
            Click::Shown => {
                self.shown = true;
                if let Some(look) = looked {
                    self.update(look.clone()).await;
                }
            }
            Click::Password => {
                if let (Some(dialog), Some(look), false) = (&self.dialog, looked, self.asking) {
                    self.asking = true;
                    let (ask, clicks) = (dialog.ask(look.lang()), self.clicks.clone());
                    let orders = self.orders.clone();
                    aside(async move {
                        if let Some(password) = ask.await {
                            let _ending = orders.send(Order::SetPassword(password));
                        }
                        let _ending = clicks.send(Click::Asked);
                    });
                }
            }
        }
    }

    async fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Stop => {
                let _ending = self.orders.send(Order::StopVnc);
            }
            Heard::Gone => self.notices.again().await,
        }
    }
}
