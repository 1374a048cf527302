//! `RealVNC`: the old VNC 4 (`winvnc4.exe`), and its successors (`vncserver.exe`), whose free editions let
//! nobody connect directly. See its parameter reference.
//!
//! A trap: of the newer ones nothing could be measured here, for they cost money; so it is looked at the
//! port, once it is open, whether it is open to more than was asked for.

use std::net::SocketAddr;
use std::path::Path;

use super::{Arguments, Home, Reach, Server, Shows, Wish, hex, winvnc4};
use crate::vnc_supervisor::places::Usual;
use crate::vnc_supervisor::refusal::Refusal;
use crate::vnc_supervisor::registry::{Setting, Value};

pub(super) static SERVER: Server = Server {
    name: "RealVNC",
    binaries: &["vncserver.exe", "winvnc4.exe"],
    home: Home::Windows(Usual {
        beside: &["realvnc"],
        folders: &[r"RealVNC\VNC Server", r"RealVNC\VNC4"],
        listed: &["RealVNC", "VNC Server", "VNC Connect"],
    }),
    shows: Shows::Desktop,
    arguments,
};

pub(super) const OLD: &str = r"Software\RealVNC\WinVNC4";
pub(super) const NEW: &str = r"Software\RealVNC\vncserver";

fn arguments(wish: &Wish, program: &Path) -> Result<Arguments, Refusal> {
    let (listen, reach) = Reach::of(SERVER.name, wish, SocketAddr::is_ipv4)?;
    let is_old = program
        .file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case("winvnc4.exe"));
    Ok(if is_old {
        old(wish, listen.port(), reach)
    } else {
        new(wish, listen)
    })
}

fn old(wish: &Wish, port: u16, reach: Reach) -> Arguments {
    let mut words = winvnc4::words(wish, port, reach);
    words.push("SecurityTypes=VncAuth".into());
    let mut arguments = Arguments::of(words);
    arguments.settings = vec![Setting {
        key: OLD,
        name: "Password",
        value: Some(Value::binary(&wish.block)),
    }];
    arguments
}

/// All of its parameters are texts.
fn new(wish: &Wish, listen: SocketAddr) -> Arguments {
    let input = if wish.vnc.view_only { "0" } else { "1" };
    let password = hex(&wish.block);
    let (port, address) = (listen.port().to_string(), listen.ip().to_string());
    let everywhere = listen.ip().is_unspecified();
    let values = [
        ("RfbPort", Some(&*port)),
        ("AllowIpListenRfb", Some("1")),
        ("AllowCloudRfb", Some("0")),
        ("IpListenAddresses", (!everywhere).then_some(&*address)),
        ("Authentication", Some("VncAuth")),
        ("Password", Some(&*password)),
        ("AlwaysShared", Some("1")),
        ("QueryConnect", Some("0")),
        ("AcceptKeyEvents", Some(input)),
        ("AcceptPointerEvents", Some(input)),
        ("AcceptCutText", Some(input)),
        ("EnableAutoUpdateChecks", Some("0")),
    ];
    let mut arguments = Arguments::of(["-user"]);
    let setting = |(name, value): (_, Option<&str>)| Setting {
        key: NEW,
        name,
        value: value.map(Value::text),
    };
    arguments.settings = values.map(setting).into();
    arguments
}
