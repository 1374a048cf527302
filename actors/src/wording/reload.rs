//! What RELOAD says.

use super::sentences;

sentences! {
    /// Nothing differs.
    nothing() { en: "Nothing changed.", de: "Nichts hat sich geändert." }
    /// The file has mistakes.
    refused(mistakes) { en: "Nothing was changed, because the file has mistakes:\n{mistakes}", de: "Nichts wurde geändert, denn die Datei hat Fehler:\n{mistakes}" }
    /// A target is gone.
    removed(name) { en: "removed: {name}", de: "entfernt: {name}" }
    /// A target is new.
    added(name) { en: "added: {name}", de: "neu: {name}" }
    /// A target differs.
    changed(name) { en: "changed: {name}", de: "geändert: {name}" }
    /// How alerts are told.
    alerts() { en: "changed: alerts", de: "geändert: Meldungen" }
    /// OS and HD.
    host_info() { en: "changed: host_info", de: "geändert: host_info" }
    /// Remote control.
    vnc() { en: "changed: vnc; remote control was stopped", de: "geändert: vnc; die Fernsteuerung wurde beendet" }
    /// The account.
    account() { en: "changed: account or contacts; logging in anew", de: "geändert: Konto oder Kontakte; neue Anmeldung" }
    /// Who may command.
    access() { en: "changed: commands and who may give them", de: "geändert: Befehle und wer sie geben darf" }
    /// Waits for a restart.
    data_dir() { en: "data_dir changed: that waits for a restart", de: "data_dir geändert: das wartet auf einen Neustart" }
    /// Waits for a restart.
    log() { en: "log changed: that waits for a restart", de: "log geändert: das wartet auf einen Neustart" }
}
