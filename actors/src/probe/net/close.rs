//! Ending a connection so that the other side sees a proper end.
//!
//! A trap: closing a socket with unread bytes in it sends a reset (RFC 2525, 2.17), which servers
//! log as an error of their client, at every single check.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

#[cfg(unix)]
mod later;
#[cfg(unix)]
pub(super) use later::{later, later_by_them};

/// How long the other side may take to close, and how much it may still say.
const PATIENCE: Duration = Duration::from_secs(2);
const STILL_READ: usize = 64 * 1024;
/// Read at once: most servers say nothing more.
const PIECE: usize = 512;

/// Says that nothing more is coming, and reads until the other side closes too. It runs beside the
/// check, which does not wait for it, and ends by itself after two seconds.
pub fn close_politely<S>(stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    spawn(stream, b"");
}

/// The same after these words, which ask the other side to close: that nothing more is coming is said only
/// once it has answered.
pub fn close_after<S>(stream: S, words: &'static [u8])
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    spawn(stream, words);
}

fn spawn<S>(mut stream: S, words: &'static [u8])
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        let end = end(&mut stream, words);
        if !matches!(tokio::time::timeout(PATIENCE, end).await, Ok(Ok(()))) {
            tracing::trace!("the other side did not close in time");
        }
    });
}

async fn end<S>(stream: &mut S, words: &[u8]) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut ends = false;
    if !words.is_empty() {
        stream.write_all(words).await?;
        stream.flush().await?;
    }
    let (mut piece, mut read) = ([0; PIECE], 0);
    while read < STILL_READ {
        if !ends && (words.is_empty() || read > 0) {
            stream.shutdown().await?;
            ends = true;
        }
        match stream.read(&mut piece).await? {
            0 => break,
            more => read += more,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_is_said_at_once_or_after_the_answer_to_the_last_words() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        close_politely(ours);
        assert_eq!(theirs.read(&mut [0]).await.unwrap(), 0);

        let (ours, mut theirs) = tokio::io::duplex(64);
        close_after(ours, b"QUIT");
        let mut heard = [0; 4];
        theirs.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"QUIT");
        let early = tokio::time::timeout(Duration::from_millis(50), theirs.read(&mut heard));
        assert!(early.await.is_err());
        theirs.write_all(b"221").await.unwrap();
        assert_eq!(theirs.read(&mut heard).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_answers_is_left_after_a_while() {
        for words in [b"".as_slice(), b"QUIT"] {
            let (ours, mut theirs) = tokio::io::duplex(64);
            let begun = tokio::time::Instant::now();
            spawn(ours, words);
            let mut heard = Vec::new();
            theirs.read_to_end(&mut heard).await.unwrap();
            while theirs.write_all(b"!").await.is_ok() {
                tokio::time::sleep(PATIENCE / 4).await;
            }
            assert!(begun.elapsed() < 2 * PATIENCE, "{words:?}");
        }
    }
}
