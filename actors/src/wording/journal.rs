//! What the journal tells of itself.

use super::sentences;

sentences! {
    /// The file cannot be used; told once.
    not_usable(why) {
        en: "The journal cannot be used ({why}). Watching and alerts go on from memory; what happened before is not known, and a restart forgets.",
        de: "Das Journal ist nicht benutzbar ({why}). Überwachung und Meldungen laufen aus dem Speicher weiter; was vorher war, ist nicht bekannt, und ein Neustart vergisst.",
    }
    /// It is damaged; told once.
    damaged(why, kept) {
        en: "The journal was damaged ({why}). What could be read of it is in a fresh one; the damaged file is kept as {kept}.",
        de: "Das Journal war beschädigt ({why}). Was davon lesbar war, steht in einem frischen; die beschädigte Datei liegt als {kept} daneben.",
    }
    /// The disk takes it again.
    writable_again() {
        en: "The journal is written to its file again; nothing is missing.",
        de: "Das Journal wird wieder in seine Datei geschrieben; nichts fehlt.",
    }
    /// The disk does not take what is written; told once.
    not_writable(why) {
        en: "The journal can no longer be written ({why}). Watching and alerts go on from memory; it is tried again and again; a restart before that forgets.",
        de: "Das Journal kann nicht mehr geschrieben werden ({why}). Überwachung und Meldungen laufen aus dem Speicher weiter; es wird immer wieder versucht, und ein Neustart davor vergisst.",
    }
}
