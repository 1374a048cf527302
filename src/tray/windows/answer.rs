//! The window with an answer: text that can be scrolled and copied. A message box would outgrow the
//! screen with a hundred targets.

use hostmessenger_actors::wording::{Language, tray as say};
use winsafe::{self as w, co, gui, prelude::*};

/// Inside, in pixels at 96 dpi.
const SIZE: (i32, i32) = (560, 260);

/// The window.
#[derive(Clone)]
pub(super) struct AnswerWindow {
    window: gui::WindowModal,
    text: gui::Edit,
}

impl AnswerWindow {
    pub(super) fn new(lang: Language, title: &str, text: &str) -> Self {
        let window = gui::WindowModal::new(gui::WindowModalOpts {
            title: &titled(title),
            size: gui::dpi(SIZE.0, SIZE.1),
            ..Default::default()
        });
        let ok = gui::Button::new(
            &window,
            gui::ButtonOpts {
                text: &say::ok(lang),
                position: gui::dpi(SIZE.0 - 100, SIZE.1 - 36),
                control_style: co::BS::DEFPUSHBUTTON,
                ctrl_id: co::DLGID::OK.into(),
                ..Default::default()
            },
        );
        let style = co::WS::CHILD | co::WS::VISIBLE | co::WS::TABSTOP | co::WS::VSCROLL;
        let text = gui::Edit::new(
            &window,
            gui::EditOpts {
                text: &lines(text),
                position: gui::dpi(10, 10),
                width: gui::dpi_x(SIZE.0 - 20),
                height: gui::dpi_y(SIZE.1 - 54),
                control_style: co::ES::MULTILINE | co::ES::READONLY | co::ES::AUTOVSCROLL,
                window_style: style,
                ..Default::default()
            },
        );
        let closing = window.clone();
        ok.on().bn_clicked(move || {
            closing.close();
            Ok(())
        });
        let closing = window.clone();
        window
            .on()
            .wm_command(co::DLGID::CANCEL, co::BN::CLICKED, move || {
                closing.close();
                Ok(())
            });
        let front = window.clone();
        window.on().wm_create(move |_| {
            front.hwnd().SetForegroundWindow();
            Ok(0)
        });
        Self { window, text }
    }

    /// Open until it is closed.
    pub(super) fn show(&self, host: &gui::WindowMain) -> w::AnyResult<()> {
        self.window.show_modal(host)
    }

    /// Another answer in the window that is open.
    pub(super) fn say(&self, title: &str, text: &str) -> w::AnyResult<()> {
        self.window.hwnd().SetWindowText(&titled(title))?;
        self.text.set_text(&lines(text))?;
        self.window.hwnd().SetForegroundWindow();
        Ok(())
    }
}

fn titled(title: &str) -> String {
    format!("HostMessenger: {title}")
}

/// Windows' windows want both ends of a line.
fn lines(text: &str) -> String {
    text.replace('\n', "\r\n")
}
