//! Sentences about web checks.

use crate::probe::kinds::web::{Seen, WebReason, status_text};
use crate::wording::{Language, sentences};

sentences! {
    /// Another status than expected, and no body to show.
    status(status, expected) {
        en: "status {status}, expected {expected}",
        de: "Status {status}, erwartet {expected}",
    }
    /// Another status than expected.
    status_begins(status, expected, begins) {
        en: "status {status}, expected {expected}; body begins \"{begins}\"",
        de: "Status {status}, erwartet {expected}; Inhalt beginnt mit „{begins}“",
    }
    /// The text is not there.
    body_misses(text, seen) {
        en: "body does not contain \"{text}\"; {seen}",
        de: "Inhalt enthält nicht „{text}“; {seen}",
    }
    /// The expression does not match.
    body_unmatched(pattern, seen) {
        en: "body does not match \"{pattern}\"; {seen}",
        de: "Inhalt passt nicht zu „{pattern}“; {seen}",
    }
    /// What was there instead.
    begins(begins) { en: "it begins \"{begins}\"", de: "er beginnt mit „{begins}“" }
    /// What was there instead, as far as it was read.
    begins_cut(begins) {
        en: "only the first 1 MiB was read; it begins \"{begins}\"",
        de: "nur das erste MiB wurde gelesen; er beginnt mit „{begins}“",
    }
    /// The forbidden text is there.
    body_holds(text) { en: "body contains \"{text}\"", de: "Inhalt enthält „{text}“" }
    /// Compressed, say.
    body_encoded(encoding) {
        en: "body is encoded ({encoding}) and cannot be searched",
        de: "Inhalt ist kodiert ({encoding}) und kann nicht durchsucht werden",
    }
    /// Broken HTTP in the body.
    bad_body(why) { en: "body breaks the rules of HTTP: {why}", de: "Inhalt verletzt die Regeln von HTTP: {why}" }
    /// It still works.
    certificate_ends(host, days, min) {
        en: "certificate of {host} ends in {days} d, fewer than {min}",
        de: "Zertifikat von {host} läuft in {days} d ab, weniger als {min}",
    }
    /// Seen only where certificates are not verified.
    certificate_ended(host, days) {
        en: "certificate of {host} expired {days} d ago",
        de: "Zertifikat von {host} ist seit {days} d abgelaufen",
    }
    /// Not X.509 as we know it.
    certificate_unreadable(host) {
        en: "the last day of the certificate of {host} cannot be read",
        de: "das Ablaufdatum des Zertifikats von {host} ist nicht lesbar",
    }
    /// One too many.
    too_many_redirects(limit, to) {
        en: "more than {limit} redirects, the last one to {to}",
        de: "mehr als {limit} Weiterleitungen, zuletzt nach {to}",
    }
    /// To nowhere, or out of the web.
    bad_redirect(status, to) {
        en: "{status} redirects to \"{to}\", which is no web address",
        de: "{status} leitet weiter nach „{to}“, das ist keine Webadresse",
    }
    /// Another protocol, or garbage.
    not_http(begins) {
        en: "answer is not valid HTTP; it begins \"{begins}\"",
        de: "Antwort ist kein gültiges HTTP; sie beginnt mit „{begins}“",
    }
    /// Headers without end.
    head_too_large() { en: "headers of the answer are too large", de: "Kopfzeilen der Antwort sind zu groß" }
    /// Anything without end.
    flood(peer) { en: "{peer} sends without end", de: "{peer} sendet ohne Ende" }
    /// Something here stands in the way.
    setup(why) { en: "cannot be checked: {why}", de: "kann nicht geprüft werden: {why}" }
}

/// The reason in words.
pub fn reason(lang: Language, reason: &WebReason) -> String {
    match reason {
        WebReason::Answered { status } => status_text(*status),
        WebReason::Status {
            status: code,
            expected,
            begins,
        } => {
            let code = status_text(*code);
            if begins.is_empty() {
                status(lang, code, expected)
            } else {
                status_begins(lang, code, expected, begins)
            }
        }
        WebReason::BodyMisses { text, seen: there } => body_misses(lang, text, seen(lang, there)),
        WebReason::BodyUnmatched {
            pattern,
            seen: there,
        } => body_unmatched(lang, pattern, seen(lang, there)),
        WebReason::BodyHolds { text } => body_holds(lang, text),
        WebReason::BodyEncoded { encoding } => body_encoded(lang, encoding),
        WebReason::BadBody { why } => bad_body(lang, why),
        WebReason::CertificateEnds { host, days, .. } if *days < 0 => {
            certificate_ended(lang, host, days.unsigned_abs())
        }
        WebReason::CertificateEnds { host, days, min } => certificate_ends(lang, host, days, min),
        WebReason::CertificateUnreadable { host } => certificate_unreadable(lang, host),
        WebReason::TooManyRedirects { limit, to } => too_many_redirects(lang, limit, to),
        WebReason::BadRedirect { status, to } => bad_redirect(lang, status_text(*status), to),
        WebReason::NotHttp { begins } => not_http(lang, begins),
        WebReason::HeadTooLarge => head_too_large(lang),
        WebReason::Flood { peer } => flood(lang, peer),
        WebReason::Setup { why } => setup(lang, why),
    }
}

fn seen(lang: Language, seen: &Seen) -> String {
    if seen.cut {
        begins_cut(lang, &seen.begins)
    } else {
        begins(lang, &seen.begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_status_is_told_with_what_was_expected_and_what_came() {
        let wrong = |begins: &str| WebReason::Status {
            status: 503,
            expected: "200-299".into(),
            begins: begins.into(),
        };
        assert_eq!(
            reason(Language::En, &wrong("<h1>Sorry")),
            "status 503 Service Unavailable, expected 200-299; body begins \"<h1>Sorry\""
        );
        assert_eq!(
            reason(Language::De, &wrong("")),
            "Status 503 Service Unavailable, erwartet 200-299"
        );
    }

    #[test]
    fn a_status_without_a_name_is_told_by_its_number() {
        assert_eq!(
            reason(Language::En, &WebReason::Answered { status: 200 }),
            "200 OK"
        );
        assert_eq!(
            reason(Language::En, &WebReason::Answered { status: 299 }),
            "299"
        );
    }

    #[test]
    fn an_expired_certificate_is_told_in_the_past() {
        let ends = |days| WebReason::CertificateEnds {
            host: "a".into(),
            days,
            min: 14,
        };
        assert_eq!(
            reason(Language::En, &ends(13)),
            "certificate of a ends in 13 d, fewer than 14"
        );
        assert_eq!(
            reason(Language::De, &ends(-2)),
            "Zertifikat von a ist seit 2 d abgelaufen"
        );
    }

    #[test]
    fn a_body_that_was_cut_says_that_the_rest_was_not_seen() {
        let misses = WebReason::BodyMisses {
            text: "Welcome".into(),
            seen: Seen {
                begins: "x".into(),
                cut: true,
            },
        };
        assert_eq!(
            reason(Language::En, &misses),
            "body does not contain \"Welcome\"; only the first 1 MiB was read; it begins \"x\""
        );
    }
}
