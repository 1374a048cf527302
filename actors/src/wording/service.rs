//! The line that `systemctl status` shows.

use super::{Language, presence, sentences};
use crate::alerts::{HealthSummary, Link};
use crate::text;

/// A terminal's line or two.
const MAX_CHARS: usize = 200;

sentences! {
    /// The link is there.
    connected() {
        en: "XMPP connected",
        de: "XMPP verbunden",
    }
    /// It is not.
    not_connected() {
        en: "XMPP not connected",
        de: "XMPP nicht verbunden",
    }
    /// There is no account.
    no_account() {
        en: "no XMPP account",
        de: "kein XMPP-Konto",
    }
    /// The journal, who knows, says nothing.
    journal_silent() {
        en: "the journal does not answer",
        de: "das Journal antwortet nicht",
    }
    /// It winds down.
    stopping() {
        en: "stopping",
        de: "wird beendet",
    }
}

/// `1 of 5 down: shop; XMPP connected`. Without a summary the journal did not answer.
pub fn status(lang: Language, health: Option<&HealthSummary>, link: Link) -> String {
    let targets = match health {
        Some(health) => presence::health(lang, health),
        None => journal_silent(lang),
    };
    let link = match link {
        Link::Up => connected(lang),
        Link::Down => not_connected(lang),
        Link::None => no_account(lang),
    };
    text::clean(&format!("{targets}; {link}"), MAX_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_targets_and_link_in_both_languages() {
        let health = HealthSummary {
            total: 2,
            down: vec!["shop".into()],
            ..HealthSummary::default()
        };
        assert_eq!(
            status(Language::En, Some(&health), Link::Up),
            "1 of 2 down: shop; XMPP connected"
        );
        assert_eq!(
            status(Language::De, Some(&HealthSummary::default()), Link::None),
            "keine Ziele; kein XMPP-Konto"
        );
        assert!(status(Language::En, None, Link::Down).ends_with("; XMPP not connected"));
    }
}
