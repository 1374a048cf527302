//! Sentences about ftp checks.

use crate::probe::kinds::ftp::FtpReason;
use crate::wording::{Language, numbers, sentences};

sentences! {
    /// The login worked.
    logged_in(reply) { en: "logged in: {reply}", de: "angemeldet: {reply}" }
    /// The path is there.
    found(path) { en: "{path} is there", de: "{path} ist da" }
    /// The path is there and fresh.
    found_fresh(path, age) { en: "{path} is {age} old", de: "{path} ist {age} alt" }
    /// A greeting that refuses, or 421 later.
    unavailable(reply) { en: "not available: {reply}", de: "nicht verfügbar: {reply}" }
    /// No FTP server.
    not_ftp(said) { en: "no FTP server, it said '{said}'", de: "kein FTP-Server, er sagte „{said}“" }
    /// A reply without end.
    too_long(said) {
        en: "a reply of more than 64 KiB, beginning with '{said}'",
        de: "eine Antwort von mehr als 64 KiB, beginnend mit „{said}“",
    }
    /// It will not speak TLS.
    tls_refused(reply) { en: "TLS refused: {reply}", de: "TLS verweigert: {reply}" }
    /// It went on in the clear.
    spoke_before_tls(said) {
        en: "unencrypted text between AUTH TLS and the handshake: '{said}'",
        de: "unverschlüsselter Text zwischen AUTH TLS und der Verschlüsselung: „{said}“",
    }
    /// User or password were refused.
    login_refused(reply) { en: "login refused: {reply}", de: "Anmeldung verweigert: {reply}" }
    /// It wants ACCT.
    account_needed(reply) {
        en: "the login needs an account (ACCT): {reply}",
        de: "die Anmeldung verlangt ein Konto (ACCT): {reply}",
    }
    /// Not there, in the server's words.
    missing(path, reply) { en: "{path} is missing: {reply}", de: "{path} fehlt: {reply}" }
    /// Not there, as the listing shows.
    missing_in_list(path) {
        en: "{path} is missing in the listing of its folder",
        de: "{path} fehlt in der Liste seines Ordners",
    }
    /// Too old.
    too_old(path, age, max) {
        en: "{path} is {age} old, more than {max}",
        de: "{path} ist {age} alt, mehr als {max}",
    }
    /// No age known.
    age_unknown(path) {
        en: "{path} is there, but the server does not tell how old it is",
        de: "{path} ist da, aber der Server nennt kein Alter",
    }
    /// A listing without end.
    listing_too_long(path) {
        en: "the listing is too long to look for {path}",
        de: "die Liste ist zu lang, um {path} darin zu suchen",
    }
    /// Another command was refused.
    unexpected(command, reply) {
        en: "{command} was answered with: {reply}",
        de: "{command} wurde beantwortet mit: {reply}",
    }
    /// A mistake in the configuration.
    line_break(what) {
        en: "{what} must not contain a line break",
        de: "{what} darf keinen Zeilenumbruch enthalten",
    }
}

/// The reason in words.
pub fn reason(lang: Language, reason: &FtpReason) -> String {
    match reason {
        FtpReason::LoggedIn { reply } => logged_in(lang, reply),
        FtpReason::Found { path, age: None } => found(lang, path),
        FtpReason::Found {
            path,
            age: Some(age),
        } => found_fresh(lang, path, numbers::duration(*age)),
        FtpReason::Unavailable { reply } => unavailable(lang, reply),
        FtpReason::NotFtp { said } => not_ftp(lang, said),
        FtpReason::TooLong { said } => too_long(lang, said),
        FtpReason::TlsRefused { reply } => tls_refused(lang, reply),
        FtpReason::SpokeBeforeTls { said } => spoke_before_tls(lang, said),
        FtpReason::LoginRefused { reply } => login_refused(lang, reply),
        FtpReason::AccountNeeded { reply } => account_needed(lang, reply),
        FtpReason::Missing {
            path,
            reply: Some(reply),
        } => missing(lang, path, reply),
        FtpReason::Missing { path, reply: None } => missing_in_list(lang, path),
        FtpReason::TooOld { path, age, max } => {
            too_old(lang, path, numbers::duration(*age), numbers::duration(*max))
        }
        FtpReason::AgeUnknown { path } => age_unknown(lang, path),
        FtpReason::ListingTooLong { path } => listing_too_long(lang, path),
        FtpReason::Unexpected { command, reply } => unexpected(lang, command, reply),
        FtpReason::LineBreak { what } => line_break(lang, what),
    }
}
