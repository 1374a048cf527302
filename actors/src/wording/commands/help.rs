//! What HELP says, and the hints.

use crate::wording::sentences;

sentences! {
    /// HELP of OS.
    help_os() { en: "tells about this machine: system, host name, screen, addresses", de: "sagt, was das für ein Rechner ist: System, Name, Bildschirm, Adressen" }
    /// HELP of HD.
    help_hd() { en: "shows the disks and how full they are, or the one under PATH", de: "zeigt die Laufwerke und wie voll sie sind, oder das unter PATH" }
    /// HELP of VNC START.
    help_vnc_start() {
        en: "starts remote control, for so many minutes, or connects it to a VIEWER that waits at HOST (vnc.viewers; port 5500); CODE is the six digits of the second factor, where one is set up",
        de: "startet die Fernsteuerung, für so viele Minuten, oder verbindet sie mit einem Betrachter (VIEWER), der an HOST wartet (vnc.viewers; Port 5500); CODE sind die sechs Ziffern des zweiten Faktors, wo einer eingerichtet ist",
    }
    /// HELP of VNC STOP.
    help_vnc_stop() { en: "stops remote control", de: "beendet die Fernsteuerung" }
    /// HELP of VNC.
    help_vnc() { en: "shows whether remote control runs and who is connected", de: "zeigt, ob die Fernsteuerung läuft und wer verbunden ist" }
    /// HELP of STATUS.
    help_status() { en: "shows what is watched and how it is", de: "zeigt, was überwacht wird und wie es steht" }
    /// HELP of CHECK.
    help_check() { en: "checks now and says the result", de: "prüft jetzt und sagt das Ergebnis" }
    /// HELP of HISTORY.
    help_history() { en: "shows the last changes and the share of time up", de: "zeigt die letzten Änderungen und den Anteil der Zeit, in der alles lief" }
    /// HELP of MUTE.
    help_mute() { en: "no alerts for that long, by default 1h; checks go on", de: "keine Meldungen für diese Zeit, sonst 1h; geprüft wird weiter" }
    /// HELP of UNMUTE.
    help_unmute() { en: "alerts again, from now on", de: "ab jetzt wieder Meldungen" }
    /// HELP of ACTORS.
    help_actors() { en: "shows the parts of the program: running since, restarts, last reason", de: "zeigt die Teile des Programms: läuft seit, Neustarts, letzter Grund" }
    /// HELP of RELOAD.
    help_reload() { en: "reads the configuration again", de: "liest die Konfiguration neu" }
    /// HELP of HELP.
    help_help() { en: "shows this, or more about one command", de: "zeigt dies, oder mehr zu einem Befehl" }
    /// HELP of VERSION.
    help_version() { en: "shows version and uptime", de: "zeigt Version und Laufzeit" }
    /// HELP of MORE.
    help_more() { en: "shows the rest of an answer that was too long for one message", de: "zeigt den Rest einer Antwort, die für eine Nachricht zu lang war" }
    /// Other names of a command.
    also_called(names) { en: "Names: {names}", de: "Namen: {names}" }
    /// Support asked for what only the owner may.
    only_the_owner_may() { en: "Only the owner may give this command.", de: "Diesen Befehl darf nur der Besitzer geben." }
    /// An unknown word that is near a known one.
    did_you_mean(command) {
        en: "Unknown command. Did you mean {command}? HELP shows all commands.",
        de: "Unbekannter Befehl. Gemeint war vielleicht {command}? HILFE zeigt alle Befehle.",
    }
    /// An unknown word, or none.
    say_help() { en: "Unknown command. HELP shows all commands.", de: "Unbekannter Befehl. HILFE zeigt alle Befehle." }
    /// Wrong arguments.
    usage(form) { en: "This command is written: {form}", de: "Dieser Befehl wird so geschrieben: {form}" }
    /// More than ten commands a minute.
    slow_down() { en: "Please slow down: at most 10 commands a minute.", de: "Bitte langsamer: höchstens 10 Befehle in der Minute." }
    /// Behind an answer that was cut.
    more_lines(count) { en: "… {count} more lines; MORE shows them.", de: "… {count} weitere Zeilen; MEHR zeigt sie." }
    /// MORE, and nothing is left.
    nothing_more() { en: "There is nothing more.", de: "Mehr gibt es nicht." }
    /// The owner hears of a stranger.
    stranger(who) {
        en: "{who} tried to command this host and got no answer. Further attempts within an hour are only logged.",
        de: "{who} wollte diesem Rechner Befehle geben und bekam keine Antwort. Weitere Versuche innerhalb einer Stunde stehen nur im Protokoll.",
    }
    /// The owner hears of one who is locked.
    locked(who) {
        en: "{who} is locked (access.locked), tried to command this host and got no answer. Further attempts within an hour are only logged.",
        de: "{who} ist gesperrt (access.locked), wollte diesem Rechner Befehle geben und bekam keine Antwort. Weitere Versuche innerhalb einer Stunde stehen nur im Protokoll.",
    }
    /// The same where there are too many to be told of.
    many_strangers(count) {
        en: "More than {count} addresses that may not command this host have tried to within an hour, and got no answer. Further ones are only logged.",
        de: "Mehr als {count} Adressen ohne Befugnis wollten diesem Rechner binnen einer Stunde Befehle geben und bekamen keine Antwort. Weitere stehen nur im Protokoll.",
    }
    /// The owner hears of an actor that keeps failing.
    keeps_failing(actor, reason) {
        en: "A part of the program keeps failing: {actor} ({reason}). It is tried again at a slow pace; ACTORS shows when it runs.",
        de: "Ein Teil des Programms fällt immer wieder aus: {actor} ({reason}). Es wird in Abständen neu versucht; AKTEURE zeigt, wann es läuft.",
    }
    /// VNC START without the second factor.
    code_missing() { en: "A code is needed: VNC START [MINUTES] CODE", de: "Dazu gehört ein Code: VNC STARTEN [MINUTEN] CODE" }
    /// A wrong code, or one used before.
    code_wrong() { en: "This code is wrong or was used before.", de: "Dieser Code ist falsch oder wurde schon benutzt." }
    /// The code was right, but that it is used now cannot be written down.
    code_not_kept() {
        en: "The code was right, but its use could not be written down in the data directory (disk full?), so it does not count. See the log.",
        de: "Der Code war richtig, aber dass er benutzt ist, ließ sich nicht im Datenordner vermerken (Platte voll?), deshalb gilt er nicht. Siehe Protokoll.",
    }
    /// Too many wrong codes.
    code_locked(left) { en: "Too many wrong codes. VNC START is locked for {left}.", de: "Zu viele falsche Codes. VNC STARTEN ist für {left} gesperrt." }
    /// The owner hears of the lock.
    code_lock_notice(who) {
        en: "Five wrong codes for VNC START from {who}. It is locked for 15 minutes.",
        de: "Fünf falsche Codes für VNC STARTEN von {who}. Es ist für 15 Minuten gesperrt.",
    }
}
