//! As much of a viewer as proves that the password is asked for (RFC 6143, 7.1 and 7.2).

use std::io::{Read, Write};
use std::net::TcpStream;

use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};

const VNC_AUTHENTICATION: u8 = 2;

/// Whether this password is let in. Fails where the server offers to do without.
pub(crate) fn is_let_in(port: u16, password: &str) -> bool {
    let mut server = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    authenticates(&mut server, password)
}

/// The same on a connection that is there, whoever made it.
pub(crate) fn authenticates(server: &mut TcpStream, password: &str) -> bool {
    let greeting: [u8; 12] = read(server);
    assert_eq!(&greeting, b"RFB 003.008\n");
    server.write_all(b"RFB 003.008\n").expect("sent");
    let [count] = read(server);
    let mut types = vec![0; count.into()];
    server.read_exact(&mut types).expect("security types");
    assert!(types.contains(&VNC_AUTHENTICATION), "{types:?}");
    assert!(!types.contains(&1), "no password is needed: {types:?}");
    server.write_all(&[VNC_AUTHENTICATION]).expect("sent");
    let challenge: [u8; 16] = read(server);
    let mut key = [0; 8];
    key[..password.len()].copy_from_slice(password.as_bytes());
    let cipher = Des::new(&key.map(u8::reverse_bits).into());
    for half in challenge.chunks(8) {
        let mut block: [u8; 8] = half.try_into().expect("eight");
        let mut encrypted = block.into();
        cipher.encrypt_block(&mut encrypted);
        block = encrypted.into();
        server.write_all(&block).expect("sent");
    }
    read(server) == [0; 4]
}

/// Shares the desktop, and waits until it is shown. Its width and height.
pub(crate) fn looks(server: &mut TcpStream) -> (u16, u16) {
    server.write_all(&[1]).expect("sent");
    let [w, i, d, t]: [u8; 4] = read(server);
    let (width, height) = (u16::from_be_bytes([w, i]), u16::from_be_bytes([d, t]));
    let _format: [u8; 16] = read(server);
    let length = u32::from_be_bytes(read(server));
    let mut name = vec![0; usize::try_from(length).expect("short")];
    server.read_exact(&mut name).expect("a name");
    // The whole desktop (RFC 6143, 7.5.3), and the type of the answer (7.6.1).
    let mut request = vec![3, 0, 0, 0, 0, 0];
    request.extend([w, i, d, t]);
    server.write_all(&request).expect("sent");
    assert_eq!(read(server), [0], "no picture");
    (width, height)
}

fn read<const N: usize>(server: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    server.read_exact(&mut bytes).expect("bytes");
    bytes
}
