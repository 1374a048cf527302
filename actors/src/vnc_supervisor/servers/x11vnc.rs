//! x11vnc: shows an X display. Its manual is x11vnc(1).

use std::ffi::OsString;
use std::path::Path;

use super::{Arguments, Home, Server, Shows, Wish};
use crate::vnc_supervisor::line::Door;
use crate::vnc_supervisor::refusal::Refusal;

pub(super) static SERVER: Server = Server {
    name: "x11vnc",
    binaries: &["x11vnc"],
    home: Home::Package("x11vnc"),
    shows: Shows::X,
    arguments,
};

/// Measured with 0.9.16: without `-rfbportv6 -1` it also listens on all IPv6 addresses; for an IPv6
/// address alone it is x11vnc's own `-6` that obeys `-listen6`.
#[expect(clippy::unnecessary_wraps, reason = "one form for all programs")]
fn arguments(wish: &Wish, _program: &Path) -> Result<Arguments, Refusal> {
    let mut words: Vec<OsString> = ["-norc", "-display", wish.display, "-rfbauth"]
        .map(Into::into)
        .into();
    words.push(wish.password_file.into());
    match wish.door {
        Door::Port(listen) | Door::Loopback(listen) => {
            let (address, port) = (listen.ip().to_string(), listen.port().to_string());
            let network = if listen.is_ipv4() {
                ["-listen", &address, "-no6", "-noipv6"]
            } else {
                ["-listen6", &address, "-6", "-noipv4"]
            };
            words.extend(network.map(Into::into));
            words.extend(["-rfbport", &port].map(Into::into));
        }
        Door::Socket(path) => {
            words.extend(["-no6", "-noipv6", "-rfbport", "0", "-unixsock"].map(Into::into));
            words.push(path.into());
        }
    }
    words.extend(["-rfbportv6", "-1"].map(Into::into));
    // -safer: no commands from viewers or X properties. -forever: viewers may come again.
    words.extend(["-safer", "-nolookup", "-forever", "-shared"].map(Into::into));
    if wish.vnc.view_only {
        words.push("-viewonly".into());
    }
    Ok(Arguments::of(words))
}
