//! Remote control, and why it was not started.

use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};

use super::{Language, numbers, sentences};
use crate::vnc_supervisor::{End, Finished, Line, Running};

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
    /// VNC START VIEWER.
    led_to(program, viewer, until) {
        en: "Remote control is connected to the viewer {viewer} ({program}). It stops by itself at {until}.",
        de: "Die Fernsteuerung ist mit dem Betrachter {viewer} verbunden ({program}). Sie endet von selbst um {until}.",
    }
    /// A password for one start. It must not be told anywhere else.
    one_time_password(password) { en: "Password, for this start alone: {password}", de: "Passwort, nur für diesen Start: {password}" }
    /// VNC START while it runs.
    already_at(program, listen, until) {
        en: "Remote control is on already: {listen} ({program}). It stops by itself at {until}.",
        de: "Die Fernsteuerung läuft schon: {listen} ({program}). Sie endet von selbst um {until}.",
    }
    /// VNC START while it is led to a viewer.
    already_led_to(program, viewer, until) {
        en: "Remote control is on already, connected to the viewer {viewer} ({program}). It stops by itself at {until}; one at a time.",
        de: "Die Fernsteuerung läuft schon, verbunden mit dem Betrachter {viewer} ({program}). Sie endet von selbst um {until}; immer nur eine.",
    }
    /// VNC while it is led to a viewer.
    runs_led_to(program, viewer, since, until) {
        en: "Remote control is connected to the viewer {viewer} ({program}), since {since}, until {until}. No port is open.",
        de: "Die Fernsteuerung ist mit dem Betrachter {viewer} verbunden ({program}), seit {since}, bis {until}. Kein Port ist offen.",
    }
    /// Told when the first viewer from elsewhere connects.
    viewer_connected(viewer) {
        en: "A viewer connected to remote control: {viewer}. VNC shows who is there, VNC STOP ends it.",
        de: "Ein Betrachter hat sich mit der Fernsteuerung verbunden: {viewer}. VNC zeigt, wer da ist, VNC STOPPEN beendet sie.",
    }
    /// Told when the viewer that it was led to hung up.
    viewer_left(program, viewer) {
        en: "Remote control ended: the connection to the viewer {viewer} is closed ({program}).",
        de: "Die Fernsteuerung ist beendet: Die Verbindung zum Betrachter {viewer} ist zu ({program}).",
    }
    /// VNC STOP while it is led to a viewer.
    stopped_led_to(program, viewer) {
        en: "Remote control is off; the connection to the viewer {viewer} is closed ({program}).",
        de: "Die Fernsteuerung ist beendet; die Verbindung zum Betrachter {viewer} ist geschlossen ({program}).",
    }
    /// Told when its time was over while it was led to a viewer.
    time_up_led_to(program, viewer) {
        en: "Remote control stopped by itself: its time is over, the connection to the viewer {viewer} is closed ({program}).",
        de: "Die Fernsteuerung hat sich beendet: Ihre Zeit ist um, die Verbindung zum Betrachter {viewer} ist geschlossen ({program}).",
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

/// VNC START: where it is, and until when; with the password, where that is for this start alone.
pub(crate) fn started(
    lang: Language,
    running: &Running,
    one_time: Option<&SecretString>,
) -> String {
    let until = numbers::date_time(lang, running.until);
    let first = match &running.line {
        Line::Listens(listen) => started_at(lang, &running.program, listen, until),
        Line::Viewer { name, .. } => led_to(lang, &running.program, name, until),
    };
    let answer = with_user(lang, first, running);
    match one_time {
        Some(password) => answer + "\n" + &one_time_password(lang, password.expose_secret()),
        None => answer,
    }
}

/// VNC START while it runs.
pub(crate) fn runs_already(lang: Language, running: &Running) -> String {
    let until = numbers::date_time(lang, running.until);
    let first = match &running.line {
        Line::Listens(listen) => already_at(lang, &running.program, listen, until),
        Line::Viewer { name, .. } => already_led_to(lang, &running.program, name, until),
    };
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
    let since = numbers::date_time(lang, running.since);
    let until = numbers::date_time(lang, running.until);
    let first = match &running.line {
        Line::Listens(listen) => runs_at(lang, &running.program, listen, since, until),
        Line::Viewer { name, .. } => runs_led_to(lang, &running.program, name, since, until),
    };
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
    match &running.line {
        Line::Listens(listen) => stopped_at(lang, &running.program, listen),
        Line::Viewer { name, .. } => stopped_led_to(lang, &running.program, name),
    }
}

/// Its time was over.
pub(crate) fn time_up(lang: Language, running: &Running) -> String {
    match &running.line {
        Line::Listens(listen) => time_up_at(lang, &running.program, listen),
        Line::Viewer { name, .. } => time_up_led_to(lang, &running.program, name),
    }
}

/// The viewer that it was led to hung up.
pub(crate) fn viewer_gone(lang: Language, running: &Running) -> String {
    viewer_left(lang, &running.program, &running.line)
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
        parts.push(not_closed(lang, &finished.running.line));
    }
    parts.join("\n")
}
