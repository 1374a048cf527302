//! What the icon in the notification area, its menu and its windows say.

use std::net::SocketAddr;

use super::{Language, numbers, sentences};
use crate::glance::Session;
use crate::vnc_supervisor::PasswordError;

sentences! {
    /// An entry of the menu.
    status() { en: "Status", de: "Lage" }
    /// An entry of the menu.
    check_now() { en: "Check now", de: "Jetzt prüfen" }
    /// An entry of the menu.
    stop_vnc() { en: "Stop VNC", de: "VNC stoppen" }
    /// An entry of the menu.
    vnc_password() { en: "VNC password…", de: "VNC-Passwort…" }
    /// An entry of the menu.
    quit() { en: "Quit", de: "Beenden" }
    /// Nothing is known yet.
    starting() { en: "starting", de: "startet" }
    /// Remote control runs; in the tooltip.
    seen() { en: "remote control is on", de: "Fernsteuerung läuft" }
    /// The title of the notice while it runs.
    notice_title() { en: "Remote control is on", de: "Die Fernsteuerung läuft" }
    /// The notice while it runs.
    notice(program, until) {
        en: "This screen can be seen and controlled until {until} (VNC, {program}).",
        de: "Dieser Bildschirm kann bis {until} gesehen und bedient werden (VNC, {program}).",
    }
    /// Who is connected.
    viewers(list) { en: "Connected: {list}", de: "Verbunden: {list}" }
    /// Nobody is.
    no_viewers() { en: "Nobody is connected yet.", de: "Noch ist niemand verbunden." }
    /// The button that ends it.
    stop() { en: "Stop", de: "Beenden" }
    /// The title of the window for the password.
    password_title() { en: "VNC password", de: "VNC-Passwort" }
    /// What the window asks for.
    password_first() { en: "Password for remote control, 1 to 8 characters:", de: "Passwort für die Fernsteuerung, 1 bis 8 Zeichen:" }
    /// And asks for again.
    password_again() { en: "Once more:", de: "Noch einmal:" }
    /// A button.
    ok() { en: "OK", de: "OK" }
    /// A button.
    cancel() { en: "Cancel", de: "Abbrechen" }
    /// The two passwords differ.
    differ() { en: "The two differ; nothing was changed.", de: "Die beiden sind verschieden; nichts wurde geändert." }
    /// It was set.
    password_set() { en: "The password is set. The owner can now say VNC START.", de: "Das Passwort ist gesetzt. Der Besitzer kann jetzt VNC STARTEN sagen." }
    /// It has no characters.
    empty() { en: "An empty password protects nothing; nothing was changed.", de: "Ein leeres Passwort schützt nichts; nichts wurde geändert." }
    /// It has too many.
    too_long(length) {
        en: "The password has {length} characters, but VNC uses only the first 8; nothing was changed.",
        de: "Das Passwort hat {length} Zeichen, VNC benutzt aber nur die ersten 8; nichts wurde geändert.",
    }
    /// It has others than those.
    character() {
        en: "Only letters, digits and signs of ASCII can be used, with no blank at either end; nothing was changed.",
        de: "Nur Buchstaben, Ziffern und Zeichen aus ASCII sind möglich, ohne Leerzeichen am Rand; nichts wurde geändert.",
    }
    /// It cannot be kept.
    not_written(path, why) { en: "{path} cannot be written: {why}", de: "{path} ist nicht schreibbar: {why}" }
    /// The program did not get to it.
    not_set() { en: "The password could not be set; the log says why.", de: "Das Passwort konnte nicht gesetzt werden; das Log sagt, warum." }
}

/// Viewers that are named; more are counted.
const NAMED: usize = 3;

/// The notice while remote control runs: until when, and who is there.
pub fn session(lang: Language, session: &Session) -> String {
    let until = numbers::time_after(lang, session.since, session.until);
    let first = notice(lang, &session.program, until);
    first + "\n" + &who(lang, &session.viewers)
}

fn who(lang: Language, who: &[SocketAddr]) -> String {
    if who.is_empty() {
        return no_viewers(lang);
    }
    let named = who.iter().take(NAMED).map(ToString::to_string);
    let mut list: Vec<String> = named.collect();
    if who.len() > NAMED {
        list.push(super::presence::more(lang, who.len() - NAMED));
    }
    viewers(lang, list.join(", "))
}

/// Why a password was not set.
pub fn password_refused(lang: Language, error: &PasswordError) -> String {
    match error {
        PasswordError::Empty => empty(lang),
        PasswordError::TooLong { length } => too_long(lang, length),
        PasswordError::Character => character(lang),
        PasswordError::Io { path, why } => not_written(
            lang,
            path.display(),
            crate::text::clean(&why.to_string(), 200),
        ),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_notice_says_until_when_and_who_sees_the_screen() {
        let since: Timestamp = "2026-03-01T13:33:00Z".parse().unwrap();
        let until = since + std::time::Duration::from_secs(1_800);
        let mut running = Session {
            program: "x11vnc".into(),
            since,
            until,
            viewers: Vec::new(),
        };
        let time = numbers::time_after(Language::En, since, until);
        assert_eq!(
            session(Language::En, &running),
            format!(
                "This screen can be seen and controlled until {time} (VNC, x11vnc).\nNobody is connected yet."
            )
        );
        running.viewers = (1..=5).map(|n| ([192, 0, 2, n], 50_000).into()).collect();
        assert!(
            session(Language::De, &running).ends_with(
                "Verbunden: 192.0.2.1:50000, 192.0.2.2:50000, 192.0.2.3:50000, 2 weitere"
            )
        );
    }
}
