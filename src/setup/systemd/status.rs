//! `service status`.
//!
//! A trap: `systemctl status` is for people; `systemctl show` names each property.

use std::collections::BTreeMap;

use hostmessenger_actors::text::clean;

use super::super::Which;
use super::{booted, systemctl, unit_name};
use crate::outcome::Ending;

/// Says how it stands.
pub(crate) fn status(which: &Which, say: fn(&str)) -> anyhow::Result<Ending> {
    booted(which)?;
    let shown = show(which)?;
    let of = |key: &str| shown.get(key).map(String::as_str).unwrap_or_default();
    if of("LoadState") != "loaded" {
        say(&format!("service {}: not installed", which.name));
        return Ok(Ending::NotInstalled);
    }
    let active = of("ActiveState");
    let mut line = match active {
        "active" | "reloading" => {
            format!("service {}: running, process {}", which.name, of("MainPID"))
        }
        "inactive" => format!("service {}: stopped", which.name),
        state => format!("service {}: {state} ({})", which.name, of("SubState")),
    };
    if !of("ActiveEnterTimestamp").is_empty() && matches!(active, "active" | "reloading") {
        line = format!("{line}, since {}", of("ActiveEnterTimestamp"));
    }
    if !matches!(of("ExecMainStatus"), "" | "0") && active != "active" {
        line = format!("{line}, ended with {}", of("ExecMainStatus"));
    }
    say(&line);
    for (label, key) in [
        ("stands:  ", "StatusText"),
        ("starts:  ", "UnitFileState"),
        ("account: ", "User"),
        ("unit:    ", "FragmentPath"),
    ] {
        if !of(key).is_empty() {
            say(&format!("  {label}{}", of(key)));
        }
    }
    if let Some(command) = of("ExecStart").split("argv[]=").nth(1) {
        let command = command.split(" ;").next().unwrap_or_default();
        say(&format!("  command: {command}"));
    }
    Ok(match active {
        "active" | "reloading" | "activating" => Ending::Good,
        _ => Ending::NotRunning,
    })
}

pub(super) fn show(which: &Which) -> anyhow::Result<BTreeMap<String, String>> {
    let keys = "--property=LoadState,ActiveState,SubState,MainPID,ActiveEnterTimestamp,StatusText,\
                UnitFileState,User,FragmentPath,ExecMainStatus,ExecStart";
    let text = systemctl(which, &["show", keys, &unit_name(which)])?;
    Ok(parse(&text))
}

fn parse(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), clean(value, 500)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_shows_is_taken_by_name_and_cleaned() {
        let shown = parse("MainPID=12\nStatusText=all up; a=b\u{1b}[2J\n\nnonsense\n");
        assert_eq!(shown["MainPID"], "12");
        assert!(shown["StatusText"].starts_with("all up; a=b"));
        assert!(!shown["StatusText"].contains('\u{1b}') && shown.len() == 2);
    }
}
