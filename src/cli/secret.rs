//! A secret from a person, without echo, or from standard input.

use std::io::{BufRead, IsTerminal, Read};

use anyhow::{Context, bail};
use hostmessenger_config::SecretString;

/// No password is longer.
const LONGEST: u64 = 1_000;

/// Asks on the terminal, without echo; reads one line where standard input is none.
pub(super) fn ask(prompt: &str) -> anyhow::Result<SecretString> {
    let secret = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(prompt).context("the terminal cannot be read")?
    } else {
        line()?
    };
    if secret.is_empty() {
        bail!("the password is empty");
    }
    Ok(secret.into())
}

/// One line of standard input, without the byte order mark that a file of Notepad may begin with.
pub(super) fn line() -> anyhow::Result<String> {
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(LONGEST);
    input
        .read_line(&mut line)
        .context("standard input cannot be read")?;
    let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
