//! Ending a connection so that the other side sees a proper end.
//!
//! A trap: closing a socket with unread bytes in it sends a reset (RFC 2525, 2.17), which servers
//! log as an error of their client, at every single check.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

#[cfg(unix)]
mod later;
#[cfg(unix)]
pub(super) use later::later;

/// How long the other side may take to close, and how much it may still say.
const PATIENCE: Duration = Duration::from_secs(2);
const STILL_READ: usize = 64 * 1024;
/// Read at once: most servers say nothing more.
const PIECE: usize = 512;

/// Says that nothing more is coming, and reads until the other side closes too. It runs beside the
/// check, which does not wait for it, and ends by itself after two seconds.
pub fn close_politely<S>(mut stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        let end = async {
            stream.shutdown().await?;
            let (mut piece, mut read) = ([0; PIECE], 0);
            while read < STILL_READ {
                match stream.read(&mut piece).await? {
                    0 => break,
                    more => read += more,
                }
            }
            std::io::Result::Ok(())
        };
        if !matches!(tokio::time::timeout(PATIENCE, end).await, Ok(Ok(()))) {
            tracing::trace!("the other side did not close in time");
        }
    });
}
