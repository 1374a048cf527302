//! RFB, as far as a viewer needs it to be let in and to see a desktop.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};

use des::Des;
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::settings::{Settings, settings};

/// The key of `vncpasswd`, each byte's bits reversed.
const KEY: [u8; 8] = [0xe8, 0x4a, 0xd6, 0x60, 0xc4, 0x72, 0x1a, 0xe0];
/// A file beside it makes it do what it should not.
const OPEN_TO_ALL: &str = "open-to-all";

pub(crate) fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words == ["--child"] {
        loop {
            std::thread::park();
        }
    }
    if run(&words).is_none() {
        std::process::exit(7);
    }
}

fn run(words: &[String]) -> Option<ExitCode> {
    let exe = std::env::current_exe().ok()?;
    let mut settings = settings(&exe, words)?;
    if exe.with_file_name(OPEN_TO_ALL).exists() {
        settings.loopback_only = false;
    }
    let mut child = Command::new(&exe);
    child
        .arg("--child")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _child = child.spawn().ok()?;
    let ip = if settings.loopback_only {
        Ipv4Addr::LOCALHOST
    } else {
        Ipv4Addr::UNSPECIFIED
    };
    let listener = TcpListener::bind((ip, settings.port)).ok()?;
    let settings: &Settings = Box::leak(Box::new(settings));
    for stream in listener.incoming().flatten() {
        std::thread::spawn(|| serve(stream, settings));
    }
    None
}

/// Whoever hangs up is served no more.
fn serve(mut viewer: TcpStream, settings: &Settings) -> std::io::Result<()> {
    viewer.write_all(b"RFB 003.008\n")?;
    viewer.read_exact(&mut [0; 12])?;
    let kind = if settings.authenticate { 2 } else { 1 };
    viewer.write_all(&[1, kind])?;
    viewer.read_exact(&mut [0; 1])?;
    if settings.authenticate && !knows_password(&mut viewer, settings)? {
        return viewer.write_all(&[0, 0, 0, 1, 0, 0, 0, 2, b'n', b'o']);
    }
    viewer.write_all(&[0; 4])?;
    viewer.read_exact(&mut [0; 1])?;
    let mut desktop = vec![0, 1, 0, 1];
    desktop.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);
    desktop.extend([0, 0, 0, 1, b'x']);
    viewer.write_all(&desktop)?;
    let mut message = [0; 256];
    while viewer.read(&mut message)? > 0 {
        // An update of one pixel, raw (RFC 6143, 7.6.1).
        if message[0] == 3 {
            viewer.write_all(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])?;
        }
    }
    Ok(())
}

fn knows_password(viewer: &mut TcpStream, settings: &Settings) -> std::io::Result<bool> {
    let challenge = *b"sixteen bytes, 1";
    viewer.write_all(&challenge)?;
    let mut answer = [0; 16];
    viewer.read_exact(&mut answer)?;
    let Ok(hidden) = <[u8; 8]>::try_from(settings.password.as_slice()) else {
        return Ok(false);
    };
    let mut plain = hidden.into();
    Des::new(&KEY.into()).decrypt_block(&mut plain);
    let key: [u8; 8] = plain.into();
    let cipher = Des::new(&key.map(u8::reverse_bits).into());
    let mut expected = [0; 16];
    for (half, place) in challenge.chunks_exact(8).zip(expected.chunks_exact_mut(8)) {
        let mut block = <[u8; 8]>::try_from(half).unwrap_or_default().into();
        cipher.encrypt_block(&mut block);
        let block: [u8; 8] = block.into();
        place.copy_from_slice(&block);
    }
    Ok(answer == expected)
}
