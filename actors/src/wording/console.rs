//! What the console says by itself.

use super::{Language, sentences};

sentences! {
    /// The first line.
    greeting(version, file, targets) {
        en: "HostMessenger {version} watches {targets} as {file} says. HELP shows the commands, quit ends it.",
        de: "HostMessenger {version} überwacht {targets} nach {file}. HILFE zeigt die Befehle, quit beendet es.",
    }
    /// A number of targets that is not 1.
    targets(count) {
        en: "{count} targets",
        de: "{count} Ziele",
    }
    /// One target.
    one_target() {
        en: "1 target",
        de: "1 Ziel",
    }
    /// There is no account.
    no_account() {
        en: "There is no XMPP account: this console is the only chat. Write `account` and `access.owner` into the file, then say RELOAD.",
        de: "Es gibt kein XMPP-Konto: Diese Konsole ist der einzige Chat. `account` und `access.owner` in die Datei schreiben, dann NEULADEN.",
    }
}

/// So many targets.
pub fn count_targets(lang: Language, count: usize) -> String {
    match count {
        1 => one_target(lang),
        _ => targets(lang, count),
    }
}
