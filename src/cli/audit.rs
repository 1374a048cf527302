//! `audit`: shows who did what on this host, or tried to.

use anyhow::bail;
use hostmessenger_actors::audit::{Deed, Wanted, note_from_outside, read};
use hostmessenger_actors::wording::audit as say;
use hostmessenger_config::{Config, parse_duration};
use jiff::Timestamp;

use super::configuration::{self, Found};
use super::{AuditOptions, Options, println};
use crate::logging;
use crate::outcome::{Ending, Outcome};

/// Prints the entries, oldest first.
pub(super) fn run(options: &Options, audit: &AuditOptions) -> Outcome {
    let Some(file) = configuration::find(options)? else {
        bail!("there is no configuration yet; `hostmessenger init` makes one");
    };
    let Found::Good(config) = configuration::load(&file, options) else {
        return Ok(Ending::BadConfiguration);
    };
    let ago = |duration| Timestamp::now().saturating_sub(duration);
    let wanted = Wanted {
        last: audit.last,
        since: audit.since.map(ago).transpose()?,
    };
    let entries = read(&config.data_dir, wanted)?;
    if audit.json {
        for entry in &entries {
            println(&serde_json::to_string(entry)?);
        }
    } else if !entries.is_empty() {
        println(&say::trail(config.language, &entries));
    }
    Ok(Ending::Good)
}

/// Notes what a subcommand did. It is done either way; that it is not in the trail must not go
/// unsaid.
pub(super) fn note(config: &Config, deed: Deed) {
    if let Err(error) = note_from_outside(&config.data_dir, deed) {
        logging::say_error(&format!(
            "hostmessenger: not noted in the audit trail: {error}"
        ));
    }
}

/// A duration as the configuration writes it.
pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    parse_duration(text)
}
