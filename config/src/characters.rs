//! Which characters may be shown as they are: those of a name in the configuration, and those of
//! any text from outside.
//!
//! A trap: what looks harmless may be new. Besides the dangers that have a name (Unicode TR 36,
//! UTS 39), whatever the standard library does not call printable is harmful too.

/// Whether this character may do something to what is around it, or to who shows it. White space
/// is not; of it only the plain space is safe on a line.
pub fn is_harmful(c: char) -> bool {
    c.is_control() || is_bidi_control(c) || is_invisible(c) || is_nonchar(c) || is_unprintable(c)
}

/// UAX 9, and the separators that begin a line.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a width or a shape: joiners, fillers, the byte order mark, annotations, tags
/// and the selectors that can carry hidden text (most of `Default_Ignorable_Code_Point`).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffc}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Code points that will never be characters; XML forbids two of them.
fn is_nonchar(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || (c as u32) & 0xfffe == 0xfffe
}

/// Format characters, private ones and those not assigned yet, by the tables of the standard
/// library; it escapes combining marks too, which are counted instead.
fn is_unprintable(c: char) -> bool {
    !is_mark(c) && is_escaped(c)
}

/// Whether this character is drawn over the one before. The library's name for it is not public: as part
/// of a text such a character is escaped only at its beginning.
pub fn is_mark(c: char) -> bool {
    let mut after_a_letter = [b'a', 0, 0, 0, 0];
    let end = 1 + c.encode_utf8(&mut after_a_letter[1..]).len();
    let shown =
        str::from_utf8(&after_a_letter[..end]).map_or(0, |text| text.escape_debug().count());
    shown == 2 && is_escaped(c)
}

fn is_escaped(c: char) -> bool {
    !matches!(c, '\\' | '\'' | '"') && !c.is_ascii_graphic() && c.escape_debug().len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_marks_and_spaces_are_harmless_and_the_rest_is_told_apart() {
        for c in "aß\\'\" €語ש\u{fffd}\u{fe0f}\u{308}".chars() {
            assert!(!is_harmful(c), "{c:?}");
        }
        for c in
            "\0\u{1b}\u{9b}\u{61c}\u{200d}\u{202e}\u{2066}\u{feff}\u{fffe}\u{e0041}\u{e000}".chars()
        {
            assert!(is_harmful(c), "{c:?}");
        }
        assert!(is_mark('\u{308}') && !is_mark('a') && !is_mark('\u{200c}'));
    }
}
