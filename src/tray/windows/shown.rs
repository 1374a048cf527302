//! The icon in the notification area and its menu.

use hostmessenger_actors::wording::tray as say;
use tray_icon::menu::{Menu, MenuItem, PredefinedMenuItem};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};
use winsafe::{self as w, co};

use super::super::icon;
use super::super::look::{Colour, Look};

pub(super) const STATUS: &str = "status";
pub(super) const CHECK: &str = "check";
pub(super) const STOP: &str = "stop";
pub(super) const PASSWORD: &str = "password";
pub(super) const QUIT: &str = "quit";

/// The icon.
pub(super) struct Shown {
    tray: TrayIcon,
    menu: Entries,
    pub(super) look: Look,
}

struct Entries {
    status: MenuItem,
    check: MenuItem,
    stop: MenuItem,
    password: MenuItem,
    quit: MenuItem,
}

impl Shown {
    pub(super) fn new(look: Look) -> w::AnyResult<Self> {
        let entries = Entries::new(&look);
        let tray = TrayIconBuilder::new()
            .with_menu(Box::new(entries.menu()?))
            // A left click is the first half of a double one.
            .with_menu_on_left_click(false)
            .with_icon(picture(look.colour, look.notice.is_some())?)
            .with_tooltip(&look.tooltip)
            .build()?;
        Ok(Self {
            tray,
            menu: entries,
            look,
        })
    }

    /// Whether a taskbar has it: only then can it be changed.
    pub(super) fn is_there(&self) -> bool {
        self.tray.set_tooltip(Some(&self.look.tooltip)).is_ok()
    }

    pub(super) fn change(&mut self, look: Look) -> w::AnyResult<()> {
        let icon = picture(look.colour, look.notice.is_some())?;
        let changed = self.tray.set_icon(Some(icon));
        let changed = changed.and_then(|()| self.tray.set_tooltip(Some(&look.tooltip)));
        if changed.is_err() {
            // There is no taskbar at this moment. One that is made anew appears with the next taskbar;
            // the old one would come back as it was.
            *self = Self::new(look)?;
            return Ok(());
        }
        self.menu.change(&look);
        self.look = look;
        Ok(())
    }
}

impl Entries {
    fn new(look: &Look) -> Self {
        let entry = |id, text: String, enabled| MenuItem::with_id(id, text, enabled, None);
        let lang = look.lang();
        Self {
            status: entry(STATUS, say::status(lang), true),
            check: entry(CHECK, say::check_now(lang), true),
            stop: entry(STOP, say::stop_vnc(lang), look.notice.is_some()),
            password: entry(PASSWORD, say::vnc_password(lang), true),
            quit: entry(QUIT, say::quit(lang), true),
        }
    }

    fn menu(&self) -> w::AnyResult<Menu> {
        let menu = Menu::with_items(&[
            &self.status,
            &self.check,
            &self.stop,
            &self.password,
            &PredefinedMenuItem::separator(),
            &self.quit,
        ])?;
        Ok(menu)
    }

    fn change(&self, look: &Look) {
        let lang = look.lang();
        self.stop.set_enabled(look.notice.is_some());
        for (entry, text) in [
            (&self.status, say::status(lang)),
            (&self.check, say::check_now(lang)),
            (&self.stop, say::stop_vnc(lang)),
            (&self.password, say::vnc_password(lang)),
            (&self.quit, say::quit(lang)),
        ] {
            entry.set_text(text);
        }
    }
}

/// In the size of the notification area.
fn picture(colour: Colour, seen: bool) -> w::AnyResult<Icon> {
    let size = u32::try_from(w::GetSystemMetrics(co::SM::CXSMICON)).unwrap_or(0);
    let size = size.clamp(16, 64);
    Ok(Icon::from_rgba(icon::draw(colour, seen, size), size, size)?)
}
