//! What alerts say. The first word is fixed (contract, section 4): people and scripts look for it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Language, numbers, reasons, sentences};
use crate::alerts::State;
use crate::commands::LIMIT;
use crate::probe::verdict::Outcome;

sentences! {
    /// DOWN.
    down_line(name, why, since) { en: "DOWN {name}: {why}, since {since}", de: "AUSGEFALLEN {name}: {why}, seit {since}" }
    /// WARNING.
    warning_line(name, why, since) { en: "WARNING {name}: {why}, since {since}", de: "WARNUNG {name}: {why}, seit {since}" }
    /// UP.
    up_line(name, why, lasted) { en: "UP {name}: {why}, after {lasted}", de: "WIEDER DA {name}: {why}, nach {lasted}" }
    /// A reminder.
    still_down_line(name, why, lasted) { en: "still DOWN {name}: {why}, for {lasted}", de: "weiterhin AUSGEFALLEN {name}: {why}, seit {lasted}" }
    /// A target changes too often to be told.
    flapping(name) {
        en: "FLAPPING {name}: it keeps changing; no alerts of it until it is steady",
        de: "FLATTERT {name}: ändert sich ständig; keine Meldungen dazu, bis es ruhig ist",
    }
    /// It is steady again, and as it was told before.
    steady(name) { en: "STEADY {name}: no longer flapping, and as it was before", de: "RUHIG {name}: flattert nicht mehr, und ist wie zuvor" }
    /// No check is known.
    no_check() { en: "not checked yet", de: "noch nicht geprüft" }
    /// What did not fit into one message.
    more_lines(count) { en: "… {count} more; STATUS shows all", de: "… {count} weitere; LAGE zeigt alle" }
}

/// `DOWN shop: connection refused by 127.0.0.1:81 (connect), since 2026-11-23 14:03:05`.
pub fn down(lang: Language, name: &str, last: Option<&Outcome>, since: Timestamp) -> String {
    down_line(
        lang,
        name,
        evidence(lang, last),
        numbers::date_time(lang, since),
    )
}

/// `WARNING shop: …`.
pub fn warning(lang: Language, name: &str, last: Option<&Outcome>, since: Timestamp) -> String {
    warning_line(
        lang,
        name,
        evidence(lang, last),
        numbers::date_time(lang, since),
    )
}

/// `UP shop: 200 OK, after 12m 3s`.
pub fn up(lang: Language, name: &str, last: Option<&Outcome>, lasted: Duration) -> String {
    up_line(lang, name, evidence(lang, last), numbers::duration(lasted))
}

/// `still DOWN shop: …`.
pub fn still_down(lang: Language, name: &str, last: Option<&Outcome>, lasted: Duration) -> String {
    still_down_line(lang, name, evidence(lang, last), numbers::duration(lasted))
}

/// Reason and, where the check did not get to its end, the phase it reached.
pub fn evidence(lang: Language, last: Option<&Outcome>) -> String {
    let Some(outcome) = last else {
        return no_check(lang);
    };
    let why = reasons::reason(lang, &outcome.finding.reason);
    match outcome.finding.phase {
        Some(phase) if outcome.finding.verdict != crate::probe::verdict::Verdict::Ok => {
            format!("{why} ({})", reasons::phase(lang, phase))
        }
        _ => why,
    }
}

/// Lines as one message of at most [`LIMIT`] characters, cut at a line.
pub fn message(lang: Language, lines: &[String]) -> String {
    let mut body = String::new();
    let mut room = LIMIT - 80;
    for (n, line) in lines.iter().enumerate() {
        let length = line.chars().count() + 1;
        if length > room {
            if n == 0 {
                body.extend(line.chars().take(room));
                body.push('\n');
            }
            let left = lines.len() - n.max(1);
            if left > 0 {
                body.push_str(&more_lines(lang, left));
            }
            break;
        }
        room -= length;
        body.push_str(line);
        body.push('\n');
    }
    body.trim_end().to_owned()
}

/// A state's name for people; the English one is fixed for scripts.
pub fn state_name(lang: Language, state: State) -> &'static str {
    match (lang, state) {
        (Language::En, state) => state.as_str(),
        (Language::De, State::Pending) => "NOCH OFFEN",
        (Language::De, State::Up) => "IN BETRIEB",
        (Language::De, State::Warning) => "WARNUNG",
        (Language::De, State::Down) => "AUSGEFALLEN",
        (Language::De, State::Unknown) => "UNBEKANNT",
    }
}
