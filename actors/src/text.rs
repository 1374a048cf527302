//! Text from outside, made fit for a message or a log line.
//!
//! What is dangerous in text: what a terminal obeys, what moves or hides other text, and what XML
//! 1.0 forbids, since one such character in a stanza ends the link. The rules are those of Unicode
//! TR 36 and UTS 39 for text that is shown but not trusted. A newcomer's trap: a character that
//! looks harmless may be new; what the standard library does not call printable is not let through.

pub use hostmessenger_config::characters::{is_harmful, is_mark};

/// So many combining marks may follow each other (UTS 39, 5.4); more of them cover other lines.
const MARKS: usize = 4;

/// Cleans text that came from outside. White space of any kind becomes a space; control characters
/// (terminal escapes among them), bidi controls, invisible and unassigned characters, and what XML
/// 1.0 forbids, become `\u{…}`. The result is one line of at most `max_chars` characters, and `…`
/// where something was cut. Cleaning what is clean changes nothing.
pub fn clean(text: &str, max_chars: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max_chars.saturating_add(3)));
    let (mut room, mut marks) = (max_chars, 0);
    for c in text.chars() {
        // Nearly all that comes; to look these up costs a thousand instructions each.
        let plain = matches!(c, ' '..='~');
        marks = if !plain && is_mark(c) { marks + 1 } else { 0 };
        let before = out.len();
        let length = if plain {
            out.push(c);
            1
        } else if c.is_whitespace() {
            out.push(' ');
            1
        } else if marks > MARKS || is_harmful(c) {
            out.extend(c.escape_unicode());
            out.len() - before
        } else {
            out.push(c);
            1
        };
        if length > room {
            out.truncate(before);
            out.push('…');
            break;
        }
        room -= length;
    }
    out
}

/// The same for a text of several lines, which stay: the last wall before a stanza, where one
/// character too many would end the link. What is clean already is not changed.
pub fn clean_lines(text: &str, max_chars: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut room = max_chars;
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 && room == 0 {
            out.push('…');
            break;
        }
        if n > 0 {
            out.push('\n');
            room -= 1;
        }
        let shown = clean(line, room);
        let length = shown.chars().count();
        out.push_str(&shown);
        if length > room {
            break;
        }
        room -= length;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        assert_eq!(clean(&"\u{1b}".repeat(1 << 20), 13), "\\u{1b}\\u{1b}…");
    }

    #[test]
    fn lines_stay_lines_and_what_is_clean_stays_as_it_is() {
        let text = "one\n\ntwo …\n";
        assert_eq!(clean_lines(text, 80), text);
        assert_eq!(
            clean_lines("a\u{1b}\nb\r\u{fffe}", 80),
            "a\\u{1b}\nb \\u{fffe}"
        );
        for max in 0..8 {
            let cut = clean_lines("ab\ncd\nef", max);
            assert_eq!(cut.chars().count(), max + 1, "{cut:?}");
            assert!(cut.ends_with('…'));
        }
        assert_eq!(clean_lines("ab\ncd\nef", 8), "ab\ncd\nef");
    }

    #[test]
    fn every_character_with_powers_of_its_own_is_escaped() {
        let ranges = [
            ('\0', '\u{8}'),
            ('\u{e}', '\u{1f}'),
            ('\u{7f}', '\u{84}'),
            ('\u{86}', '\u{9f}'),
            ('\u{ad}', '\u{ad}'),
            ('\u{61c}', '\u{61c}'),
            ('\u{180e}', '\u{180e}'),
            ('\u{200b}', '\u{200f}'),
            ('\u{202a}', '\u{202e}'),
            ('\u{2060}', '\u{206f}'),
            ('\u{e000}', '\u{f8ff}'),
            ('\u{fdd0}', '\u{fdef}'),
            ('\u{feff}', '\u{feff}'),
            ('\u{fff9}', '\u{fffb}'),
            ('\u{fffe}', '\u{ffff}'),
            ('\u{1fffe}', '\u{1ffff}'),
            ('\u{e0000}', '\u{e01ef}'),
            ('\u{f0000}', '\u{10ffff}'),
        ];
        for c in ranges.into_iter().flat_map(|(from, to)| from..=to) {
            let shown = clean(&format!("a{c}b"), 80);
            assert_eq!(shown, format!("a{}b", c.escape_unicode()));
        }
    }

    #[test]
    fn what_is_not_looked_up_is_neither_harmful_nor_a_mark() {
        for c in ' '..='~' {
            assert!(!is_harmful(c) && !is_mark(c), "{c:?}");
            assert_eq!(clean(&c.to_string(), 80), c.to_string());
        }
    }

    #[test]
    fn white_space_of_every_kind_is_a_space() {
        for c in
            "\t\n\u{b}\u{c}\r\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{2029}\u{202f}\u{3000}".chars()
        {
            assert_eq!(clean(&format!("a{c}b"), 80), "a b");
        }
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "Größe: 5 €, „gut“",
            "Привет, мир",
            "日本語のテキスト",
            "שלום עולם",
            "مرحبا",
            "हिन्दी",
            "ไทย",
            "⚠️ 5 °C",
            "Zu\u{308}rich",
            "a\\b 'c' \"d\" \u{fffd}",
        ] {
            assert_eq!(clean(text, 80), text);
        }
    }

    #[test]
    fn marks_cannot_pile_up_over_other_lines() {
        let pile = format!("a{}b\u{301}", "\u{301}".repeat(6));
        let shown = clean(&pile, 80);
        assert_eq!(
            shown,
            "a\u{301}\u{301}\u{301}\u{301}\\u{301}\\u{301}b\u{301}"
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_one_clean_line_of_bounded_length_goes(text in any::<String>(), max in 0usize..60) {
            let shown = clean(&text, max);
            prop_assert!(shown.chars().count() <= max + 1);
            prop_assert!(!shown.chars().any(is_harmful));
            prop_assert!(shown.chars().all(|c| c == ' ' || !c.is_whitespace()));
            prop_assert_eq!(clean(&shown, max), shown);
        }
    }
}
