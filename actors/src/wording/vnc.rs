//! Remote control, and why it was not started.

use std::net::SocketAddr;

use super::{Language, numbers, sentences};
use crate::vnc_supervisor::{End, Finished, Running};

pub mod refused;

pub use refused::refusal;

sentences! {
    /// VNC while nothing runs.
    not_running() { en: "Remote control is off.", de: "Die Fernsteuerung ist aus." }
    /// VNC while it is being started.
    is_starting() { en: "Remote control is being started.", de: "Die Fernsteuerung wird gerade gestartet." }
    /// VNC STOP while it was being started.
    start_called_off() { en: "The start was called off; remote control is off.", de: "Der Start wurde abgebrochen; die Fernsteuerung ist aus." }
    /// VNC START.
    started_at(program, listen, until) {
        en: "Remote control is on: {listen} ({program}). It stops by itself at {until}.",
        de: "Die Fernsteuerung läuft: {listen} ({program}). Sie endet von selbst um {until}.",
    }
    /// VNC START while it runs.
    already_at(program, listen, until) {
        en: "Remote control is on already: {listen} ({program}). It stops by itself at {until}.",
        de: "Die Fernsteuerung läuft schon: {listen} ({program}). Sie endet von selbst um {until}.",
    }
    /// VNC while it runs.
    runs_at(program, listen, since, until) {
        en: "Remote control is on: {listen} ({program}), since {since}, until {until}.",
        de: "Die Fernsteuerung läuft: {listen} ({program}), seit {since}, bis {until}.",
    }
    /// wayvnc's viewers need more than a password.
    user_name(user) {
        en: "The viewer must speak TLS (VeNCrypt), as TigerVNC's does; user name: {user}.",
        de: "Der Betrachter muss TLS können (VeNCrypt), wie der von TigerVNC; Benutzername: {user}.",
    }
    /// VNC: who is connected.
    connected(peers) { en: "Connected: {peers}", de: "Verbunden: {peers}" }
    /// VNC: nobody is.
    nobody_connected() { en: "Nobody is connected.", de: "Niemand ist verbunden." }
    /// VNC STOP.
    stopped_at(program, listen) { en: "Remote control is off; {listen} is closed ({program}).", de: "Die Fernsteuerung ist beendet; {listen} ist geschlossen ({program})." }
    /// Told when its time was over.
    time_up_at(program, listen) { en: "Remote control stopped by itself: its time is over, {listen} is closed ({program}).", de: "Die Fernsteuerung hat sich beendet: Ihre Zeit ist um, {listen} ist geschlossen ({program})." }
    /// Told when it ended by itself.
    exited(program, how) { en: "Remote control ended unexpectedly: {program} exited with {how}.", de: "Die Fernsteuerung ist unerwartet ausgefallen: {program} endete mit {how}." }
    /// Told when its guard was ended by someone else.
    guard_gone(program) { en: "Remote control ended unexpectedly: the guard of {program} was ended from outside.", de: "Die Fernsteuerung ist unerwartet ausgefallen: Der Wächter von {program} wurde von außen beendet." }
    /// What it wrote last.
    last_lines(evidence) { en: "Its last lines: {evidence}", de: "Die letzten Zeilen: {evidence}" }
    /// What mends it.
    start_again() { en: "VNC START starts it again.", de: "VNC STARTEN startet sie wieder." }
    /// Told when it cannot be ended.
    left_over(program, pids) { en: "{program}: these processes do not end: {pids}", de: "{program}: Diese Prozesse enden nicht: {pids}" }
    /// Told when its port stays open.
    not_closed(listen) { en: "{listen} is still open.", de: "{listen} ist noch offen." }
    /// How a process ended.
    exit_code(code) { en: "exit code {code}", de: "Code {code}" }
    /// How a process ended.
    by_signal(signal) { en: "signal {signal}", de: "Signal {signal}" }
}

/// VNC START: where it is, and until when.
pub(crate) fn started(lang: Language, running: &Running) -> String {
    let until = numbers::date_time(lang, running.until);
    let first = started_at(lang, &running.program, running.listen, until);
    with_user(lang, first, running)
}

/// VNC START while it runs.
pub(crate) fn runs_already(lang: Language, running: &Running) -> String {
    let until = numbers::date_time(lang, running.until);
    let first = already_at(lang, &running.program, running.listen, until);
    with_user(lang, first, running)
}

fn with_user(lang: Language, first: String, running: &Running) -> String {
    match running.user {
        Some(user) => first + "\n" + &user_name(lang, user),
        None => first,
    }
}

/// VNC while it runs.
pub(crate) fn runs(lang: Language, running: &Running, peers: &[SocketAddr]) -> String {
    let first = runs_at(
        lang,
        &running.program,
        running.listen,
        numbers::date_time(lang, running.since),
        numbers::date_time(lang, running.until),
    );
    let second = if peers.is_empty() {
        nobody_connected(lang)
    } else {
        let peers: Vec<String> = peers.iter().map(ToString::to_string).collect();
        connected(lang, peers.join(", "))
    };
    first + "\n" + &second
}

/// VNC STOP.
pub(crate) fn stopped(lang: Language, running: &Running) -> String {
    stopped_at(lang, &running.program, running.listen)
}

/// Its time was over.
pub(crate) fn time_up(lang: Language, running: &Running) -> String {
    time_up_at(lang, &running.program, running.listen)
}

/// It ended by itself.
pub(crate) fn crashed(lang: Language, program: &str, end: Option<End>, evidence: &str) -> String {
    let mut parts = vec![match end {
        Some(End::Code(code)) => exited(lang, program, exit_code(lang, code)),
        Some(End::Signal(signal)) => exited(lang, program, by_signal(lang, signal)),
        None => guard_gone(lang, program),
    }];
    if !evidence.is_empty() {
        parts.push(last_lines(lang, evidence));
    }
    parts.push(start_again(lang));
    parts.join("\n")
}

/// Something of it is left, against all efforts.
pub(crate) fn not_ended(lang: Language, finished: &Finished) -> String {
    let mut parts = Vec::new();
    if !finished.left.is_empty() {
        let pids: Vec<String> = finished.left.iter().map(ToString::to_string).collect();
        parts.push(left_over(lang, &finished.running.program, pids.join(", ")));
    }
    if !finished.closed {
        parts.push(not_closed(lang, finished.running.listen));
    }
    parts.join("\n")
}
