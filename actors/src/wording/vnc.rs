//! Remote control, and why it was not started.

use std::net::SocketAddr;

use super::{Language, numbers, sentences};
use crate::vnc_supervisor::{End, Finished, Refusal, Running};

sentences! {
    /// VNC while nothing runs.
    not_running() { en: "Remote control is off.", de: "Die Fernsteuerung ist aus." }
    /// VNC while it is being started.
    is_starting() { en: "Remote control is being started.", de: "Die Fernsteuerung wird gerade gestartet." }
    /// VNC STOP while it was being started.
    start_called_off() { en: "The start was called off; remote control is off.", de: "Der Start wurde abgebrochen; die Fernsteuerung ist aus." }
    started_at(program, listen, until) {
        en: "Remote control is on: {listen} ({program}). It stops by itself at {until}.",
        de: "Die Fernsteuerung läuft: {listen} ({program}). Sie endet von selbst um {until}.",
    }
    already_at(program, listen, until) {
        en: "Remote control is on already: {listen} ({program}). It stops by itself at {until}.",
        de: "Die Fernsteuerung läuft schon: {listen} ({program}). Sie endet von selbst um {until}.",
    }
    runs_at(program, listen, since, until) {
        en: "Remote control is on: {listen} ({program}), since {since}, until {until}.",
        de: "Die Fernsteuerung läuft: {listen} ({program}), seit {since}, bis {until}.",
    }
    /// wayvnc's viewers need more than a password.
    user_name(user) {
        en: "The viewer must speak TLS (VeNCrypt), as TigerVNC's does; user name: {user}.",
        de: "Der Betrachter muss TLS können (VeNCrypt), wie der von TigerVNC; Benutzername: {user}.",
    }
    connected(peers) { en: "Connected: {peers}", de: "Verbunden: {peers}" }
    nobody_connected() { en: "Nobody is connected.", de: "Niemand ist verbunden." }
    stopped_at(program, listen) { en: "Remote control is off; {listen} is closed ({program}).", de: "Die Fernsteuerung ist beendet; {listen} ist geschlossen ({program})." }
    time_up_at(program, listen) { en: "Remote control stopped by itself: its time is over, {listen} is closed ({program}).", de: "Die Fernsteuerung hat sich beendet: Ihre Zeit ist um, {listen} ist geschlossen ({program})." }
    exited(program, how) { en: "Remote control ended unexpectedly: {program} exited with {how}.", de: "Die Fernsteuerung ist unerwartet ausgefallen: {program} endete mit {how}." }
    guard_gone(program) { en: "Remote control ended unexpectedly: the guard of {program} was ended from outside.", de: "Die Fernsteuerung ist unerwartet ausgefallen: Der Wächter von {program} wurde von außen beendet." }
    last_lines(evidence) { en: "Its last lines: {evidence}", de: "Die letzten Zeilen: {evidence}" }
    start_again() { en: "VNC START starts it again.", de: "VNC STARTEN startet sie wieder." }
    left_over(program, pids) { en: "{program}: these processes do not end: {pids}", de: "{program}: Diese Prozesse enden nicht: {pids}" }
    not_closed(listen) { en: "{listen} is still open.", de: "{listen} ist noch offen." }
    exit_code(code) { en: "exit code {code}", de: "Code {code}" }
    by_signal(signal) { en: "signal {signal}", de: "Signal {signal}" }
    not_started(why) { en: "Remote control was not started: {why}", de: "Die Fernsteuerung wurde nicht gestartet: {why}" }
}

mod refused {
    use super::sentences;

