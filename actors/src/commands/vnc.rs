//! VNC START, VNC STOP and VNC: remote control of this machine.
//!
//! The second factor is judged by the authorizer before `start` runs; here its digits are only
//! passed over.

use std::time::Duration;

use futures_util::FutureExt;

use hostmessenger_config::ViewerAddress;

use super::services::ask as ask_actor;
use super::{Answer, Ask};
use crate::vnc_supervisor::{AskVnc, START_DEADLINE, StartVnc, StopVnc};
use crate::wording::commands as say;

/// What VNC START was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StartArguments {
    /// For how long.
    pub minutes: Option<u32>,
    /// The second factor.
    pub code: Option<String>,
    /// The viewer to connect to.
    pub viewer: Option<ViewerAddress>,
}

/// How VNC START is used.
const START_USAGE: &str = "VNC START [VIEWER HOST[:PORT]] [MINUTES] [CODE]";

/// `VIEWER` and where it waits come first. Of the rest six digits are the code, fewer the minutes.
/// `None`: something else was given.
pub fn start_arguments(rest: &str) -> Option<StartArguments> {
    let mut arguments = StartArguments::default();
    let mut words = rest.split_whitespace().peekable();
    let is_viewer = |word: &&str| {
        let word = word.to_lowercase();
        word == "viewer" || word == "betrachter"
    };
    if words.next_if(is_viewer).is_some() {
        arguments.viewer = Some(ViewerAddress::parse(words.next()?).ok()?);
    }
    for word in words {
        if !word.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match word.len() {
            6 if arguments.code.is_none() => arguments.code = Some(word.to_owned()),
            1..=5 if arguments.minutes.is_none() => {
                arguments.minutes = Some(word.parse().ok().filter(|&minutes| minutes > 0)?);
            }
            _ => return None,
        }
    }
    Some(arguments)
}

/// Starts it.
pub fn start(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        let Some(arguments) = start_arguments(&ask.rest) else {
            return say::usage(lang, START_USAGE);
        };
        let message = StartVnc {
            lang,
            minutes: arguments.minutes,
            viewer: arguments.viewer,
        };
        ask_actor(
            &ask.services.vnc,
            message,
            START_DEADLINE + Duration::from_secs(5),
        )
        .await
        .unwrap_or_else(|| say::no_answer_from(lang, "vnc-supervisor"))
    }
    .boxed_local()
}

/// Stops it.
pub fn stop(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        ask_actor(&ask.services.vnc, StopVnc { lang }, START_DEADLINE)
            .await
            .unwrap_or_else(|| say::no_answer_from(lang, "vnc-supervisor"))
    }
    .boxed_local()
}

/// Shows whether it runs.
pub fn show(ask: Ask) -> Answer {
    async move {
        let lang = ask.lang;
        if !ask.rest.is_empty() {
            return say::usage(lang, format!("{START_USAGE} | VNC STOP | VNC"));
        }
        ask_actor(&ask.services.vnc, AskVnc { lang }, START_DEADLINE)
            .await
            .unwrap_or_else(|| say::no_answer_from(lang, "vnc-supervisor"))
    }
    .boxed_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_the_code_and_fewer_the_minutes_in_any_order() {
        let both = StartArguments {
            minutes: Some(30),
            code: Some("012345".into()),
            viewer: None,
        };
        assert_eq!(start_arguments("30 012345"), Some(both.clone()));
        assert_eq!(start_arguments("012345 30"), Some(both));
        assert_eq!(start_arguments(""), Some(StartArguments::default()));
        for bad in ["0", "1234567", "30 40", "-5", "5m", "111111 222222"] {
            assert_eq!(start_arguments(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_viewer_comes_first_and_may_be_followed_by_minutes_and_code() {
        let viewer = |rest: &str| {
            let arguments = start_arguments(rest)?;
            let viewer = arguments.viewer?.to_string();
            Some((viewer, arguments.minutes, arguments.code))
        };
        let code = Some("012345".to_owned());
        let named = |name: &str| name.to_owned();
        let all = Some((named("support.example.org:5501"), Some(30), code.clone()));
        assert_eq!(viewer("viewer Support.Example.org:5501 30 012345"), all);
        let six = Some((named("[2001:db8::1]"), None, code));
        assert_eq!(viewer("BETRACHTER [2001:db8::1] 012345"), six);
        for bad in [
            "VIEWER",
            "30 VIEWER a",
            "VIEWER a VIEWER b",
            "VIEWER a:0",
            "VIEWER ::1",
        ] {
            assert_eq!(start_arguments(bad), None, "{bad}");
        }
    }
}
