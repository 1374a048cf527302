//! The end of a session: somebody logs off, or Windows shuts down.
//!
//! A trap: a console program hears of that by `CTRL_SHUTDOWN_EVENT` only as long as neither `user32` nor `gdi32` is
//! loaded into it, and both are loaded into ours. It is told like a program with windows, so it needs one: a
//! top-level one, for those that are made for messages alone are left out; nobody ever sees it.
#![expect(
    unsafe_code,
    reason = "a window needs a class, a procedure and a loop, and no safe crate has them without its own main loop"
)]

use std::cell::Cell;
use std::io;
use std::ptr;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
use windows_sys::Win32::System::Threading::SetProcessShutdownParameters;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DispatchMessageW, GetMessageW, MSG, RegisterClassW,
    WM_ENDSESSION, WM_QUERYENDSESSION, WNDCLASSW, WS_OVERLAPPED,
};
use windows_sys::core::{PCWSTR, w};

/// How long the end of the session is held up: Windows ends a program that takes longer, and may end it as soon
/// as its window has answered.
const PATIENCE: Duration = Duration::from_secs(5);
/// Windows ends processes from high levels to low ones; who says nothing has 0x280.
const LATE: u32 = 0x200;
/// Class and title of the window.
const NAME: PCWSTR = w!("HostMessenger session");

type Tell = Box<dyn FnOnce(io::Result<()>)>;

thread_local! {
    /// Whom to tell. Windows calls the procedure on the thread that made the window.
    static TELL: Cell<Option<Tell>> = const { Cell::new(None) };
}

/// Tells once, on a thread of its own: `Ok` when the session ends, and then holds that up until this process
/// has ended, for 5 s at most; an error where no window can be had, so that nothing will be told.
/// Errors: there is no room for a thread.
pub fn watch(tell: impl FnOnce(io::Result<()>) + Send + 'static) -> io::Result<()> {
    let thread = std::thread::Builder::new().name("session".into());
    thread.spawn(|| {
        TELL.set(Some(Box::new(tell)));
        match window() {
            Ok(()) => messages(),
            Err(error) => {
                say(Err(error));
            }
        }
    })?;
    Ok(())
}

/// From now on this process goes after those that say nothing, when the session ends: it serves another one,
/// which is to wind down first.
pub fn goes_late() {
    // SAFETY: it takes numbers; one that is none is refused, and then it goes with the others.
    let _refused = unsafe { SetProcessShutdownParameters(LATE, 0) };
}

/// Whether there was somebody to tell.
fn say(what: io::Result<()>) -> bool {
    TELL.take().map(|tell| tell(what)).is_some()
}

/// Makes the window, which this thread owns and serves from then on.
fn window() -> io::Result<()> {
    // SAFETY: no name means this program; the handle is not ours to close.
    let program = unsafe { GetModuleHandleW(ptr::null()) };
    let class = WNDCLASSW {
        lpfnWndProc: Some(procedure),
        hInstance: program,
        lpszClassName: NAME,
        ..Default::default()
    };
    // SAFETY: the class, whose name and procedure live as long as the program, is copied.
    if unsafe { RegisterClassW(&raw const class) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the class was just registered, the names live for ever, and there is no data to hand over.
    let window = unsafe {
        CreateWindowExW(
            0,
            NAME,
            NAME,
            WS_OVERLAPPED,
            0,
            0,
            0,
            0,
            ptr::null_mut(),
            ptr::null_mut(),
            program,
            ptr::null(),
        )
    };
    if window.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Hands each message to the procedure, for as long as the process lives.
fn messages() {
    let mut message = MSG::default();
    // SAFETY: the place for the message outlives the call; no window means all of this thread.
    while unsafe { GetMessageW(&raw mut message, ptr::null_mut(), 0, 0) } > 0 {
        // SAFETY: the message is one that was just got.
        unsafe { DispatchMessageW(&raw const message) };
    }
}

/// What Windows calls with each message. Nothing in it may panic.
unsafe extern "system" fn procedure(
    window: HWND,
    message: u32,
    wide: WPARAM,
    long: LPARAM,
) -> LRESULT {
    match message {
        WM_QUERYENDSESSION => 1,
        // Not 0: it really ends; somebody else may have said no.
        WM_ENDSESSION if wide != 0 => {
            if say(Ok(())) {
                hold_up();
            }
            0
        }
        // SAFETY: passed on as it came.
        _ => unsafe { DefWindowProcW(window, message, wide, long) },
    }
}

/// The end of this process ends it early.
#[expect(
    clippy::disallowed_methods,
    reason = "a thread that has nothing else to do"
)]
fn hold_up() {
    std::thread::sleep(PATIENCE);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use windows_sys::Win32::UI::WindowsAndMessaging::{FindWindowW, SendMessageW};

    use super::*;

    #[test]
    fn the_end_of_the_session_is_told_once_and_only_when_it_is_sure() {
        let (tell, told) = mpsc::channel();
        watch(move |what| tell.send(what).expect("heard")).expect("a thread");
        // A machine without a screen (Wine without one) makes no windows, and says so.
        let window = loop {
            if let Ok(what) = told.recv_timeout(Duration::from_millis(50)) {
                return assert!(what.is_err());
            }
            // SAFETY: both names live for ever.
            let window = unsafe { FindWindowW(NAME, NAME) };
            if !window.is_null() {
                break window;
            }
        };
        // SAFETY: the procedure of this window takes numbers and no addresses here.
        let send = |message, wide| unsafe { SendMessageW(window, message, wide, 0) };
        assert_eq!(send(WM_QUERYENDSESSION, 0), 1);
        assert_eq!(send(WM_ENDSESSION, 0), 0);
        assert!(told.try_recv().is_err());
        let begin = std::time::Instant::now();
        assert_eq!(send(WM_ENDSESSION, 1), 0);
        assert!(begin.elapsed() >= PATIENCE);
        assert!(told.try_recv().is_ok_and(|what| what.is_ok()));
        assert_eq!(send(WM_ENDSESSION, 1), 0);
        assert!(told.try_recv().is_err());
    }
}
