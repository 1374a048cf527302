//! Leaves out of a line what could be the six digits of the second factor, wherever they stand: a
//! command may be misspelt, and a code is a code in the wrong place too. Pure.

use crate::text::clean;

/// What is shown of a line of chat.
const LONGEST: usize = 200;
/// Stands for digits that were left out.
const LEFT_OUT: &str = "······";

/// A line of chat as the trail keeps it: cleaned, cut, and without anything like a code: six or
/// more digits in a row, or as apps show them, in two or three groups (`123 456`).
pub fn line(text: &str) -> String {
    let text = clean(text, LONGEST);
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (end, digits) = digits(&chars[at..]);
        if digits >= 6 {
            out.push_str(LEFT_OUT);
            at += end;
        } else {
            let end = end.max(1);
            out.extend(&chars[at..at + end]);
            at += end;
        }
    }
    out
}

/// How long the digits are that a text begins with, and how many: groups of two to four belong
/// together where one blank or sign parts them.
fn digits(chars: &[char]) -> (usize, usize) {
    let run = |from: usize| {
        let rest = chars[from..].iter();
        rest.take_while(|c| c.is_numeric()).count()
    };
    let first = run(0);
    let (mut end, mut count) = (first, first);
    while (2..=4).contains(&first) && count < 8 {
        let part = chars.get(end).is_some_and(|c| matches!(c, ' ' | '-'));
        let next = if part { run(end + 1) } else { 0 };
        if !(2..=4).contains(&next) || next != first {
            break;
        }
        end += 1 + next;
        count += next;
    }
    match count {
        6 | 8 => (end, count),
        _ => (first, first),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_left_out_and_what_is_none_stays() {
        for (given, kept) in [
            ("VNC START 30 123456", "VNC START 30 ······"),
            ("VNC STRAT 123456", "VNC STRAT ······"),
            ("123 456", "······"),
            ("vnc start 12-34-56", "vnc start ······"),
            ("code:123456!", "code:······!"),
            ("VNC START ١٢٣٤٥٦", "VNC START ······"),
            ("MUTE shop 2h ticket 12345", "MUTE shop 2h ticket 12345"),
            ("CHECK host 192.168.1.20", "CHECK host 192.168.1.20"),
            ("HD /mnt/disk1", "HD /mnt/disk1"),
            ("VNC START 30 60", "VNC START 30 60"),
            ("OS\n\u{1b}[2J", "OS \\u{1b}[2J"),
        ] {
            assert_eq!(line(given), kept);
        }
        assert_eq!(line(&"x".repeat(500)).chars().count(), LONGEST + 1);
    }

    proptest! {
        #[test]
        fn six_digits_are_never_kept(before in "\\PC{0,20}[^0-9]", code in "[0-9]{6}", after in "([^0-9]\\PC{0,20})?") {
            let kept = line(&format!("{before}{code}{after}"));
            prop_assert!(!kept.contains(&code), "{}", kept);
        }
    }
}
