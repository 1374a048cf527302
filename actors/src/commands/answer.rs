//! Answers are at most 4,000 characters; the rest waits for MORE.

use std::collections::HashMap;

use futures_util::FutureExt;
use hostmessenger_config::Language;

use super::{Answer, Ask};
use crate::wording::commands as say;

/// The most characters that one message holds.
pub const LIMIT: usize = 4_000;

/// Room for the line that says how much is left.
const NOTICE: usize = 120;

/// The most that is kept for MORE, per sender.
const KEPT: usize = 400_000;

/// What did not fit, for each sender. Only owner, support and the console get here.
#[derive(Debug, Default)]
pub struct Remainders(HashMap<String, String>);

impl Remainders {
    /// Cuts an answer to one message and keeps the rest for this sender's MORE.
    pub fn fit(&mut self, sender: &str, lang: Language, answer: String) -> String {
        self.0.remove(sender);
        if answer.chars().count() <= LIMIT {
            return answer;
        }
        let (mut now, later) = cut(&answer, LIMIT - NOTICE);
        now.push('\n');
        now.push_str(&say::more_lines(lang, later.lines().count()));
        let kept = later.chars().take(KEPT).collect();
        self.0.insert(sender.to_owned(), kept);
        now
    }

    /// Takes what is left for this sender.
    pub fn take(&mut self, sender: &str) -> Option<String> {
        self.0.remove(sender)
    }
}

/// Cuts at a line, or within the first one where that alone is too long.
fn cut(text: &str, limit: usize) -> (String, String) {
    let end = text
        .char_indices()
        .nth(limit)
        .map_or(text.len(), |(at, _)| at);
    match text[..end].rfind('\n') {
        Some(at) if at > 0 => (text[..at].to_owned(), text[at + 1..].to_owned()),
        _ => (text[..end].to_owned(), text[end..].to_owned()),
    }
}

/// MORE without anything left; the authorizer answers the rest itself.
pub(super) fn more(ask: Ask) -> Answer {
    async move { say::nothing_more(ask.lang) }.boxed_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_answer_is_cut_at_a_line_and_the_rest_is_kept() {
        let lines: Vec<String> = (0..1_000).map(|n| format!("line {n}")).collect();
        let answer = lines.join("\n");
        let mut remainders = Remainders::default();
        let first = remainders.fit("a", Language::En, answer);
        assert!(first.chars().count() <= LIMIT);
        let notice = first.lines().last().unwrap();
        let left = 1_000 - (first.lines().count() - 1);
        assert!(
            notice.contains(&left.to_string()) && notice.contains("MORE"),
            "{notice}"
        );
        let rest = remainders.take("a").unwrap();
        assert!(rest.starts_with("line "));
        assert_eq!(remainders.take("a"), None);
    }

    proptest! {
        #[test]
        fn cutting_loses_nothing(text in "[a-zäß\\n]{0,200}", limit in 1usize..100) {
            let (now, later) = cut(&text, limit);
            let joined = format!("{now}{later}");
            prop_assert!(now.chars().count() <= limit);
            prop_assert_eq!(joined.replace('\n', ""), text.replace('\n', ""));
        }
    }
}
