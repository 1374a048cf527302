//! What a fuzzer hands bytes to, one function a door through which others reach us. Each panics
//! where a promise does not hold; the replay of the kept corpus (`tests` here) makes that a test
//! like any other. Only what is behind a private door has a file of its own in its room.

use hostmessenger_config::Access;
use xmpp_parsers::jid::BareJid;

use crate::alerts::digest::{self, Content};
use crate::alerts::line::{Line, Word};
use crate::authorizer::policy::{Judgement, Role, judge};
use crate::authorizer::{MessageKind, MessageReceived};
use crate::commands::grammar::{self, Parsed};
use crate::commands::{LIMIT, help, vnc};
use crate::probe::verdict::{Finding, Outcome, Phase, Reason};
use crate::text::{clean, clean_bytes, is_harmful};
use crate::wording::{Language, alerts, reasons};

/// A line that says why a target is in trouble is no longer than this.
const LONGEST_REASON: usize = 1_200;

/// The owner and support of the tests.
pub(crate) fn access() -> Access {
    Access {
        owner: BareJid::new("owner@hm.test").ok(),
        support: BareJid::new("support@hm.test").into_iter().collect(),
        locked: Vec::new(),
        vnc_totp_secret: None,
    }
}

/// A line for people: nothing in it acts on who shows it, and XML 1.0 allows all of it.
pub(crate) fn assert_fit(text: &str, at_most: usize) {
    for line in text.split('\n') {
        assert!(!line.chars().any(is_harmful), "{text:?}");
    }
    let length = text.chars().count();
    assert!(length <= at_most, "{length} characters: {text:?}");
}

/// A reason, in both languages, alone and in an alert.
pub(crate) fn assert_told_well(reason: Reason) {
    let finding = Finding::failed(Phase::Answer, reason);
    let outcome = Outcome {
        finding,
        at: jiff::Timestamp::UNIX_EPOCH,
        took: std::time::Duration::from_secs(1),
    };
    for lang in [Language::En, Language::De] {
        let line = reasons::reason(lang, &outcome.finding.reason);
        assert!(!line.contains('\n'), "{line:?}");
        assert_fit(&line, LONGEST_REASON);
        let line = Line {
            word: Word::Down,
            target: "shop".into(),
            why: alerts::evidence(lang, Some(&outcome)),
            ..Line::notice(String::new(), outcome.at)
        };
        for content in [
            Content::of(vec![line.clone()]),
            digest::merge([Content::of(vec![line])]),
        ] {
            assert_fit(&alerts::body(lang, &content), LIMIT);
        }
    }
}

/// Any text, cleaned: the first byte says to how many characters.
///
/// # Panics
/// Where the result is not clean, too long, or not the same when cleaned again.
pub fn text(bytes: &[u8]) {
    let Some((&max, rest)) = bytes.split_first() else {
        return;
    };
    let max = usize::from(max);
    let shown = clean_bytes(rest, max);
    assert_fit(&shown, max + 1);
    assert!(!shown.chars().any(|c| c != ' ' && c.is_whitespace()));
    assert_eq!(clean(&shown, max), shown);
}

/// A line of chat from owner, support and strangers; the first byte says what kind of message.
///
/// # Panics
/// Where anyone gets what is not theirs.
pub fn chat(bytes: &[u8]) {
    let Some((&form, line)) = bytes.split_first() else {
        return;
    };
    let line = String::from_utf8_lossy(line);
    for (from, mine) in [
        ("owner@hm.test/phone", Some(Role::Owner)),
        ("support@hm.test/x", Some(Role::Support)),
        ("owner@hm.test.evil.test/owner@hm.test", None),
        ("hm.test", None),
    ] {
        let message = message(from, form, &line);
        match judge(&message, &access(), None) {
            Judgement::Command { role, body, .. } => {
                assert_eq!((Some(role), form & 0x1f), (mine, 0));
                command(&body);
            }
            Judgement::Accept(from) => panic!("{from} accepts what was not offered"),
            Judgement::Refuse(..) => assert!(mine.is_none()),
            Judgement::PassOver(_) => assert_ne!(form & 0x1f, 0),
        }
    }
}

fn message(from: &str, form: u8, line: &str) -> MessageReceived {
    use MessageKind::{Chat, Error, Groupchat, Headline};
    MessageReceived {
        from: from.parse().ok(),
        kind: [Chat, Groupchat, Headline, Error][usize::from(form & 3)],
        body: (form & 16 == 0).then(|| line.to_owned()),
        thread: None,
        delayed: form & 4 != 0,
        carbon: form & 8 != 0,
    }
}

fn command(line: &str) {
    match grammar::parse(line) {
        Parsed::Command(command, rest) => {
            assert!(rest.is_empty() || !command.arguments.is_empty());
            if let Some(arguments) = vnc::start_arguments(rest) {
                assert!(arguments.code.is_none_or(|code| code.len() == 6));
            }
            for target in ["shop", "Ünïcode disk", "a"] {
                if let Some((name, after)) = grammar::split_target(rest, [target].into_iter()) {
                    assert!(name == target && rest.ends_with(after));
                }
            }
            if command.needs_second_factor {
                assert_eq!(command.who, Role::Owner);
            }
        }
        Parsed::Unknown(near) => assert_fit(&help::unknown(Language::De, near), LIMIT),
    }
}

/// Stanzas as they come from the server, behind the header of a stream.
///
/// # Panics
/// Where what passes can harm, or an order is taken from the wrong one.
pub fn stanzas(bytes: &[u8]) {
    crate::connection::fuzzing::stanzas(bytes);
}

/// All that an FTP server says on its control connection, and behind a NUL its listing.
///
/// # Panics
/// Where a reason is not fit to be told.
pub fn ftp(bytes: &[u8]) {
    for reason in crate::probe::kinds::ftp::fuzzing::reasons(bytes) {
        assert_told_well(reason);
    }
}

/// The answer of a web server, byte for byte.
///
/// # Panics
/// Where a reason is not fit to be told, or a redirect leaves the web.
pub fn web(bytes: &[u8]) {
    for reason in crate::probe::kinds::web::fuzzing::reasons(bytes) {
        assert_told_well(reason);
    }
}

/// The certificate of a web server (DER).
///
/// # Panics
/// Where a reason is not fit to be told.
pub fn certificate(bytes: &[u8]) {
    for reason in crate::probe::kinds::web::fuzzing::of_certificate(bytes) {
        assert_told_well(reason);
    }
}

/// What a port says.
///
/// # Panics
/// Where a reason is not fit to be told.
pub fn banner(bytes: &[u8]) {
    for reason in crate::probe::kinds::port::fuzzing::reasons(bytes) {
        assert_told_well(reason);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    type Door = fn(&[u8]);

    /// Every door, by the name of its target and corpus.
    const DOORS: [(&str, Door); 7] = [
        ("text", super::text),
        ("chat", super::chat),
        ("stanzas", super::stanzas),
        ("ftp", super::ftp),
        ("web", super::web),
        ("certificate", super::certificate),
        ("banner", super::banner),
    ];

    #[test]
    fn the_kept_corpus_holds_no_surprise() {
        let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus"));
        for (name, door) in DOORS {
            let mut count = 0;
            for entry in fs::read_dir(corpus.join(name)).unwrap() {
                door(&fs::read(entry.unwrap().path()).unwrap());
                count += 1;
            }
            assert!(count > 0, "{name}");
        }
    }
}
