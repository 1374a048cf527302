//! Whether there is a display to show, asked before a program is started: the programs themselves
//! answer with pages of advice, each in other words.

use std::time::Duration;

use x11rb::errors::ConnectError;

use super::environment::Environment;
use super::refusal::Refusal;

/// How long a display may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether an X server answers there and lets this program in (by `XAUTHORITY`, or `~/.Xauthority`).
pub(super) async fn x(display: &str) -> Result<(), Refusal> {
    let asked = display.to_owned();
    let connect = tokio::task::spawn_blocking(move || {
        x11rb::connect(Some(&asked))
            .map(drop)
            .map_err(|error| refusal(asked, error))
    });
    match tokio::time::timeout(PATIENCE, connect).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) | Err(_) => Err(Refusal::NoDisplay {
            display: display.to_owned(),
            why: "no answer".into(),
        }),
    }
}

fn refusal(display: String, error: ConnectError) -> Refusal {
    match error {
        ConnectError::SetupFailed(setup) => Refusal::XAuthority {
            display,
            why: crate::text::clean_bytes(setup.reason.trim_ascii(), 160),
        },
        ConnectError::SetupAuthenticate(setup) => Refusal::XAuthority {
            display,
            why: crate::text::clean_bytes(setup.reason.trim_ascii(), 160),
        },
        error => {
            let why = crate::text::clean(&error.to_string(), 160);
            let why = why
                .split(" (os error")
                .next()
                .unwrap_or_default()
                .to_owned();
            Refusal::NoDisplay { display, why }
        }
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
async fn connect(_socket: &std::path::Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
