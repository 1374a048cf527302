//! What the presence says: all targets at a glance.

use super::{Language, sentences};
use crate::alerts::HealthSummary;

/// More names than this are counted, not listed.
const NAMED: usize = 8;

sentences! {
    /// All targets are UP.
    all_up(total) {
        en: "all {total} up",
        de: "alle {total} laufen",
    }
    /// Some are DOWN.
    some_down(down, total, names) {
        en: "{down} of {total} down: {names}",
        de: "{down} von {total} ausgefallen: {names}",
    }
    /// Some have a WARNING.
    some_warning(warning, total, names) {
        en: "{warning} of {total} with a warning: {names}",
        de: "{warning} von {total} mit Warnung: {names}",
    }
    /// Some have no verdict.
    some_unjudged(unjudged, total) {
        en: "{unjudged} of {total} without a verdict yet",
        de: "{unjudged} von {total} noch ohne Urteil",
    }
    /// There is nothing to watch.
    nothing_watched() {
        en: "no targets",
        de: "keine Ziele",
    }
    /// Stands for names that are not listed.
    more(count) {
        en: "{count} more",
        de: "{count} weitere",
    }
}

fn names(lang: Language, names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMED).cloned().collect();
    if names.len() > NAMED {
        shown.push(more(lang, names.len() - NAMED));
    }
    shown.join(", ")
}

/// `all 5 up`, `1 of 5 down: shop`.
pub fn health(lang: Language, health: &HealthSummary) -> String {
    let (total, down, warning) = (health.total, &health.down, &health.warning);
    let mut parts = Vec::new();
    if !down.is_empty() {
        parts.push(some_down(lang, down.len(), total, names(lang, down)));
    }
    if !warning.is_empty() {
        parts.push(some_warning(
            lang,
            warning.len(),
            total,
            names(lang, warning),
        ));
    }
    if health.unjudged > 0 {
        parts.push(some_unjudged(lang, health.unjudged, total));
    }
    match (total, parts.is_empty()) {
        (0, _) => nothing_watched(lang),
        (_, true) => all_up(lang, total),
        (_, false) => parts.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_how_it_stands() {
        let mut summary = HealthSummary {
            total: 5,
            ..HealthSummary::default()
        };
        assert_eq!(health(Language::En, &summary), "all 5 up");
        summary.down = vec!["shop".into()];
        assert_eq!(health(Language::En, &summary), "1 of 5 down: shop");
        assert_eq!(health(Language::De, &summary), "1 von 5 ausgefallen: shop");
        summary.unjudged = 2;
        assert_eq!(
            health(Language::En, &summary),
            "1 of 5 down: shop; 2 of 5 without a verdict yet"
        );
        summary = HealthSummary {
            total: 20,
            down: (0..20).map(|n| n.to_string()).collect(),
            ..HealthSummary::default()
        };
        assert!(health(Language::En, &summary).ends_with("7, 12 more"));
    }
}
