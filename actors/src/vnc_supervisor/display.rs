//! Whether there is a display to show, asked before a program is started: the programs themselves
//! answer with pages of advice, each in other words.

use super::environment::Environment;
use super::refusal::Refusal;

#[cfg(target_os = "linux")]
mod x11;

#[cfg(target_os = "linux")]
pub(super) use x11::x;

/// X is for Linux here.
#[cfg(not(target_os = "linux"))]
pub(super) async fn x(display: &str) -> Result<(), Refusal> {
    let refusal = Refusal::NoDisplay {
        display: display.to_owned(),
        why: "X11 is not asked on this system".into(),
    };
    std::future::ready(Err(refusal)).await
}

/// Whether this process has a desktop, as no service of Windows and no login over the network has.
pub(super) fn desktop() -> Result<(), Refusal> {
    #[cfg(windows)]
    let visible = hostmessenger_windows::desktop::is_visible();
    #[cfg(not(windows))]
    let visible = false;
    if visible {
        Ok(())
    } else {
        Err(Refusal::NoDesktop)
    }
}

/// Whether a Wayland compositor answers.
pub(super) async fn wayland(environment: &Environment) -> Result<(), Refusal> {
    let refusal = |why| Err(Refusal::NoWayland { why });
    let Some(socket) = environment.wayland_socket() else {
        return refusal("WAYLAND_DISPLAY, XDG_RUNTIME_DIR".into());
    };
    match connect(&socket).await {
        Ok(()) => Ok(()),
        Err(error) => refusal(crate::text::clean(
            &format!("{}: {error}", socket.display()),
            200,
        )),
    }
}

#[cfg(unix)]
async fn connect(socket: &std::path::Path) -> std::io::Result<()> {
    tokio::net::UnixStream::connect(socket).await.map(drop)
}

#[cfg(not(unix))]
fn connect(_socket: &std::path::Path) -> std::future::Ready<std::io::Result<()>> {
    std::future::ready(Err(std::io::ErrorKind::Unsupported.into()))
}
