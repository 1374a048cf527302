//! `winvnc4.exe`, `TigerVNC`'s server for Windows. What stands on its command line goes before what
//! the registry says; of the registry it needs the password alone.

use std::path::Path;

use super::{Arguments, Home, Reach, Server, Shows, Wish};
use crate::vnc_supervisor::places::Usual;
use crate::vnc_supervisor::refusal::Refusal;
use crate::vnc_supervisor::registry::{Setting, Value};

pub(super) static SERVER: Server = Server {
    name: "TigerVNC",
    binaries: &["winvnc4.exe"],
    home: Home::Windows(Usual {
        beside: &["tigervnc"],
        folders: &["TigerVNC Server", "TigerVNC"],
        listed: &["TigerVNC"],
    }),
    shows: Shows::Desktop,
    arguments,
};

pub(super) const KEY: &str = r"Software\TigerVNC\WinVNC4";

fn arguments(wish: &Wish, _program: &Path) -> Result<Arguments, Refusal> {
    let (listen, reach) = Reach::of(SERVER.name, wish, |_| true)?;
    let (v4, v6) = if listen.is_ipv4() { (1, 0) } else { (0, 1) };
    let mut words = words(wish, listen.port(), reach);
    words.push("SecurityTypes=TLSVnc,VncAuth".into());
    words.extend([format!("UseIPv4={v4}"), format!("UseIPv6={v6}")]);
    let mut arguments = Arguments::of(words);
    arguments.settings = vec![Setting {
        key: KEY,
        name: "Password",
        value: Some(Value::binary(&wish.block)),
    }];
    Ok(arguments)
}

/// What it has in common with the VNC 4 that it comes from.
pub(super) fn words(wish: &Wish, port: u16, reach: Reach) -> Vec<String> {
    let local = u8::from(reach == Reach::Loopback);
    let mut words = vec![
        format!("PortNumber={port}"),
        format!("LocalHost={local}"),
        "AlwaysShared=1".into(),
        "QueryConnect=0".into(),
    ];
    if wish.vnc.view_only {
        let off = [
            "AcceptKeyEvents=0",
            "AcceptPointerEvents=0",
            "AcceptCutText=0",
        ];
        words.extend(off.map(Into::into));
    }
    words
}
