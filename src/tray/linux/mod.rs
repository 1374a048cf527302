//! The desktop of Linux: an icon by `StatusNotifierItem`, notices by `org.freedesktop.Notifications`, both
//! on the session bus and in plain Rust. A window for the password is `kdialog`'s or `zenity`'s.
//!
//! Where there is no session bus nothing is loaded and nothing runs: a server pays nothing. Where there
//! is one, but nobody who shows icons, the item waits; it appears when the desktop does.

use hostmessenger_actors::supervision::aside;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::look::Look;
use super::{Face, Order, Show};

mod bus;
mod draft;
mod item;
mod line;
mod menu;
mod message;
mod notices;
mod objects;
mod password;
mod reader;
#[cfg(test)]
mod tests;
mod values;
mod wire;

use line::Exchange;
use notices::Notices;
use password::Dialog;
use reader::Signal;

/// Who clicks faster than we obey is not obeyed.
const CLICKS: usize = 16;

/// The desktop's, where there is one.
pub(super) fn face() -> Option<Face> {
    if !wire::has_session_bus() {
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

/// What was done with the icon.
enum Click {
    /// An order.
    Order(Order),
    /// The password is to be asked for.
    Password,
}

/// What the desktop shows of us.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    look: Look,
    /// Whether there is a program that can ask for a password.
    asks_password: bool,
}

struct Desktop {
    icon: watch::Sender<Option<Shown>>,
    exchange: Exchange,
    notices: Notices,
    dialog: Option<Dialog>,
    /// Asks for the password.
    asking: Option<JoinHandle<()>>,
    orders: mpsc::UnboundedSender<Order>,
}

/// Shows until nobody has anything to show any more.
async fn run(mut shows: mpsc::UnboundedReceiver<Show>, orders: mpsc::UnboundedSender<Order>) {
    let (clicks, mut clicked) = mpsc::channel(CLICKS);
    let (icon, seen) = watch::channel(None);
    let mut desktop = Desktop {
        icon,
        exchange: Exchange::new(seen, clicks),
        notices: Notices::default(),
        dialog: Dialog::find(),
        asking: None,
        orders,
    };
    if let Err(error) = desktop.exchange.line().await {
        tracing::debug!(error, "no icon: no session bus");
    }
    loop {
        tokio::select! {
            show = shows.recv() => match show {
                Some(show) => desktop.show(show).await,
                None => break,
            },
            Some(click) = clicked.recv() => desktop.clicked(click),
            signal = desktop.exchange.heard() => desktop.heard(signal).await,
        }
    }
    desktop.notices.show(&mut desktop.exchange, None).await;
    desktop.exchange.end().await;
}

impl Desktop {
    async fn show(&mut self, show: Show) {
        let (notices, exchange) = (&mut self.notices, &mut self.exchange);
        match show {
            Show::Look(look) => {
                let asks_password = self.dialog.is_some();
                self.icon.send_replace(Some(Shown {
                    look: look.clone(),
                    asks_password,
                }));
                notices.show(exchange, Some(&look)).await;
            }
            Show::Answer { title, text } => notices.tell(exchange, &title, &text).await,
            Show::Password { text, .. } => notices.tell(exchange, "HostMessenger", &text).await,
        }
    }

    fn clicked(&mut self, click: Click) {
        match click {
            Click::Order(order) => {
                let _ending = self.orders.send(order);
            }
            Click::Password => self.ask_password(),
        }
    }

    fn ask_password(&mut self) {
        let asking = self.asking.as_ref();
        if asking.is_some_and(|asking| !asking.is_finished()) {
            return;
        }
        if let (Some(dialog), Some(shown)) = (&self.dialog, &*self.icon.borrow()) {
            let (ask, orders) = (dialog.ask(shown.look.lang()), self.orders.clone());
            self.asking = Some(aside(async move {
                if let Some(password) = ask.await {
                    let _ending = orders.send(Order::SetPassword(password));
                }
            }));
        }
    }

    async fn heard(&mut self, signal: Signal) {
        if self.notices.heard(&mut self.exchange, signal).await {
            let _ending = self.orders.send(Order::StopVnc);
        }
    }
}
