//! TightVNC 2: shows the desktop of Windows. As an application (`tvnserver -run`) it reads its settings
//! from the registry of the user alone; there is no other way to give it any.

use std::net::SocketAddr;
use std::path::Path;

use super::{Arguments, Home, Reach, Server, Shows, Wish};
use crate::vnc_supervisor::places::Usual;
use crate::vnc_supervisor::refusal::Refusal;
use crate::vnc_supervisor::registry::{Setting, Value};

pub(super) static SERVER: Server = Server {
    name: "TightVNC",
    binaries: &["tvnserver.exe"],
    home: Home::Windows(Usual {
        beside: &["tightvnc"],
        folders: &["TightVNC"],
        listed: &["TightVNC"],
    }),
    shows: Shows::Desktop,
    arguments,
};

pub(super) const KEY: &str = r"Software\TightVNC\Server";

fn arguments(wish: &Wish, _program: &Path) -> Result<Arguments, Refusal> {
    let (listen, reach) = Reach::of(SERVER.name, wish, SocketAddr::is_ipv4)?;
    let switch = |on: bool| Value::number(on.into());
    let off = || Some(Value::number(0));
    let on = || Some(Value::number(1));
    let values = [
        ("RfbPort", Some(Value::number(listen.port().into()))),
        ("LoopbackOnly", Some(switch(reach == Reach::Loopback))),
        ("AllowLoopback", on()),
        ("AcceptRfbConnections", on()),
        ("UseVncAuthentication", on()),
        ("Password", Some(Value::binary(&wish.block))),
        // A second password of the user's own would let its viewers in.
        ("PasswordViewOnly", None),
        ("AcceptHttpConnections", off()),
        ("ExtraPorts", None),
        ("AlwaysShared", on()),
        ("NeverShared", off()),
        ("BlockRemoteInput", Some(switch(wish.vnc.view_only))),
        ("BlockLocalInput", off()),
        ("EnableFileTransfers", off()),
        ("RemoveWallpaper", off()),
    ];
    let mut arguments = Arguments::of(["-run"]);
    let setting = |(name, value)| Setting {
        key: KEY,
        name,
        value,
    };
    arguments.settings = values.map(setting).into();
    Ok(arguments)
}
