//! What the console says by itself.

use super::sentences;

sentences! {
    /// The first line.
    greeting(version, file, targets) {
        en: "HostMessenger {version} watches {targets} targets as {file} says. HELP shows the commands, quit ends it.",
        de: "HostMessenger {version} überwacht {targets} Ziele nach {file}. HILFE zeigt die Befehle, quit beendet es.",
    }
    /// There is no account.
    no_account() {
        en: "There is no XMPP account: this console is the only chat. Write `account` and `access.owner` into the file, then say RELOAD.",
        de: "Es gibt kein XMPP-Konto: Diese Konsole ist der einzige Chat. `account` und `access.owner` in die Datei schreiben, dann NEULADEN.",
    }
}
