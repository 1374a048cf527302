//! Replies of an FTP server (RFC 959, 4.2), put together from lines. Pure.

use crate::text::clean_bytes;

/// Characters of a reply that are shown.
const SHOWN: usize = 200;

/// A whole reply, of one line or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// Three digits.
    pub(super) code: u16,
    /// All of its lines as they came, each without its end.
    pub(super) lines: Vec<Vec<u8>>,
}

/// What a code means for a question whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// 2xx.
    Yes,
    /// 550, and 553 of servers that mean the same: no such file, or none that we may see.
    No,
    /// The command is not known, or not for this; ask in another way.
    CannotSay,
}

impl Reply {
    /// For people: the first and, where that is another, the last line.
    pub(super) fn shown(&self) -> String {
        let first = self.lines.first().map(Vec::as_slice).unwrap_or_default();
        let last = self.lines.last().map(Vec::as_slice).unwrap_or_default();
        if self.lines.len() < 2 {
            return clean_bytes(first, SHOWN);
        }
        clean_bytes(&[first, b" / ", last].concat(), SHOWN)
    }

    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.code)
    }

    pub(super) fn says(&self) -> Says {
        match self.code {
            // "Not implemented, superfluous" is no yes.
            202 => Says::CannotSay,
            200..300 => Says::Yes,
            550 | 553 => Says::No,
            _ => Says::CannotSay,
        }
    }

    /// The text of the last line, behind the code.
    pub(super) fn text(&self) -> String {
        let last = self.lines.last().map(Vec::as_slice).unwrap_or_default();
        String::from_utf8_lossy(last.get(4..).unwrap_or_default()).into_owned()
    }
}

/// A reply that is not complete yet.
#[derive(Debug, Default)]
pub(super) struct Partial(Option<Reply>);

impl Partial {
    /// Takes a line without its end. `Err`: it is no reply of FTP. A reply whose first line goes
    /// `220-` lasts until a line with the same code and no hyphen; lines between may begin with
    /// anything, other codes included.
    pub(super) fn push(&mut self, line: &[u8]) -> Result<Option<Reply>, ()> {
        let found = code(line);
        let Some(open) = &mut self.0 else {
            let (code, more) = found.ok_or(())?;
            let reply = Reply {
                code,
                lines: vec![line.to_vec()],
            };
            if more {
                self.0 = Some(reply);
                return Ok(None);
            }
            return Ok(Some(reply));
        };
        open.lines.push(line.to_vec());
        if found == Some((open.code, false)) {
            return Ok(self.0.take());
        }
        Ok(None)
    }
}

/// The code at the start of a line, and whether more lines follow. A code alone is taken too, since
/// there are servers that send no text.
fn code(line: &[u8]) -> Option<(u16, bool)> {
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) || !(b'1'..=b'6').contains(&digits[0]) {
        return None;
    }
    let code = digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match rest.first() {
        None | Some(b' ') => Some((code, false)),
        Some(b'-') => Some((code, true)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(lines: &[&str]) -> Vec<Result<Option<u16>, ()>> {
        let mut partial = Partial::default();
        lines
            .iter()
            .map(|line| partial.push(line.as_bytes()).map(|r| r.map(|r| r.code)))
            .collect()
    }

    #[test]
    fn a_reply_of_many_lines_ends_with_its_own_code_and_a_space() {
        let lines = [
            "230-hello",
            "230-still",
            "550 users today",
            "  230 no",
            "230 end",
        ];
        assert_eq!(
            parse(&lines),
            [Ok(None), Ok(None), Ok(None), Ok(None), Ok(Some(230))]
        );
    }

    #[test]
    fn what_is_no_reply_of_ftp_is_refused() {
        for line in [
            "SSH-2.0-OpenSSH",
            "HTTP/1.1 400",
            "",
            "22",
            "2x0 ",
            "220x",
            "990 ",
            "²²0 ",
        ] {
            assert_eq!(parse(&[line]), [Err(())], "{line}");
        }
        assert_eq!(parse(&["220"]), [Ok(Some(220))]);
    }

    #[test]
    fn a_refusal_of_the_file_and_one_of_the_command_are_told_apart() {
        let says = |code| {
            Reply {
                code,
                lines: Vec::new(),
            }
            .says()
        };
        assert_eq!(says(213), Says::Yes);
        assert_eq!(says(550), Says::No);
        for code in [202, 450, 500, 501, 502, 504, 530] {
            assert_eq!(says(code), Says::CannotSay, "{code}");
        }
    }

    proptest! {
        #[test]
        fn no_line_however_odd_upsets_the_reader(lines in proptest::collection::vec(any::<Vec<u8>>(), 0..20)) {
            let mut partial = Partial::default();
            for line in lines {
                if let Ok(Some(reply)) = partial.push(&line) {
                    prop_assert!((100..700).contains(&reply.code));
                    prop_assert!(reply.shown().chars().count() <= SHOWN * 8 + 1);
                }
            }
        }
    }
}
