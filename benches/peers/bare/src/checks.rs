//! One check of each kind, with as little as it can be made with.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Result, bail, ensure};

pub type Check = fn(&str) -> Result<()>;

pub fn of(kind: &str) -> Result<Check> {
    Ok(match kind {
        "http" => http,
        "tcp" => tcp,
        "banner" => banner,
        "ftp" => ftp,
        "disk" => disk,
        other => bail!("no such kind: {other}"),
    })
}

fn http(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: bare\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::with_capacity(1024);
    stream.read_to_end(&mut answer)?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "not 200");
    Ok(())
}

fn tcp(address: &str) -> Result<()> {
    Ok(drop(TcpStream::connect(address)?))
}

fn banner(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    expect(&mut stream, b"220")
}

fn ftp(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    expect(&mut stream, b"220")?;
    for (command, code) in [
        (&b"USER anonymous\r\n"[..], b"331"),
        (b"PASS x\r\n", b"230"),
        (b"QUIT\r\n", b"221"),
    ] {
        stream.write_all(command)?;
        expect(&mut stream, code)?;
    }
    Ok(())
}

fn expect(stream: &mut TcpStream, code: &[u8]) -> Result<()> {
    let mut reply = [0; 128];
    let read = stream.read(&mut reply)?;
    ensure!(reply[..read].starts_with(code), "another reply");
    Ok(())
}

fn disk(path: &str) -> Result<()> {
    let found = rustix::fs::statvfs(path)?;
    ensure!(found.f_bavail * 100 > found.f_blocks, "full");
    Ok(())
}
