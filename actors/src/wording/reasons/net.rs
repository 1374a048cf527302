//! Sentences about the network.

use crate::probe::net::NetReason;
use crate::wording::Language;

/// The reason in words. English is what `Display` says, since the log shows the same.
pub fn reason(lang: Language, reason: &NetReason) -> String {
    if lang == Language::En {
        return reason.to_string();
    }
    match reason {
        NetReason::NoAddress { host } => format!("{host} hat keine Adresse"),
        NetReason::ResolveFailed { host, why } => {
            format!("{host} lässt sich nicht auflösen: {why}")
        }
        NetReason::Refused { peer } => format!("Verbindung abgelehnt von {peer}"),
        NetReason::Unreachable { peer, why } => format!("{peer} ist nicht erreichbar: {why}"),
        NetReason::ConnectTimeout { peer } => format!("keine Antwort von {peer}"),
        NetReason::Reset { peer } => format!("Verbindung abgebrochen von {peer}"),
        NetReason::Closed { peer } => format!("Verbindung geschlossen von {peer}"),
        NetReason::CertificateExpired => "Zertifikat abgelaufen".into(),
        NetReason::CertificateNotYetValid => "Zertifikat noch nicht gültig".into(),
        NetReason::CertificateWrongHost { host } => format!("Zertifikat gilt nicht für {host}"),
        NetReason::CertificateUntrusted => "Zertifikat von unbekannter Stelle".into(),
        NetReason::Tls { why } => format!("TLS: {why}"),
        NetReason::Exhausted { why } => format!("diesem Rechner fehlen Ressourcen: {why}"),
        NetReason::Io { why } => why.clone(),
    }
}
