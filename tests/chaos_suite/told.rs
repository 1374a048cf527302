//! What a message tells, line by line, as changes of targets. Pure.

use jiff::Timestamp;

use crate::lines::{self, Word};

/// Something told about a target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// Which.
    pub(crate) target: String,
    /// What.
    pub(crate) down: bool,
    /// When it happened, where the line says so.
    pub(crate) at: Option<Timestamp>,
    /// The line that tells it.
    pub(crate) text: String,
}

/// What a message tells; the last word about a target is the last in the list.
pub(crate) fn told(body: &str) -> Vec<Told> {
    let mut all = Vec::new();
    for line in lines::read(body) {
        let mut tell = |down, at| {
            all.push(Told {
                target: line.target.clone(),
                down,
                at,
                text: line.text.clone(),
            });
        };
        match line.word {
            Word::Down(at) => tell(true, at),
            Word::Up(_, at) => tell(false, at),
            Word::WasDown(from, to) => {
                tell(true, from);
                tell(false, to);
            }
            Word::More(_) | Word::Other => {}
        }
    }
    // A digest begins with what is still true, which is down.
    if all.iter().all(|told| told.at.is_some()) {
        let still = |told: &Told| told.text.starts_with("DOWN ");
        all.sort_by_key(still);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_digest_is_what_is_still_true_even_within_a_second() {
        let clock = "2026-11-23 14:03:05";
        let digest = format!(
            "DOWN t0: x, since {clock}\nUP t0: y, after 10s (at {clock})\n\
             was DOWN t0: x, from {clock} to {clock} (0s)"
        );
        let order: Vec<_> = told(&digest).iter().map(|told| told.down).collect();
        assert_eq!(order, [false, true, false, true]);
    }

    #[test]
    fn what_is_no_digest_keeps_its_order() {
        let body = "DOWN t0: x, since 2026-11-23 14:03:05\nUP t0: y, after 0s";
        let order: Vec<_> = told(body).iter().map(|told| told.down).collect();
        assert_eq!(order, [true, false]);
    }
}
