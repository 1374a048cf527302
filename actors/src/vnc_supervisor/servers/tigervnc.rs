//! TigerVNC's x0vncserver: shows an X display. Its manual is x0vncserver(1).

use std::ffi::OsString;
use std::path::Path;

use super::{Arguments, Home, Server, Shows, Wish};
use crate::vnc_supervisor::line::Door;
use crate::vnc_supervisor::refusal::Refusal;

pub(super) static SERVER: Server = Server {
    name: "x0vncserver",
    // Debian's `x0vncserver` is a script that starts the first in the background.
    binaries: &["X0tigervnc", "x0vncserver", "x0tigervncserver"],
    home: Home::Package("tigervnc-scraping-server"),
    shows: Shows::X,
    arguments,
};

#[expect(clippy::unnecessary_wraps, reason = "one form for all programs")]
fn arguments(wish: &Wish, _program: &Path) -> Result<Arguments, Refusal> {
    let mut words: Vec<OsString> = ["-display", wish.display, "-PasswordFile"]
        .map(Into::into)
        .into();
    words.push(wish.password_file.into());
    match wish.door {
        Door::Port(listen) | Door::Loopback(listen) => {
            let (address, port) = (listen.ip().to_string(), listen.port().to_string());
            words.extend(["-interface", &address, "-rfbport", &port].map(Into::into));
        }
        Door::Socket(path) => {
            words.extend(["-rfbport=-1", "-rfbunixpath"].map(Into::into));
            words.push(path.into());
        }
    }
    words.extend(["-SecurityTypes", "TLSVnc,VncAuth", "-AlwaysShared=1"].map(Into::into));
    if wish.vnc.view_only {
        // Measured with 1.12: it knows no clipboard and no `AcceptCutText`, and ends at a parameter
        // that it does not know.
        let off = [
            "-AcceptKeyEvents=0",
            "-AcceptPointerEvents=0",
            "-AcceptSetDesktopSize=0",
        ];
        words.extend(off.map(Into::into));
    }
    Ok(Arguments::of(words))
}
