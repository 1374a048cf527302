//! Why a verdict is what it is, in words.

use super::{Language, numbers, sentences};
use crate::probe::verdict::{Phase, Reason};

pub mod disk;
pub mod ftp;
pub mod net;
pub mod port;
pub mod web;

sentences! {
    /// The deadline passed.
    timeout(after) { en: "no answer within {after}", de: "keine Antwort innerhalb von {after}" }
    /// The deadline passed while this address was tried.
    timeout_peer(after, peer) {
        en: "no answer from {peer} within {after}",
        de: "keine Antwort von {peer} innerhalb von {after}",
    }
    /// Slower than `max_time`.
    slow(took, max) { en: "took {took}, more than {max}", de: "brauchte {took}, mehr als {max}" }
    /// A defect of ours.
    panicked(why) { en: "the check itself crashed: {why}", de: "die Prüfung selbst ist abgestürzt: {why}" }
}

/// A reason in words, without the phase.
pub fn reason(lang: Language, reason: &Reason) -> String {
    match reason {
        Reason::Timeout { after, peer: None } => timeout(lang, numbers::duration(*after)),
        Reason::Timeout {
            after,
            peer: Some(peer),
        } => timeout_peer(lang, numbers::duration(*after), peer),
        Reason::Slow { took, max } => slow(lang, numbers::duration(*took), numbers::duration(*max)),
        Reason::Panicked(why) => panicked(lang, why),
        Reason::Net(net) => net::reason(lang, net),
        Reason::Disk(disk) => disk::reason(lang, disk),
        Reason::Web(web) => web::reason(lang, web),
        Reason::Ftp(ftp) => ftp::reason(lang, ftp),
        Reason::Port(port) => port::reason(lang, port),
        #[cfg(feature = "faults")]
        Reason::Fault(text) => text.clone(),
    }
}

/// A phase's name for people.
pub fn phase(lang: Language, phase: Phase) -> &'static str {
    match (lang, phase) {
        (Language::En, Phase::Resolve) => "resolve",
        (Language::En, Phase::Connect) => "connect",
        (_, Phase::Tls) => "TLS",
        (Language::En, Phase::Greeting) => "greeting",
        (Language::En, Phase::Login) => "login",
        (Language::En, Phase::Answer) => "answer",
        (Language::De, Phase::Resolve) => "Namensauflösung",
        (Language::De, Phase::Connect) => "Verbindung",
        (Language::De, Phase::Greeting) => "Begrüßung",
        (Language::De, Phase::Login) => "Anmeldung",
        (Language::De, Phase::Answer) => "Antwort",
    }
}
