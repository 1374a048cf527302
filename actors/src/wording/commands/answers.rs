//! What the commands answer.

use jiff::Timestamp;

use crate::alerts::{State, TargetStatus};
use crate::journal::{Heard, History};
use crate::probe::verdict::{Outcome, Verdict};
use crate::supervision::{ChildPhase, ChildStatus};
use crate::wording::alerts::state_name;
use crate::wording::{Language, numbers, reasons, sentences};

sentences! {
    /// An actor did not answer in time.
    no_answer_from(actor) { en: "No answer from {actor}; ACTORS shows what it does.", de: "Keine Antwort von {actor}; AKTEURE zeigt, was dort los ist." }
    /// STATUS without targets.
    no_targets() { en: "Nothing is watched. Targets are written into hostmessenger.yaml.", de: "Nichts wird überwacht. Ziele stehen in hostmessenger.yaml." }
    /// VERSION.
    version(version, up) { en: "HostMessenger {version}, up for {up}", de: "HostMessenger {version}, läuft seit {up}" }
    /// HISTORY cannot be read.
    history_unreadable(why) { en: "The history cannot be read: {why}", de: "Der Verlauf ist nicht lesbar: {why}" }
    /// HISTORY is empty.
    no_changes() { en: "No changes yet.", de: "Noch keine Änderungen." }
    /// UNMUTE of what was not muted.
    nothing_muted() { en: "Nothing was muted.", de: "Nichts war stumm." }
    /// MUTE.
    muted_until(names, until) { en: "Muted until {until}: {names}", de: "Stumm bis {until}: {names}" }
    /// UNMUTE.
    unmuted_names(names) { en: "Alerts again: {names}", de: "Wieder mit Meldungen: {names}" }
    /// STATUS: since when.
    since(state, time, ago) { en: "{state} since {time} ({ago})", de: "{state} seit {time} ({ago})" }
    /// STATUS: flapping.
    flapping() { en: "flapping", de: "flatternd" }
    /// STATUS: shadowed.
    shadowed(by) { en: "waits for {by}", de: "wartet auf {by}" }
    /// STATUS: muted.
    muted(until) { en: "muted until {until}", de: "stumm bis {until}" }
    /// STATUS: failures while the verdict is open.
    failures(count) { en: "{count} failures in a row", de: "{count} Fehler in Folge" }
    /// A name that is none.
    unknown_target(name, known) { en: "There is no target “{name}”. There are: {known}", de: "Es gibt kein Ziel „{name}“. Es gibt: {known}" }
    /// A name that is none, and nothing is watched.
    unknown_target_of_none(name) { en: "There is no target “{name}”; nothing is watched.", de: "Es gibt kein Ziel „{name}“; nichts wird überwacht." }
    /// ACTORS: a running actor.
    actor_runs(name, time, restarts) { en: "{name}: running since {time}, {restarts} restarts", de: "{name}: läuft seit {time}, {restarts} Neustarts" }
    /// ACTORS: one between two lives.
    actor_waits(name, time, restarts) { en: "{name}: waiting to restart since {time}, {restarts} restarts", de: "{name}: wartet auf Neustart seit {time}, {restarts} Neustarts" }
    /// ACTORS: one that ended.
    actor_stopped(name, time, restarts) { en: "{name}: stopped since {time}, {restarts} restarts", de: "{name}: beendet seit {time}, {restarts} Neustarts" }
    /// ACTORS: why its last life ended.
    last_reason(reason) { en: ", last reason: {reason}", de: ", letzter Grund: {reason}" }
    /// ACTORS: it keeps failing.
    keeps_failing_mark() { en: ", keeps failing", de: ", fällt immer wieder aus" }
    /// HISTORY: somebody has read the alert.
    read_at(time) { en: ", read {time}", de: ", gelesen {time}" }
    /// HISTORY: the alert is on somebody's screen, unread.
    arrived_at(time) { en: ", arrived {time}, not read", de: ", angekommen {time}, ungelesen" }
    /// HISTORY: the shares.
    up_shares(name, day, week, month) { en: "{name}: up {day} in 24 h, {week} in 7 d, {month} in 30 d", de: "{name}: in Betrieb {day} in 24 h, {week} in 7 T, {month} in 30 T" }
}

/// `shop: DOWN since 2026-11-23 14:03:05 (2m 5s), connection refused … , 41 ms`.
pub fn status_line(lang: Language, status: &TargetStatus, now: Timestamp) -> String {
    let ago = numbers::duration(elapsed(status.since, now));
    let mut parts = vec![since(
        lang,
        state_name(lang, status.state),
        numbers::date_time(lang, status.since),
        ago,
    )];
    if status.failures > 0 && status.state != State::Down {
        parts.push(failures(lang, status.failures));
    }
    if status.flapping {
        parts.push(flapping(lang));
    }
    if let Some(by) = &status.shadowed_by {
        parts.push(shadowed(lang, by));
    }
    if let Some(mute) = &status.muted {
        let until = muted(lang, numbers::date_time(lang, mute.until));
        parts.push(
            mute.reason
                .as_ref()
                .map_or(until.clone(), |why| format!("{until} ({why})")),
        );
    }
    if let Some(last) = &status.last {
        parts.push(finding(lang, last));
    }
    format!("{}: {}", status.name, parts.join(", "))
}

