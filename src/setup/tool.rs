//! A tool of the system, run with fixed words, with nothing to read, and not for ever.

use std::ffi::OsStr;
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use hostmessenger_actors::text::clean_lines;

/// Characters of what a tool said that are told.
const LONGEST: usize = 2_000;

/// Where Windows has a tool of its own. By its bare name another one could be found, in the current folder, say.
#[cfg(windows)]
pub(super) fn of_windows(name: &str) -> anyhow::Result<String> {
    let folder = winsafe::GetSystemDirectory().context("the folder of Windows is not known")?;
    Ok(format!(r"{folder}\{name}"))
}

/// Runs it to its end. Fails where it cannot be started or takes too long.
pub(super) fn run<W: AsRef<OsStr>>(
    program: &str,
    words: &[W],
    patience: Duration,
) -> anyhow::Result<Output> {
    let mut command = tokio::process::Command::new(program);
    command.args(words).stdin(Stdio::null()).kill_on_drop(true);
    actix_rt::System::new().block_on(async {
        let ended = tokio::time::timeout(patience, command.output()).await;
        ended
            .with_context(|| format!("{program} took longer than {} s", patience.as_secs()))?
            .with_context(|| format!("{program} cannot be run"))
    })
}

/// The same for one that must succeed: what it wrote.
pub(super) fn must<W: AsRef<OsStr>>(
    program: &str,
    words: &[W],
    patience: Duration,
) -> anyhow::Result<String> {
    let output = run(program, words, patience)?;
    let text = |bytes: &[u8]| clean_lines(String::from_utf8_lossy(bytes).trim(), LONGEST);
    if !output.status.success() {
        let said = match text(&output.stderr) {
            said if said.is_empty() => text(&output.stdout),
            said => said,
        };
        let first = words.first().map(|word| word.as_ref().to_string_lossy());
        bail!("{program} {}: {said}", first.unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
