//! The process with the icon: a message loop, the icon with its menu, and the windows.
//!
//! Everything of it lives on one thread; what comes in is handed to that by `run_ui_thread`. A
//! newcomer's trap: that waits until what was handed over is done, so a window that is open until the
//! person closes it is opened by [`later`], or nothing would be shown meanwhile.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, Write};
use std::rc::Rc;
use std::time::Duration;

use hostmessenger_actors::wording::Language;
use hostmessenger_config::ExposeSecret;
use tray_icon::menu::MenuEvent;
use tray_icon::{MouseButton, TrayIconEvent};
use winsafe::{self as w, co, gui, prelude::*};

use super::super::look::Look;
use super::super::{Order, Show};
use super::answer::AnswerWindow;
use super::notice::Notice;
use super::password::PasswordWindow;
use super::shown::{CHECK, PASSWORD, QUIT, STATUS, STOP, Shown};
use super::wire::{self, Word};
use crate::outcome::{Ending, Outcome};

/// Pause before an icon that no taskbar took is offered again.
const AGAIN: Duration = Duration::from_secs(2);

thread_local! {
    static SCREEN: RefCell<Option<Rc<Screen>>> = RefCell::default();
}

/// What this process shows.
struct Screen {
    host: gui::WindowMain,
    notice: Notice,
    shown: RefCell<Option<Shown>>,
    /// Whether the icon is about to be offered again.
    again: Cell<bool>,
    password: RefCell<Option<PasswordWindow>>,
    answer: RefCell<Option<AnswerWindow>>,
}

/// Shows what standard input says, until that ends.
pub(crate) fn run() -> Outcome {
    // Never seen: it owns the other windows and hears what is handed over.
    let host = gui::WindowMain::new(gui::WindowMainOpts {
        title: "HostMessenger",
        style: co::WS::OVERLAPPED,
        ex_style: co::WS_EX::TOOLWINDOW,
        ..Default::default()
    });
    let screen = Rc::new(Screen {
        notice: Notice::new(&host),
        host: host.clone(),
        shown: RefCell::default(),
        again: Cell::default(),
        password: RefCell::default(),
        answer: RefCell::default(),
    });
    SCREEN.set(Some(screen));
    let reader = host.clone();
    host.on().wm_create(move |_| {
        let host = reader.clone();
        std::thread::Builder::new()
            .name("input".into())
            .spawn(move || read(&host))?;
        Ok(0)
    });
    listen(&host);
    let ended = host.run_main(Some(co::SW::HIDE));
    // With it the icon goes away.
    SCREEN.set(None);
    match ended {
        Ok(_) => Ok(Ending::Good),
        Err(error) => Err(anyhow::anyhow!("the icon cannot be shown: {error}")),
    }
}

/// Runs this on the thread of the windows, soon.
fn later(host: &gui::WindowMain, run: impl FnOnce() -> w::AnyResult<()> + Send + 'static) {
    let handed = host.clone();
    host.spawn_thread(move || {
        handed.run_ui_thread(run);
        Ok(())
    });
}

fn screen() -> Option<Rc<Screen>> {
    SCREEN.with_borrow(Clone::clone)
}

/// Says a word to the monitor. Where it is gone our input ends too, and with it all of this.
pub(super) fn tell(word: &Word) {
    let line = wire::line(word);
    let mut out = std::io::stdout().lock();
    let _gone = writeln!(out, "{}", line.expose_secret()).and_then(|()| out.flush());
}

pub(super) fn order(order: Order) {
    tell(&Word::Order(order));
}

/// Hands over what is to be shown, until there is nothing more.
fn read(host: &gui::WindowMain) {
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if line.as_bytes() == wire::END.trim_ascii_end() {
            break;
        }
        let Ok(show) = serde_json::from_str::<Show>(&line) else {
            continue;
        };
        if let Show::Answer { title, text } = show {
            later(host, move || open_answer(&title, &text));
        } else {
            host.run_ui_thread(move || match screen() {
                Some(screen) => screen.show(show),
                None => Ok(()),
            });
        }
    }
    host.close();
}

