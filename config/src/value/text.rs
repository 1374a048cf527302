//! Texts with a rule: names, regular expressions, secrets, words for a command line.

use std::path::PathBuf;

use regex::{Regex, RegexBuilder};
use secrecy::SecretString;

use super::FromText;
use crate::characters::is_harmful;

/// Compiled, a regular expression may not be larger than this.
const REGEX_BYTES: usize = 1 << 20;
/// A target's name stands in every alert.
const NAME_CHARS: usize = 64;

/// Any text but the empty one.
impl FromText for String {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("is empty".into()),
            text => Ok(text.to_owned()),
        }
    }
}

/// A text that cannot smuggle a second line into a protocol.
pub(crate) struct Line(pub(crate) String);

impl FromText for Line {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) {
            return Err("holds a control character".into());
        }
        String::from_text(text).map(Self)
    }
}

/// The name of a target.
pub(crate) struct Name;

impl FromText for Name {
    fn from_text(text: &str) -> Result<Self, String> {
        let Line(name) = Line::from_text(text)?;
        // It goes into every alert as it is: one of these would end the link, or reverse the line.
        if name.chars().any(is_harmful) {
            return Err("holds a character that cannot be shown".into());
        }
        if name.trim() != name {
            return Err("begins or ends with a space".into());
        }
        if name.chars().count() > NAME_CHARS {
            return Err("is too long".into());
        }
        // MUTE ALL and CHECK ALL mean every target.
        if matches!(name.to_lowercase().as_str(), "all" | "alle") {
            return Err("means every target in chat commands".into());
        }
        Ok(Self)
    }
}

impl FromText for PathBuf {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.contains('\0') {
            return Err("holds a control character".into());
        }
        String::from_text(text).map(Into::into)
    }
}

impl FromText for Regex {
    fn from_text(text: &str) -> Result<Self, String> {
        String::from_text(text)?;
        RegexBuilder::new(text)
            .size_limit(REGEX_BYTES)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "is too large a regular expression".into(),
                error => {
                    // Of several lines with a drawing the last says what is wrong.
                    let text = error.to_string();
                    let last = text.lines().last().unwrap_or_default();
                    let why = last.trim_start_matches("error: ");
                    format!("is not a regular expression ({why})")
                }
            })
    }
}

impl FromText for SecretString {
    fn from_text(text: &str) -> Result<Self, String> {
        // A line break in a password ends the command that carries it.
        if text.contains(['\r', '\n', '\0']) {
            return Err("holds a line break".into());
        }
        String::from_text(text).map(Into::into)
    }
}

/// A TOTP secret: base32 (RFC 4648), in any case, with spaces, hyphens and padding as apps show it.
pub(crate) struct TotpSecret(pub(crate) SecretString);

impl FromText for TotpSecret {
    fn from_text(text: &str) -> Result<Self, String> {
        let letters: String = text
            .trim()
            .trim_end_matches('=')
            .chars()
            .filter(|c| !matches!(c, ' ' | '-'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if letters.is_empty() {
            return Err("is empty".into());
        }
        if !letters
            .bytes()
            .all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'))
        {
            return Err("is not base32".into());
        }
        if letters.len() < 16 {
            return Err("has fewer than 80 bits (16 letters)".into());
        }
        Ok(Self(letters.into()))
    }
}

/// An X display, `:0` or `host:0.1`.
pub(crate) struct Display(pub(crate) String);

impl FromText for Display {
    fn from_text(text: &str) -> Result<Self, String> {
        let number = text.rsplit_once(':').map_or("", |(_, number)| number);
        let digits = number
            .strip_prefix(|c: char| c.is_ascii_digit())
            .unwrap_or("x");
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_' | '/');
        // A hyphen in front would be an option of the program that gets it.
        if text.starts_with('-')
            || !text.chars().all(plain)
            || !digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        {
            return Err("is not an X display".into());
        }
        Ok(Self(text.to_owned()))
    }
}

/// The name of an HTTP header (RFC 9110, section 5.1).
pub(crate) struct HeaderName;

impl FromText for HeaderName {
    fn from_text(text: &str) -> Result<Self, String> {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if text.is_empty() || !text.bytes().all(token) {
            return Err("is not the name of a header".into());
        }
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_regular_expression_compiles_and_stays_small() {
        assert!(Regex::from_text("(?i)add to (cart|basket)").is_ok());
        assert_eq!(
            Regex::from_text("(a").err().as_deref(),
            Some("is not a regular expression (unclosed group)")
        );
        let large = Regex::from_text("\\w{500}\\w{500}\\w{500}");
        assert_eq!(
            large.err().as_deref(),
            Some("is too large a regular expression")
        );
    }

    #[test]
    fn a_name_fits_on_a_line_and_is_not_all() {
        assert!(Name::from_text("system disk").is_ok());
        for text in [
            "",
            " a",
            "a\nb",
            "ALL",
            "all",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{fffe}",
        ] {
            assert!(Name::from_text(text).is_err(), "{text}");
        }
        assert!(Name::from_text(&"x".repeat(65)).is_err());
    }

    #[test]
    fn a_totp_secret_is_base32_as_apps_show_it() {
        let secret = |text| TotpSecret::from_text(text).map(|s| s.0.expose_secret().to_owned());
        assert_eq!(
            secret("jbsw y3dp-ehpk 3pxp==\n"),
            Ok("JBSWY3DPEHPK3PXP".into())
        );
        assert_eq!(secret("081"), Err("is not base32".into()));
        assert_eq!(secret("=="), Err("is empty".into()));
        assert!(secret("JBSWY3DPEHPK3PX").is_err_and(|why| why.contains("80 bits")));
    }

    #[test]
    fn a_display_is_no_option() {
        for text in [":0", ":10.0", "host:1"] {
            assert!(Display::from_text(text).is_ok(), "{text}");
        }
        for text in ["", "0", ":", "-display:0", ":0 -x", ":x"] {
            assert!(Display::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_one_line() {
        assert!(SecretString::from_text("a b").is_ok());
        assert!(SecretString::from_text("a\nQUIT").is_err());
        assert!(SecretString::from_text("").is_err());
    }
}
