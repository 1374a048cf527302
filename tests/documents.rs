//! The README names what there is: every key, every command, every subcommand.

use hostmessenger_actors::commands::COMMANDS;

const README: &str = include_str!("../README.md");

/// Words of the README that stand in backticks, split where several stand together.
fn named() -> Vec<&'static str> {
    let quoted = README.split('`').skip(1).step_by(2);
    quoted
        .flat_map(|text| text.split([' ', ',', '|', '.', '{', '}', ':', '[', ']']))
        .collect()
}

#[test]
fn every_key_of_the_configuration_is_in_the_readme() {
    let named = named();
    let missing: Vec<_> = hostmessenger_config::keys()
        .into_iter()
        .filter(|key| !key.path.contains("kind=fault"))
        .filter(|key| {
            let name = key.path.rsplit('.').next().unwrap_or_default();
            !named.contains(&name.trim_end_matches("[]"))
        })
        .map(|key| key.path)
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_chat_command_is_in_the_readme_in_both_languages() {
    for command in COMMANDS {
        // Of several spellings (PRÜFEN, PRUEFEN) the first is shown.
        for name in command.german.first().into_iter().chain([&command.name]) {
            let quoted =
                README.contains(&format!("`{name}`")) || README.contains(&format!("`{name} "));
            assert!(quoted, "{name}");
        }
    }
}
