//! HELP: made from the same table that runs the commands.

use futures_util::FutureExt;
use hostmessenger_config::Language;

use super::{Answer, Ask, COMMANDS, Command, grammar};
use crate::authorizer::policy::Role;
use crate::wording::commands as say;

/// Answers with all commands, or one.
pub fn run(ask: Ask) -> Answer {
    async move {
        if ask.rest.is_empty() {
            let allowed = COMMANDS.iter().filter(|command| command.who <= ask.role);
            let lines: Vec<String> = allowed.map(|command| line(ask.lang, command)).collect();
            return lines.join("\n");
        }
        match grammar::parse(&ask.rest) {
            grammar::Parsed::Command(command, _) => details(ask.lang, command),
            grammar::Parsed::Unknown(near) => unknown(ask.lang, near),
        }
    }
    .boxed_local()
}

/// `VNC START [MINUTES] [CODE] - starts …`, in German with the German name.
fn line(lang: Language, command: &Command) -> String {
    let name = match lang {
        Language::En => command.name,
        Language::De => command.german.first().copied().unwrap_or(command.name),
    };
    format!(
        "{} - {}",
        join(name, command.arguments),
        (command.help)(lang)
    )
}

fn details(lang: Language, command: &'static Command) -> String {
    let names: Vec<&str> = grammar::names(command).collect();
    let mut text = line(lang, command);
    if names.len() > 1 {
        text.push('\n');
        text.push_str(&say::also_called(lang, names.join(", ")));
    }
    if command.who == Role::Owner {
        text.push('\n');
        text.push_str(&say::only_the_owner_may(lang));
    }
    text
}

fn join(name: &str, arguments: &str) -> String {
    format!("{name} {arguments}").trim_end().to_owned()
}

/// The hint that an empty or unknown line gets.
pub fn unknown(lang: Language, near: Option<&'static Command>) -> String {
    match near {
        Some(command) => say::did_you_mean(lang, join(command.name, command.arguments)),
        None => say::say_help(lang),
    }
}