/// Time between two moments; none where the clock went back.
fn elapsed(from: Timestamp, to: Timestamp) -> std::time::Duration {
    to.duration_since(from).try_into().unwrap_or_default()
}

/// `200 OK, 41 ms`, with the phase where the check did not get to its end.
fn finding(lang: Language, outcome: &Outcome) -> String {
    let finding = &outcome.finding;
    let why = reasons::reason(lang, &finding.reason);
    let took = numbers::duration(outcome.took);
    match finding.phase {
        Some(phase) if finding.verdict != Verdict::Ok => {
            format!("{why} ({}), {took}", reasons::phase(lang, phase))
        }
        _ => format!("{why}, {took}"),
    }
}

/// CHECK: `shop: ok, 200 OK, 41 ms`.
pub fn outcome_line(lang: Language, name: &str, outcome: &Outcome) -> String {
    let verdict = verdict(lang, outcome.finding.verdict);
    format!("{name}: {verdict}, {}", finding(lang, outcome))
}

fn verdict(lang: Language, verdict: Verdict) -> &'static str {
    match (lang, verdict) {
        (_, Verdict::Ok) => "ok",
        (Language::En, verdict) => verdict.as_str(),
        (Language::De, Verdict::Warning) => "Warnung",
        (Language::De, Verdict::Failed) => "ausgefallen",
        (Language::De, Verdict::Unknown) => "unbekannt",
    }
}

/// A name that is no target, with those that are.
pub fn no_such_target<'a>(
    lang: Language,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> String {
    let name = crate::text::clean(name, 80);
    let known: Vec<&str> = known.collect();
    if known.is_empty() {
        unknown_target_of_none(lang, name)
    } else {
        unknown_target(lang, name, known.join(", "))
    }
}

/// MUTE.
pub fn muted_answer(lang: Language, names: &[String], until: Timestamp) -> String {
    if names.is_empty() {
        return no_targets(lang);
    }
    muted_until(lang, names.join(", "), numbers::date_time(lang, until))
}

/// UNMUTE.
pub fn unmuted(lang: Language, names: &[String]) -> String {
    if names.is_empty() {
        return nothing_muted(lang);
    }
    unmuted_names(lang, names.join(", "))
}

/// HISTORY.
pub fn history(lang: Language, history: &History) -> String {
    let mut lines: Vec<String> = history
        .up
        .iter()
        .map(|(name, [day, week, month])| {
            up_shares(
                lang,
                name,
                share(lang, *day),
                share(lang, *week),
                share(lang, *month),
            )
        })
        .collect();
    lines.extend(history.changes.iter().map(|(change, heard)| {
        let why = change
            .outcome
            .as_ref()
            .map(|outcome| format!(", {}", finding(lang, outcome)));
        format!(
            "{} {}: {} → {}{}{}",
            numbers::date_time(lang, change.at),
            change.target,
            state_name(lang, change.from),
            state_name(lang, change.to),
            why.unwrap_or_default(),
            heard_of(lang, change.at, heard)
        )
    }));
    if history.changes.is_empty() {
        lines.push(no_changes(lang));
    }
    lines.join("\n")
}

/// `, read 14:03`: what became of the alert; with the date where that was another day.
fn heard_of(lang: Language, at: Timestamp, heard: &Heard) -> String {
    let time = |then| numbers::time_after(lang, at, then);
    match (heard.read, heard.arrived) {
        (Some(read), _) => read_at(lang, time(read)),
        (None, Some(arrived)) => arrived_at(lang, time(arrived)),
        (None, None) => String::new(),
    }
}

fn share(lang: Language, share: Option<f64>) -> String {
    match share {
        Some(percent) => format!("{} %", numbers::decimal(lang, percent, 2)),
        None => "–".into(),
    }
}

/// ACTORS.
pub fn actor_line(lang: Language, status: &ChildStatus) -> String {
    let time = numbers::date_time(lang, status.since.wall);
    let mut line = match status.phase {
        ChildPhase::Running => actor_runs(lang, &status.name, time, status.restarts),
        ChildPhase::Waiting => actor_waits(lang, &status.name, time, status.restarts),
        ChildPhase::Stopped => actor_stopped(lang, &status.name, time, status.restarts),
    };
    if let Some(reason) = &status.last_reason {
        line.push_str(&last_reason(lang, crate::text::clean(reason, 300)));
    }
    if status.keeps_failing {
        line.push_str(&keeps_failing_mark(lang));
    }
    line
}
