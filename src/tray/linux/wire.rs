//! The wire: where the bus is, how one introduces oneself, and where a message ends (D-Bus
//! specification, "Server Addresses", "Authentication Protocol").

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use super::message::{self, Message, PREFIX};

/// In bytes; nobody has more to say to us, and values take many times the room.
const LONGEST: usize = 64_000;
/// In bytes; servers answer with a word and a number.
const LONGEST_GREETING: usize = 1_000;

/// Where a session bus is found: its address, and the folder of the usual one (D-Bus specification,
/// "Well-known Message Bus Instances", and `sd_bus_open_user(3)`).
fn surroundings() -> [OsString; 2] {
    let (address, dir) = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR");
    [address, dir].map(|name| std::env::var_os(name).unwrap_or_default())
}

/// Whether there is a session bus, as far as can be seen without connecting to it.
pub(super) fn has_session_bus() -> bool {
    let [address, dir] = surroundings();
    !address.is_empty() || !dir.is_empty() && Path::new(&dir).join("bus").exists()
}

/// Connects to the first that listens.
pub(super) async fn connect() -> io::Result<(OwnedReadHalf, OwnedWriteHalf)> {
    let [address, dir] = surroundings();
    let mut last = ErrorKind::AddrNotAvailable.into();
    for socket in sockets(&address.to_string_lossy(), Path::new(&dir)) {
        match UnixStream::connect(&socket).await {
            Ok(mut stream) => {
                introduce(&mut stream).await?;
                return Ok(stream.into_split());
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The sockets of an address, or the usual one where there is none. Other transports are for buses of
/// other hosts.
fn sockets(address: &str, runtime_dir: &Path) -> Vec<PathBuf> {
    if address.is_empty() {
        return vec![runtime_dir.join("bus")];
    }
    let unix = address
        .split(';')
        .filter_map(|one| one.strip_prefix("unix:"));
    let of_keys = unix.flat_map(|keys| keys.split(','));
    let socket = |(key, value): (&str, &str)| {
        let value = percent_decode_str(value);
        match key {
            "path" => Some(value.collect()),
            // A name outside of the file system begins with a 0 (unix(7)).
            "abstract" => Some(std::iter::once(0).chain(value).collect()),
            _ => None,
        }
    };
    let sockets = of_keys.filter_map(|key| socket(key.split_once('=')?));
    sockets
        .map(|path| OsString::from_vec(path).into())
        .collect()
}

/// Says who we are; the kernel vouches for it. Descriptors are not asked for and so never come.
async fn introduce(stream: &mut UnixStream) -> io::Result<()> {
    let user = rustix::process::geteuid().as_raw().to_string();
    // In hexadecimal a digit is itself, after a 3.
    let user: String = user.chars().flat_map(|digit| ['3', digit]).collect();
    let hello = format!("\0AUTH EXTERNAL {user}\r\n");
    stream.write_all(hello.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n") {
        if answer.len() > LONGEST_GREETING {
            return Err(ErrorKind::InvalidData.into());
        }
        answer.push(stream.read_u8().await?);
    }
    if !answer.starts_with(b"OK") {
        return Err(ErrorKind::PermissionDenied.into());
    }
    stream.write_all(b"BEGIN\r\n").await
}

/// The next message; what is too long or no message is left out.
pub(super) async fn read(bus: &mut OwnedReadHalf) -> io::Result<Message> {
    loop {
        let mut bytes = vec![0; PREFIX];
        bus.read_exact(&mut bytes).await?;
        let length = message::length(&bytes).ok_or(ErrorKind::InvalidData)?;
        if length > LONGEST {
            let mut rest = (&mut *bus).take((length - PREFIX) as u64);
            tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
            tracing::debug!(length, "message too long, not read");
            continue;
        }
        bytes.resize(length, 0);
        bus.read_exact(&mut bytes[PREFIX..]).await?;
        match Message::read(bytes) {
            Ok(message) => return Ok(message),
            Err(error) => tracing::debug!(%error, "message not understood"),
        }
    }
}

/// Writes what it is given, until nobody gives any more; the bus knows then that we are gone.
pub(super) async fn write(mut bus: OwnedWriteHalf, mut messages: mpsc::Receiver<Vec<u8>>) {
    while let Some(message) = messages.recv().await {
        if let Err(error) = bus.write_all(&message).await {
            tracing::debug!(%error, "line to the bus ended");
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tray::linux::draft::Draft;
    use crate::tray::linux::values::text;

    fn message() -> Vec<u8> {
        let draft = Draft::signal(("/any", "some.Interface"), "Said", vec![text("one")]);
        draft.bytes(7).unwrap()
    }

    #[test]
    fn an_address_names_sockets_in_their_order_and_other_transports_are_passed_over() {
        let found = |address: &str| sockets(address, Path::new("/run/user/7"));
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        for (address, expected) in [
            ("", &["/run/user/7/bus"][..]),
            ("unix:path=/run/bus,guid=0f", &["/run/bus"]),
            ("unix:guid=0f,abstract=/tmp/a", &["\0/tmp/a"]),
            ("unix:path=/with%20space%2c", &["/with space,"]),
            ("tcp:host=h,port=1;unix:path=/a;unix:path=/b", &["/a", "/b"]),
            ("unix:", &[]),
            ("unix:path", &[]),
            ("nonsense", &[]),
        ] {
            assert_eq!(found(address), paths(expected), "{address}");
        }
    }

    #[tokio::test]
    async fn what_is_too_long_or_no_message_is_left_out_and_the_next_one_read() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let much = vec![text("much ".repeat(LONGEST / 5))];
        let long = Draft::signal(("/any", "some.Interface"), "Said", much);
        let long = long.bytes(7).unwrap();
        let mut unknown = message();
        // No type that there is.
        unknown[1] = 9;
        let written = tokio::spawn(async move {
            for bytes in [long, unknown, message(), b"GET / HTTP/1.0\r\n".to_vec()] {
                theirs.write_all(&bytes).await.unwrap();
            }
            theirs
        });
        let mut ours = ours.into_split().0;
        let read_one = read(&mut ours).await.unwrap();
        assert_eq!(read_one.values(), [text("one")]);
        let nonsense = read(&mut ours).await.unwrap_err();
        assert_eq!(nonsense.kind(), ErrorKind::InvalidData);
        drop(written.await.unwrap());
        let end = read(&mut ours).await.unwrap_err();
        assert_eq!(end.kind(), ErrorKind::UnexpectedEof);
    }
}
