//! What AUDIT says.

use std::time::Duration;

use super::{Language, numbers, sentences};
use crate::audit::{Deed, Entry};
use crate::authorizer::policy::Refusal;

sentences! {
    /// HELP of AUDIT.
    help() { en: "shows who did what, or tried to, the newest first; 20 lines, or N", de: "zeigt, wer was getan oder versucht hat, das Neueste zuerst; 20 Zeilen, oder N" }
    /// A number that is none.
    how_many(most) { en: "How many lines? AUDIT takes a number from 1 to {most}.", de: "Wie viele Zeilen? PROTOKOLL nimmt eine Zahl von 1 bis {most}." }
    /// The journal cannot be read.
    unreadable(why) { en: "The audit trail cannot be read: {why}", de: "Das Protokoll ist nicht lesbar: {why}" }
    /// There is nothing in it.
    empty() { en: "Nothing has been done yet.", de: "Noch ist nichts geschehen." }
    /// A line of it.
    entry(time, by, what) { en: "{time} {by}: {what}", de: "{time} {by}: {what}" }
    /// What somebody tried.
    refused(what, reason) { en: "refused: {what} ({reason})", de: "abgelehnt: {what} ({reason})" }
    /// The same where it is not told what.
    refused_unheard(reason) { en: "refused ({reason})", de: "abgelehnt ({reason})" }
    /// This client was made.
    enrolled(jid) { en: "made this client, {jid}", de: "hat diesen Client angelegt, {jid}" }
    /// The host was handed over.
    owner_changed(from, to) { en: "owner changed from {from} to {to}", de: "Besitzer gewechselt von {from} zu {to}" }
    /// The configuration was read again.
    reloaded(outcome) { en: "configuration read again: {outcome}", de: "Konfiguration neu gelesen: {outcome}" }
    /// The VNC password was set.
    vnc_password_set() { en: "VNC password set", de: "VNC-Passwort gesetzt" }
    /// A new secret for VNC codes was made.
    vnc_code_made() { en: "new secret for VNC codes made", de: "neues Geheimnis für VNC-Codes erzeugt" }
    /// Remote control began.
    vnc_started(program, at) { en: "remote control started, {at} ({program})", de: "Fernsteuerung gestartet, {at} ({program})" }
    /// Remote control ended.
    vnc_stopped(why) { en: "remote control ended: {why}", de: "Fernsteuerung beendet: {why}" }
    /// Somebody looks.
    viewer_connected() { en: "viewer connected", de: "Betrachter verbunden" }
    /// And looks no more.
    viewer_gone(after) { en: "viewer gone after {after}", de: "Betrachter nach {after} wieder weg" }
}

/// AUDIT.
pub fn trail(lang: Language, entries: &[Entry]) -> String {
    if entries.is_empty() {
        return empty(lang);
    }
    let line = |one: &Entry| {
        let time = numbers::date_time(lang, one.at);
        entry(lang, time, &one.by, deed(lang, &one.deed))
    };
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn deed(lang: Language, deed: &Deed) -> String {
    match deed {
        Deed::Command { line } => line.clone(),
        Deed::Refused { what, reason } if what.is_empty() => {
            refused_unheard(lang, why(lang, reason))
        }
        Deed::Refused { what, reason } => refused(lang, what, why(lang, reason)),
        Deed::Enrolled { jid } => enrolled(lang, jid),
        Deed::OwnerChanged { from, to } => owner_changed(lang, from, to),
        Deed::Reloaded { outcome } => reloaded(lang, outcome),
        Deed::VncPasswordSet => vnc_password_set(lang),
        Deed::VncCodeMade => vnc_code_made(lang),
        Deed::VncStarted { program, at } => vnc_started(lang, program, at),
        Deed::VncStopped { why } => vnc_stopped(lang, why),
        Deed::ViewerConnected => viewer_connected(lang),
        Deed::ViewerGone { seconds } => {
            viewer_gone(lang, numbers::duration(Duration::from_secs(*seconds)))
        }
    }
}

/// Reasons of ours are kept in English and told in the language of the answer.
fn why(lang: Language, reason: &str) -> String {
    let ours = Refusal::ALL.iter().find(|one| one.to_string() == reason);
    match (lang, ours) {
        (Language::De, Some(reason)) => german(*reason).to_owned(),
        _ => reason.to_owned(),
    }
}

fn german(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Stranger => "weder Besitzer noch Support",
        Refusal::Locked => "gesperrt durch access.locked",
        Refusal::OwnerOnly => "das darf nur der Besitzer",
        Refusal::TooFast => "mehr als 10 Befehle in der Minute",
        Refusal::SecondFactor => "kein gültiger zweiter Faktor",
        Refusal::NoSuchCommand => "kein solcher Befehl",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn an_entry_is_a_line_with_time_who_and_what_in_the_language() {
        let entry = Entry {
            at: Timestamp::UNIX_EPOCH,
            by: "help@example.org".into(),
            deed: Deed::Refused {
                what: "MUTE ALL".into(),
                reason: Refusal::OwnerOnly.to_string(),
            },
        };
        let english = trail(Language::En, std::slice::from_ref(&entry));
        assert!(
            english.ends_with(" help@example.org: refused: MUTE ALL (only the owner may)"),
            "{english}"
        );
        let german = trail(Language::De, &[entry]);
        assert!(
            german.ends_with(": abgelehnt: MUTE ALL (das darf nur der Besitzer)"),
            "{german}"
        );
        assert_eq!(trail(Language::En, &[]), "Nothing has been done yet.");
    }
}