/// What is done with the icon.
fn listen(host: &gui::WindowMain) {
    let asking = std::sync::Mutex::new(host.clone());
    let ask = std::sync::Arc::new(move || {
        if let Ok(host) = asking.lock() {
            later(&host, open_password);
        }
    });
    let clicked = std::sync::Arc::clone(&ask);
    MenuEvent::set_event_handler(Some(move |event: MenuEvent| match event.id.as_ref() {
        STATUS => order(Order::Status),
        CHECK => order(Order::CheckNow),
        STOP => order(Order::StopVnc),
        PASSWORD => clicked(),
        QUIT => order(Order::Quit),
        _ => {}
    }));
    // The original's manual: a double click on the icon asks for the VNC password.
    TrayIconEvent::set_event_handler(Some(move |event| {
        if let TrayIconEvent::DoubleClick {
            button: MouseButton::Left,
            ..
        } = event
        {
            ask();
        }
    }));
}

fn open_password() -> w::AnyResult<()> {
    let Some(screen) = screen() else {
        return Ok(());
    };
    if let Some(open) = &*screen.password.borrow() {
        open.to_front();
        return Ok(());
    }
    let lang = screen.lang();
    let window = PasswordWindow::new(lang);
    screen.password.replace(Some(window.clone()));
    let shown = window.ask(&screen.host);
    screen.password.replace(None);
    shown
}

fn open_answer(title: &str, text: &str) -> w::AnyResult<()> {
    let Some(screen) = screen() else {
        return Ok(());
    };
    if let Some(open) = &*screen.answer.borrow() {
        return open.say(title, text);
    }
    let window = AnswerWindow::new(screen.lang(), title, text);
    screen.answer.replace(Some(window.clone()));
    let shown = window.show(&screen.host);
    screen.answer.replace(None);
    shown
}

impl Screen {
    fn lang(&self) -> Language {
        let shown = self.shown.borrow();
        shown
            .as_ref()
            .map_or_else(Language::default, |shown| shown.look.lang())
    }

    fn show(&self, show: Show) -> w::AnyResult<()> {
        match show {
            Show::Look(look) => self.look(look),
            Show::Password { set, text } => {
                let window = self.password.borrow().clone();
                match window {
                    Some(window) => window.result(set, &text),
                    None => Ok(()),
                }
            }
            Show::Answer { .. } => Ok(()),
        }
    }

    fn look(&self, look: Look) -> w::AnyResult<()> {
        self.notice.show(look.lang(), look.notice.as_deref())?;
        let mut shown = self.shown.borrow_mut();
        if let Some(shown) = &mut *shown {
            shown.change(look)?;
        } else {
            *shown = Some(Shown::new(look)?);
            tell(&Word::Ready);
        }
        self.look_after(shown.as_ref());
        Ok(())
    }

    /// The library does not tell that no taskbar took the icon: there is none yet when a session begins,
    /// and Windows' word that one came may be lost.
    #[expect(
        clippy::disallowed_methods,
        reason = "a thread of its own, in a process without an arbiter"
    )]
    fn look_after(&self, shown: Option<&Shown>) {
        let missing = shown.is_some_and(|shown| !shown.is_there());
        if missing && !self.again.replace(true) {
            let host = self.host.clone();
            self.host.spawn_thread(move || {
                std::thread::sleep(AGAIN);
                host.run_ui_thread(|| match screen() {
                    Some(screen) => screen.offer_again(),
                    None => Ok(()),
                });
                Ok(())
            });
        }
    }

    fn offer_again(&self) -> w::AnyResult<()> {
        self.again.set(false);
        let mut shown = self.shown.borrow_mut();
        if let Some(shown) = &mut *shown
            && !shown.is_there()
        {
            let look = shown.look.clone();
            *shown = Shown::new(look)?;
        }
        self.look_after(shown.as_ref());
        Ok(())
    }
}