    sentences! {
        no_password() {
            en: "No password is set. On that machine run: hostmessenger vnc-password",
            de: "Es ist kein Passwort gesetzt. Auf dem Rechner ausführen: hostmessenger vnc-password",
        }
        password_open(path) {
            en: "others can read or change the password file. On that machine run: chmod 600 {path}",
            de: "Andere können die Passwortdatei lesen oder ändern. Auf dem Rechner ausführen: chmod 600 {path}",
        }
        password_damaged(path) {
            en: "{path} is damaged. On that machine run: hostmessenger vnc-password",
            de: "{path} ist beschädigt. Auf dem Rechner ausführen: hostmessenger vnc-password",
        }
        missing_package(program, package) { en: "{program} is not installed (package {package}).", de: "{program} ist nicht installiert (Paket {package})." }
        missing(program) { en: "{program} is not installed.", de: "{program} ist nicht installiert." }
        none_installed_x() {
            en: "no program for it is installed. One of these packages is enough: x11vnc, tigervnc-scraping-server",
            de: "Kein Programm dafür ist installiert. Eines dieser Pakete genügt: x11vnc, tigervnc-scraping-server",
        }
        none_installed_wayland() {
            en: "no program for it is installed. This is a Wayland session: the package is wayvnc",
            de: "Kein Programm dafür ist installiert. Dies ist eine Wayland-Sitzung: Das Paket heißt wayvnc",
        }
        other_system(program) { en: "{program} is for Windows; see vnc.server.", de: "{program} ist für Windows; siehe vnc.server." }
        no_display(display, why) {
            en: "no X server answers at {display} ({why}). Is someone's desktop running there? See vnc.display.",
            de: "An {display} antwortet kein X-Server ({why}). Läuft dort eine Oberfläche? Siehe vnc.display.",
        }
        no_wayland(why) {
            en: "no Wayland compositor that wayvnc can show ({why}). It needs wlroots' protocols, as sway has them.",
            de: "Kein Wayland-Compositor, den wayvnc zeigen kann ({why}). Es braucht die Protokolle von wlroots, wie sway sie hat.",
        }
        x_authority(display, why) {
            en: "the X server at {display} refuses access ({why}). The service needs the desktop user's cookie: set XAUTHORITY to the file, or run as that user.",
            de: "Der X-Server an {display} verweigert den Zugang ({why}). Der Dienst braucht den Schlüssel des Oberflächen-Benutzers: XAUTHORITY auf die Datei setzen oder als dieser Benutzer laufen.",
        }
        port_taken(listen) {
            en: "{listen} is taken by another program. See vnc.port.",
            de: "{listen} ist von einem anderen Programm belegt. Siehe vnc.port.",
        }
        cannot_listen(listen, why) { en: "{listen} cannot be listened on ({why}). See vnc.address, vnc.port.", de: "An {listen} kann nicht gelauscht werden ({why}). Siehe vnc.address, vnc.port." }
        cannot_start(program, why) { en: "{program} cannot be started: {why}", de: "{program} lässt sich nicht starten: {why}" }
        ended(program, end, evidence) { en: "{program} ended at once ({end}): {evidence}", de: "{program} endete sofort ({end}): {evidence}" }
        no_greeting(program, listen, evidence) {
            en: "{program} does not speak RFB on {listen}: {evidence}",
            de: "{program} spricht kein RFB an {listen}: {evidence}",
        }
        stopped_meanwhile() { en: "VNC STOP came in between.", de: "VNC STOPPEN kam dazwischen." }
        leftovers(pids) { en: "processes of an earlier run do not end: {pids}", de: "Prozesse eines früheren Laufs enden nicht: {pids}" }
    }
}

/// Why remote control was not started, and what mends it.
pub fn refusal(lang: Language, refusal: &Refusal) -> String {
    not_started(lang, why(lang, refusal))
}

fn why(lang: Language, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoPassword => refused::no_password(lang),
        Refusal::PasswordOpenToOthers { path } => refused::password_open(lang, path.display()),
        Refusal::PasswordDamaged { path } => refused::password_damaged(lang, path.display()),
        Refusal::File { path, why } => format!("{}: {why}", path.display()),
        Refusal::Missing { program, package } => match package {
            Some(package) => refused::missing_package(lang, program, package),
            None => refused::missing(lang, program),
        },
        Refusal::NoneInstalled { wayland: false } => refused::none_installed_x(lang),
        Refusal::NoneInstalled { wayland: true } => refused::none_installed_wayland(lang),
        Refusal::OtherSystem { program } => refused::other_system(lang, program),
        Refusal::NoDisplay { display, why } => refused::no_display(lang, display, why),
        Refusal::NoWayland { why } => refused::no_wayland(lang, why),
        Refusal::XAuthority { display, why } => refused::x_authority(lang, display, why),
        Refusal::PortTaken { listen } => refused::port_taken(lang, listen),
        Refusal::CannotListen { listen, why } => refused::cannot_listen(lang, listen, why),
        Refusal::NotStarted { program, why } => refused::cannot_start(lang, program, why),
        Refusal::Ended {
            program,
            end,
            evidence,
        } => refused::ended(lang, program, end, evidence),
        Refusal::NoGreeting {
            program,
            listen,
            evidence,
        } => refused::no_greeting(lang, program, listen, evidence),
        Refusal::StoppedMeanwhile => refused::stopped_meanwhile(lang),
        Refusal::Leftovers { pids } => refused::leftovers(lang, pids),
    }
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
