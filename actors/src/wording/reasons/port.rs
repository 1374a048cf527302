//! Sentences about port checks.

use crate::probe::kinds::port::PortReason;
use crate::wording::{Language, sentences};

sentences! {
    /// Somebody listens there.
    open(peer) { en: "{peer} accepts connections", de: "{peer} nimmt Verbindungen an" }
    /// It said what was expected.
    banner(first) { en: "answered '{first}'", de: "antwortete „{first}“" }
    /// It said something else.
    no_match(first) {
        en: "answered '{first}', which is not what was expected",
        de: "antwortete „{first}“, erwartet war etwas anderes",
    }
    /// It said more than is read.
    too_much(first) {
        en: "sent more than 64 KiB without what was expected, beginning with '{first}'",
        de: "schickte mehr als 64 KiB ohne das Erwartete, beginnend mit „{first}“",
    }
    /// It closed without a word.
    closed_mute() {
        en: "closed the connection without a word",
        de: "schloss die Verbindung, ohne etwas zu sagen",
    }
    /// It closed too early.
    closed(first) {
        en: "closed the connection after '{first}', which is not what was expected",
        de: "schloss die Verbindung nach „{first}“, erwartet war etwas anderes",
    }
}

/// The reason in words.
pub fn reason(lang: Language, reason: &PortReason) -> String {
    match reason {
        PortReason::Open { peer } => open(lang, peer),
        PortReason::Banner { first } => banner(lang, first),
        PortReason::NoMatch { first } => no_match(lang, first),
        PortReason::TooMuch { first } => too_much(lang, first),
        PortReason::Closed { first } if first.is_empty() => closed_mute(lang),
        PortReason::Closed { first } => closed(lang, first),
    }
}
