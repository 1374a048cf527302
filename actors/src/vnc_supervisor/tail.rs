//! The last lines of a program's output: evidence for the owner, bounded however much it writes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::io::{AsyncRead, AsyncReadExt};

/// So many bytes of output are kept.
const KEPT: usize = 16 * 1024;
/// So much of it an answer shows: lines, and characters of each.
const LINES: usize = 3;
const CHARS: usize = 160;

/// The end of an output. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    bytes: Rc<RefCell<VecDeque<u8>>>,
}

impl Tail {
    /// Reads until the end of the output.
    pub(super) async fn follow(self, mut output: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 4096];
        while let Ok(count @ 1..) = output.read(&mut buffer).await {
            let mut bytes = self.bytes.borrow_mut();
            bytes.extend(&buffer[..count]);
            let surplus = bytes.len().saturating_sub(KEPT);
            bytes.drain(..surplus);
        }
    }

    /// All that was kept.
    pub(super) fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.borrow().iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The last lines, fit for a message.
    pub(super) fn evidence(&self) -> String {
        evidence(&self.text())
    }
}

fn evidence(text: &str) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .rev()
        .map(str::trim)
        .filter(|line| line.chars().any(char::is_alphanumeric))
        .take(LINES)
        .map(|line| crate::text::clean(line, CHARS))
        .collect();
    lines.reverse();
    lines.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_lines_are_kept_clean_however_much_is_written() {
        let tail = Tail::default();
        let mut output = b"noise\n".repeat(100_000);
        output.extend(b"\n***\none\n\x1b[31mtwo\n \nthree \n");
        tail.clone().follow(output.as_slice()).await;
        assert_eq!(tail.evidence(), "one | \\u{1b}[31mtwo | three");
        assert!(tail.text().len() <= KEPT);
        assert_eq!(Tail::default().evidence(), "");
    }
}
