//! Text from outside, made fit for a message or a log line.

/// Cleans text that came from outside: control characters (terminal escapes among them), bidi
/// overrides and characters that XML 1.0 forbids become `\u{…}` escapes or spaces, and at most
/// `max_chars` characters stay, with `…` where something was cut.
pub fn clean(text: &str, max_chars: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max_chars));
    for (count, c) in text.chars().enumerate() {
        if count == max_chars {
            out.push('…');
            break;
        }
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_harmful(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// The same for bytes: what is not UTF-8 becomes the replacement character.
pub fn clean_bytes(bytes: &[u8], max_chars: usize) -> String {
    // Four bytes a character at the most, so that a large input is not decoded in vain.
    let end = bytes
        .len()
        .min(max_chars.saturating_add(1).saturating_mul(4));
    clean(&String::from_utf8_lossy(&bytes[..end]), max_chars)
}

/// Control characters, bidi controls (UAX #9), noncharacters and the byte order mark.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' | '\u{2028}' | '\u{2029}')
        || (c as u32) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_bidi_overrides_are_shown_not_obeyed() {
        assert_eq!(clean("a\u{1b}[31mb", 80), "a\\u{1b}[31mb");
        assert_eq!(clean("a\u{202e}b", 80), "a\\u{202e}b");
        assert_eq!(clean("a\r\nb", 80), "a  b");
    }

    #[test]
    fn a_long_text_is_cut_with_a_mark() {
        assert_eq!(clean("abcdef", 3), "abc…");
        assert_eq!(clean("abc", 3), "abc");
        assert_eq!(clean_bytes(&vec![b'x'; 1 << 20], 4), "xxxx…");
    }
}
