//! The icon and its menu.

use hostmessenger_actors::wording::tray as say;
use ksni::menu::StandardItem;
use ksni::{Category, Icon, MenuItem, ToolTip, Tray};
use tokio::sync::mpsc;

use super::super::Order;
use super::super::icon;
use super::super::look::Look;

/// In pixels; the desktop takes the one that fits best.
const SIZES: [u32; 5] = [16, 22, 24, 32, 48];

/// What was done with it.
pub(super) enum Click {
    /// An order.
    Order(Order),
    /// The password is to be asked for.
    Password,
    /// Somebody shows icons now.
    Shown,
    /// It was asked for.
    Asked,
}

/// What the desktop shows of us.
pub(super) struct Item {
    pub(super) look: Look,
    pub(super) clicks: mpsc::UnboundedSender<Click>,
    /// Whether there is a program that can ask for a password.
    pub(super) asks_password: bool,
}

impl Item {
    fn click(&self, click: Click) {
        let _ending = self.clicks.send(click);
    }
}

fn entry(label: String, enabled: bool, click: fn() -> Click) -> MenuItem<Item> {
    StandardItem {
        label: label.replace('_', "__"),
        enabled,
        activate: Box::new(move |item: &mut Item| item.click(click())),
        ..StandardItem::default()
    }
    .into()
}

impl Tray for Item {
    fn id(&self) -> String {
        "hostmessenger".into()
    }

    fn title(&self) -> String {
        "HostMessenger".into()
    }

    fn category(&self) -> Category {
        Category::SystemServices
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        let seen = self.look.notice.is_some();
        SIZES
            .map(|size| pixmap(&icon::draw(self.look.colour, seen, size), size))
            .into()
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: self.look.tooltip.clone(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _: i32, _: i32) {
        self.click(Click::Order(Order::Status));
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let lang = self.look.lang();
        let mut menu = vec![
            // GNOME shows no tooltips.
            entry(self.look.tooltip.clone(), false, || {
                Click::Order(Order::Status)
            }),
            MenuItem::Separator,
            entry(say::status(lang), true, || Click::Order(Order::Status)),
            entry(say::check_now(lang), true, || Click::Order(Order::CheckNow)),
            entry(say::stop_vnc(lang), self.look.notice.is_some(), || {
                Click::Order(Order::StopVnc)
            }),
        ];
        if self.asks_password {
            menu.push(entry(say::vnc_password(lang), true, || Click::Password));
        }
        menu.push(MenuItem::Separator);
        menu.push(entry(say::quit(lang), true, || Click::Order(Order::Quit)));
        menu
    }
}

/// Alpha comes first here (`StatusNotifierItem`, "Icons").
fn pixmap(rgba: &[u8], size: u32) -> Icon {
    let mut data = rgba.to_vec();
    data.chunks_exact_mut(4)
        .for_each(|pixel| pixel.rotate_right(1));
    let size = i32::try_from(size).unwrap_or(0);
    Icon {
        width: size,
        height: size,
        data,
    }
}
