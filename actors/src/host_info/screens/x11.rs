//! Screens of an X server, by `RandR` 1.5 where it has that.

use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::randr::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{self, ConnectionExt as _};
use x11rb::rust_connection::RustConnection;

use super::{MOST, Screen};

type Failure = Box<dyn std::error::Error>;

/// Monitors of all X screens. Blocks as long as the server likes.
pub(super) fn screens(display: &str) -> Result<Vec<Screen>, String> {
    find_out(display).map_err(|error| error.to_string())
}

fn find_out(display: &str) -> Result<Vec<Screen>, Failure> {
    let (connection, _) = x11rb::connect(Some(display))?;
    let mut screens = Vec::new();
    for (number, root) in connection.setup().roots.iter().enumerate() {
        let monitors = monitors(&connection, root.root).unwrap_or_default();
        if monitors.is_empty() {
            screens.push(Screen {
                name: format!("screen {number}"),
                width: root.width_in_pixels.into(),
                height: root.height_in_pixels.into(),
            });
        }
        screens.extend(monitors);
    }
    Ok(screens)
}

fn monitors(connection: &RustConnection, root: xproto::Window) -> Result<Vec<Screen>, Failure> {
    let known = connection
        .extension_information(randr::X11_EXTENSION_NAME)?
        .is_some();
    if !known {
        return Ok(Vec::new());
    }
    let version = connection.randr_query_version(1, 5)?.reply()?;
    if (version.major_version, version.minor_version) < (1, 5) {
        return Ok(Vec::new());
    }
    let found = connection.randr_get_monitors(root, true)?.reply()?.monitors;
    let named = found.into_iter().take(MOST).map(|monitor| {
        let name = connection.get_atom_name(monitor.name)?.reply()?.name;
        Ok(Screen {
            name: String::from_utf8_lossy(&name).into_owned(),
            width: monitor.width.into(),
            height: monitor.height.into(),
        })
    });
    named.collect()
}
