//! What the journal tells of itself.

use super::sentences;

sentences! {
    /// The file cannot be used; told once.
    not_usable(why) {
        en: "The journal cannot be used ({why}). Watching and alerts go on from memory; what happened before is not known, and a restart forgets.",
        de: "Das Journal ist nicht benutzbar ({why}). Überwachung und Meldungen laufen aus dem Speicher weiter; was vorher war, ist nicht bekannt, und ein Neustart vergisst.",
    }
    /// The disk does not take what is written; told once.
    not_writable(why) {
        en: "The journal can no longer be written ({why}). Watching and alerts go on from memory; a restart forgets.",
        de: "Das Journal kann nicht mehr geschrieben werden ({why}). Überwachung und Meldungen laufen aus dem Speicher weiter; ein Neustart vergisst.",
    }
}
