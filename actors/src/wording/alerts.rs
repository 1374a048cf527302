//! What alerts say. The first word is fixed (contract, section 4): people and scripts look for it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Language, numbers, reasons, sentences};
use crate::alerts::State;
use crate::alerts::digest::{Content, SHOWN};
use crate::alerts::line::{Line, Word};
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
    /// DOWN that came and went while nobody could be told.
    was_down_line(name, why, since, until, lasted) {
        en: "was DOWN {name}: {why}, from {since} to {until} ({lasted})",
        de: "war AUSGEFALLEN {name}: {why}, von {since} bis {until} ({lasted})",
    }
    /// WARNING that came and went.
    was_warning_line(name, why, since, until, lasted) {
        en: "was WARNING {name}: {why}, from {since} to {until} ({lasted})",
        de: "hatte WARNUNG {name}: {why}, von {since} bis {until} ({lasted})",
    }
    /// It was flapping for a while.
    was_flapping_line(name, since, until) {
        en: "was FLAPPING {name}: from {since} to {until}",
        de: "FLATTERTE {name}: von {since} bis {until}",
    }
    /// Behind a line that tells of the past.
    dated(line, at) { en: "{line} (at {at})", de: "{line} (um {at})" }
    /// Behind an alert that nobody has read.
    unread(line, since) { en: "{line}; nobody has read this since {since}", de: "{line}; seit {since} ungelesen" }
    /// The first line of what waited.
    waited_since(at) { en: "Waiting since {at}, there was no connection:", de: "Ohne Verbindung aufgelaufen seit {at}:" }
    /// More than a message should hold.
    more_past(count) { en: "… {count} more came and went; HISTORY shows them", de: "… {count} weitere kamen und gingen; VERLAUF zeigt sie" }
    /// The trouble was this host's own.
    cut_off_line(lasted, since, until) {
        en: "This host was cut off for {lasted}, from {since} to {until}; its remote targets are judged anew.",
        de: "Dieser Rechner war {lasted} lang abgeschnitten, von {since} bis {until}; seine entfernten Ziele werden neu beurteilt.",
    }
    /// No check is known.
    no_check() { en: "not checked yet", de: "noch nicht geprüft" }
    /// What did not fit into one message.
    more_lines(count) { en: "… {count} more; STATUS shows all", de: "… {count} weitere; LAGE zeigt alle" }
}

/// A line in words: `DOWN shop: connection refused by 127.0.0.1:81 (connect), since 2026-11-23 14:03:05`.
pub fn line(lang: Language, line: &Line) -> String {
    let (name, why) = (line.target.as_str(), line.why.as_str());
    let time = |at| numbers::date_time(lang, at);
    let since = time(line.since);
    let lasted = |until| numbers::duration(lasted(line.since, until));
    let text = match (line.word, line.until) {
        (Word::Down, None) => down_line(lang, name, why, since),
        (Word::Warning, None) => warning_line(lang, name, why, since),
        (Word::Down, Some(until)) => {
            was_down_line(lang, name, why, since, time(until), lasted(until))
        }
        (Word::Warning, Some(until)) => {
            was_warning_line(lang, name, why, since, time(until), lasted(until))
        }
        (Word::StillDown, _) => still_down_line(lang, name, why, lasted(line.at)),
        (Word::Up, _) => up_line(lang, name, why, lasted(line.at)),
        (Word::Flapping, None) => flapping(lang, name),
        (Word::Flapping, Some(until)) => was_flapping_line(lang, name, since, time(until)),
        (Word::Steady, _) => steady(lang, name),
        (Word::Notice, _) => why.to_owned(),
        (Word::CutOff, _) => cut_off_line(lang, lasted(line.at), since, time(line.at)),
    };
    match (line.word, line.until) {
        (Word::Up | Word::Steady, Some(until)) => dated(lang, text, time(until)),
        _ if line.escalated => unread(lang, text, time(line.at)),
        _ => text,
    }
}

fn lasted(since: Timestamp, until: Timestamp) -> Duration {
    until.duration_since(since).try_into().unwrap_or_default()
}

/// A message in words, of at most [`LIMIT`] characters.
pub fn body(lang: Language, content: &Content) -> String {
    if !content.merged {
        let lines = content.lines.iter().map(|part| line(lang, part));
        return message(lines, |left| more_lines(lang, left));
    }
    let shown = content.lines.iter().take(SHOWN);
    let mut lines: Vec<String> = shown.map(|part| dated_notice(lang, part)).collect();
    let hidden = content.lines.len() - lines.len() + content.omitted;
    if let Some(first) = content.lines.iter().map(|part| part.at).min() {
        lines.insert(0, waited_since(lang, numbers::date_time(lang, first)));
    }
    if hidden > 0 {
        lines.push(more_past(lang, hidden));
    }
    let own = usize::from(hidden > 0);
    message(lines.into_iter(), |left| {
        more_past(lang, left - own + hidden)
    })
}

/// A line of a digest: it is read later, so a notice needs its time.
fn dated_notice(lang: Language, part: &Line) -> String {
    let text = line(lang, part);
    match part.word {
        Word::Notice => dated(lang, text, numbers::date_time(lang, part.at)),
        _ => text,
    }
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

/// Lines as one message of at most [`LIMIT`] characters, cut at a line. Of thousands a few dozen
/// fit, so no more are put into words.
fn message(lines: impl ExactSizeIterator<Item = String>, more: impl Fn(usize) -> String) -> String {
    let mut body = String::new();
    let mut room = LIMIT - 100;
    let all = lines.len();
    for (n, line) in lines.enumerate() {
        let length = line.chars().count() + 1;
        if length > room {
            if n == 0 {
                body.extend(line.chars().take(room));
                body.push('\n');
            }
            let left = all - n.max(1);
            if left > 0 {
                body.push_str(&more(left));
            }
            break;
        }
        room -= length;
        body.push_str(&line);
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
