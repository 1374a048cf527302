//! Targets that count who comes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};

/// So many are served at the same time.
const THREADS: usize = 64;

#[derive(Default)]
struct Seen {
    count: AtomicU64,
    /// Nanoseconds since 1970; 0: nobody came yet.
    first: AtomicU64,
}

pub fn serve(kind: &str) -> Result<()> {
    let talk: fn(&mut TcpStream) -> std::io::Result<()> = match kind {
        "tcp" => until_end,
        "ftp" => ftp,
        other => bail!("no such target: {other}"),
    };
    let (target, asked) = (listener()?, listener()?);
    println!("{} {}", target.local_addr()?, asked.local_addr()?);
    let seen = Arc::new(Seen::default());
    for _ in 0..THREADS {
        let (target, seen) = (target.try_clone()?, Arc::clone(&seen));
        std::thread::Builder::new().stack_size(64 * 1024).spawn(move || {
            loop {
                let Ok((mut stream, _)) = target.accept() else { return };
                note(&seen);
                // Whoever goes early is no matter of ours.
                let _gone = talk(&mut stream);
            }
        })?;
    }
    for stream in asked.incoming() {
        let text = format!("{} {}\n", seen.count.load(Ordering::Relaxed), seen.first.load(Ordering::Relaxed));
        stream?.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn listener() -> Result<TcpListener> {
    Ok(TcpListener::bind("127.0.0.1:0")?)
}

fn note(seen: &Seen) {
    if seen.count.fetch_add(1, Ordering::Relaxed) == 0 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        seen.first.store(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

fn until_end(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut piece = [0; 256];
    while stream.read(&mut piece)? > 0 {}
    Ok(())
}

fn ftp(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"220 ready\r\n")?;
    let mut line = [0; 256];
    loop {
        let read = stream.read(&mut line)?;
        let reply: &[u8] = match line.get(..4.min(read)).unwrap_or_default() {
            b"" => return Ok(()),
            b"USER" => b"331 password\r\n",
            b"PASS" => b"230 welcome\r\n",
            b"QUIT" => b"221 bye\r\n",
            b"SYST" => b"215 UNIX Type: L8\r\n",
            _ => b"200 fine\r\n",
        };
        stream.write_all(reply)?;
        // The server closes (RFC 959, 4.1.1).
        if reply.starts_with(b"221") {
            return Ok(());
        }
    }
}
