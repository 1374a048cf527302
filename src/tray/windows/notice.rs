//! The notice on the screen while remote control runs: a small window above all others, at the edge
//! where the icon is, with a button that ends it. It cannot be closed; it can be moved.

use hostmessenger_actors::wording::{Language, tray as say};
use winsafe::{self as w, co, gui, prelude::*};

use super::super::Order;
use super::screen::order;

/// Of its inside, and from the screen's edge, in pixels at 96 dpi.
const SIZE: (i32, i32) = (420, 76);
const MARGIN: i32 = 12;

/// The window; hidden while there is nothing to tell.
pub(super) struct Notice {
    window: gui::WindowModeless,
    text: gui::Label,
    stop: gui::Button,
}

impl Notice {
    /// Before `host` is created.
    pub(super) fn new(host: &gui::WindowMain) -> Self {
        let window = gui::WindowModeless::new(
            host,
            gui::WindowModelessOpts {
                size: gui::dpi(SIZE.0, SIZE.1),
                style: co::WS::POPUP | co::WS::CAPTION | co::WS::CLIPCHILDREN,
                ex_style: co::WS_EX::TOPMOST | co::WS_EX::TOOLWINDOW | co::WS_EX::NOACTIVATE,
                ..Default::default()
            },
        );
        let text = gui::Label::new(
            &window,
            gui::LabelOpts {
                text: "",
                position: gui::dpi(12, 8),
                size: gui::dpi(SIZE.0 - 124, 40),
                control_style: co::SS::LEFT | co::SS::NOPREFIX,
                ..Default::default()
            },
        );
        let stop = gui::Button::new(
            &window,
            gui::ButtonOpts {
                position: gui::dpi(SIZE.0 - 104, 10),
                width: gui::dpi_x(88),
                height: gui::dpi_y(28),
                ..Default::default()
            },
        );
        stop.on().bn_clicked(|| {
            order(Order::StopVnc);
            Ok(())
        });
        // Alt+F4 neither closes it.
        window.on().wm_close(|| Ok(()));
        Self { window, text, stop }
    }

    /// Tells this, or nothing.
    pub(super) fn show(&self, lang: Language, text: Option<&str>) -> w::AnyResult<()> {
        let window = self.window.hwnd();
        let Some(text) = text else {
            window.ShowWindow(co::SW::HIDE);
            return Ok(());
        };
        window.SetWindowText(&say::notice_title(lang))?;
        self.text.hwnd().SetWindowText(text)?;
        self.stop.hwnd().SetWindowText(&say::stop(lang))?;
        if window.IsWindowVisible() {
            return Ok(());
        }
        let place = corner(window.GetWindowRect()?)?;
        let flags = co::SWP::NOSIZE | co::SWP::NOACTIVATE | co::SWP::SHOWWINDOW;
        let above = w::HwndPlace::Place(co::HWND_PLACE::TOPMOST);
        window.SetWindowPos(above, place, w::SIZE::default(), flags)?;
        Ok(())
    }
}

/// The lower right corner of what the taskbar leaves of the first screen.
fn corner(window: w::RECT) -> w::AnyResult<w::POINT> {
    let first = w::POINT::with(0, 0);
    let screen = w::HMONITOR::MonitorFromPoint(first, co::MONITOR::DEFAULTTOPRIMARY);
    let free = screen.GetMonitorInfo()?.rcWork;
    let (width, height) = (window.right - window.left, window.bottom - window.top);
    let left = free.right - width - gui::dpi_x(MARGIN);
    let top = free.bottom - height - gui::dpi_y(MARGIN);
    Ok(w::POINT::with(left, top))
}
