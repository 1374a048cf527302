//! `audit`: shows who did what on this host, or tried to.

use anyhow::bail;
use hostmessenger_actors::audit::{Wanted, read};
use hostmessenger_actors::wording::audit as say;
use hostmessenger_config::parse_duration;
use jiff::Timestamp;

use super::configuration::{self, Found};
use super::{AuditOptions, Options, println};
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

/// A duration as the configuration writes it.
pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    parse_duration(text)
}
