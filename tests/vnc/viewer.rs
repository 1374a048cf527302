//! As much of a viewer as proves that the password is asked for (RFC 6143, 7.1 and 7.2).

use std::io::{Read, Write};
use std::net::TcpStream;

use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};

const VNC_AUTHENTICATION: u8 = 2;

/// Whether this password is let in. Fails where the server offers to do without.
pub(crate) fn is_let_in(port: u16, password: &str) -> bool {
    let mut server = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let _greeting: [u8; 12] = read(&mut server);
    server.write_all(b"RFB 003.008\n").expect("sent");
    let [count] = read(&mut server);
    let mut types = vec![0; count.into()];
    server.read_exact(&mut types).expect("security types");
    assert!(types.contains(&VNC_AUTHENTICATION), "{types:?}");
    assert!(!types.contains(&1), "no password is needed: {types:?}");
    server.write_all(&[VNC_AUTHENTICATION]).expect("sent");
    let challenge: [u8; 16] = read(&mut server);
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
    read(&mut server) == [0; 4]
}

fn read<const N: usize>(server: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    server.read_exact(&mut bytes).expect("bytes");
    bytes
}
