//! The window for the VNC password: asked for twice, set by the monitor, which has the rules. What it
//! refuses is said here, and the person may try again.

use hostmessenger_actors::wording::{Language, tray as say};
use hostmessenger_config::{ExposeSecret, SecretString};
use winsafe::{self as w, co, gui, prelude::*};

use super::super::Order;
use super::screen::order;

/// Inside, in pixels at 96 dpi.
const SIZE: (i32, i32) = (380, 186);
const LEFT: i32 = 14;
/// What is typed beyond the eight that VNC uses is refused, and not cut silently.
const LONGEST: u32 = 100;

/// The window.
#[derive(Clone)]
pub(super) struct PasswordWindow {
    lang: Language,
    window: gui::WindowModal,
    first: gui::Edit,
    again: gui::Edit,
    result: gui::Label,
    ok: gui::Button,
    cancel: gui::Button,
}

impl PasswordWindow {
    pub(super) fn new(lang: Language) -> Self {
        let title = say::password_title(lang);
        let window = gui::WindowModal::new(gui::WindowModalOpts {
            title: &title,
            size: gui::dpi(SIZE.0, SIZE.1),
            ..Default::default()
        });
        label(&window, &say::password_first(lang), 12, 18);
        let first = field(&window, 32);
        label(&window, &say::password_again(lang), 62, 18);
        let again = field(&window, 82);
        let result = label(&window, "", 112, 34);
        let button = |text: &str, left: i32, id: co::DLGID, style| {
            gui::Button::new(
                &window,
                gui::ButtonOpts {
                    text,
                    position: gui::dpi(left, SIZE.1 - 36),
                    control_style: style,
                    ctrl_id: id.into(),
                    ..Default::default()
                },
            )
        };
        let ok = button(
            &say::ok(lang),
            SIZE.0 - 198,
            co::DLGID::OK,
            co::BS::DEFPUSHBUTTON,
        );
        let cancel = button(
            &say::cancel(lang),
            SIZE.0 - 102,
            co::DLGID::CANCEL,
            co::BS::PUSHBUTTON,
        );
        let all = Self {
            lang,
            window,
            first,
            again,
            result,
            ok,
            cancel,
        };
        all.listen();
        all
    }

    fn listen(&self) {
        let this = self.clone();
        self.ok.on().bn_clicked(move || this.entered());
        let this = self.clone();
        self.cancel.on().bn_clicked(move || {
            this.window.close();
            Ok(())
        });
        let this = self.clone();
        self.window.on().wm_create(move |_| {
            for field in [&this.first, &this.again] {
                field.limit_text(Some(LONGEST));
            }
            this.window.hwnd().SetForegroundWindow();
            this.first.focus()?;
            Ok(0)
        });
    }

    /// Open until it is closed.
    pub(super) fn ask(&self, host: &gui::WindowMain) -> w::AnyResult<()> {
        self.window.show_modal(host)
    }

    pub(super) fn to_front(&self) {
        self.window.hwnd().SetForegroundWindow();
    }

    fn entered(&self) -> w::AnyResult<()> {
        let text = |field: &gui::Edit| field.text().map(SecretString::from);
        let (first, again) = (text(&self.first)?, text(&self.again)?);
        if first.expose_secret() == again.expose_secret() {
            self.ok.hwnd().EnableWindow(false);
            order(Order::SetPassword(first));
            return Ok(());
        }
        self.refused(&say::differ(self.lang))
    }

    /// What became of it.
    pub(super) fn result(&self, set: bool, text: &str) -> w::AnyResult<()> {
        if !set {
            return self.refused(text);
        }
        self.window.close();
        Ok(())
    }

    fn refused(&self, why: &str) -> w::AnyResult<()> {
        self.result.hwnd().SetWindowText(why)?;
        self.first.set_text("")?;
        self.again.set_text("")?;
        self.ok.hwnd().EnableWindow(true);
        self.first.focus()?;
        Ok(())
    }
}

fn label(window: &gui::WindowModal, text: &str, top: i32, height: i32) -> gui::Label {
    gui::Label::new(
        window,
        gui::LabelOpts {
            text,
            position: gui::dpi(LEFT, top),
            size: gui::dpi(SIZE.0 - 2 * LEFT, height),
            control_style: co::SS::LEFT | co::SS::NOPREFIX,
            ..Default::default()
        },
    )
}

fn field(window: &gui::WindowModal, top: i32) -> gui::Edit {
    gui::Edit::new(
        window,
        gui::EditOpts {
            position: gui::dpi(LEFT, top),
            width: gui::dpi_x(SIZE.0 - 2 * LEFT),
            control_style: co::ES::AUTOHSCROLL | co::ES::PASSWORD,
            ..Default::default()
        },
    )
}
