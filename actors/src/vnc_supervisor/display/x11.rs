//! X servers.

use std::time::Duration;

use x11rb::errors::ConnectError;

use crate::vnc_supervisor::refusal::Refusal;

/// How long a display may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether an X server answers there and lets this program in (by `XAUTHORITY`, or `~/.Xauthority`).
pub(in crate::vnc_supervisor) async fn x(display: &str) -> Result<(), Refusal> {
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
            let why = match &error {
                ConnectError::IoError(error) => crate::sys_error::words(error),
                error => crate::text::clean(&error.to_string(), 160),
            };
            Refusal::NoDisplay { display, why }
        }
    }
}
