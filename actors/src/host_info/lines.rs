//! The eight lines of OS: their order, and that none waits for another.

use std::time::Duration;

use futures_util::future::join_all;
use hostmessenger_config::Language;

use super::apart::{self, Told};
#[cfg(windows)]
use super::monitors as screens;
#[cfg(not(windows))]
use super::screens;
use super::{HostInfoSpec, external, facts};
use crate::wording::host_info as say;

/// How long a question to the system may take …
pub(super) const PATIENCE: Duration = Duration::from_millis(4_400);
/// … and a line, whatever it does. The contract says 5 s for the answer as a whole.
const DEADLINE: Duration = Duration::from_millis(4_700);

/// A line of OS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Line {
    System,
    Language,
    HostName,
    Rights,
    Directories,
    Screens,
    Internal,
    External,
}

impl Line {
    /// In the order of the contract, section 2.
    pub(super) const ALL: [Self; 8] = [
        Self::System,
        Self::Language,
        Self::HostName,
        Self::Rights,
        Self::Directories,
        Self::Screens,
        Self::Internal,
        Self::External,
    ];

    fn label(self, lang: Language) -> String {
        match self {
            Self::System => say::label_system(lang),
            Self::Language => say::label_language(lang),
            Self::HostName => say::label_host_name(lang),
            Self::Rights => say::label_rights(lang),
            Self::Directories => say::label_directories(lang),
            Self::Screens => say::label_screens(lang),
            Self::Internal => say::label_internal(lang),
            Self::External => say::label_external(lang),
        }
    }

    async fn find_out(self, spec: &HostInfoSpec) -> Told {
        let find_out: fn() -> Told = match self {
            Self::Screens => return screens::ask(spec.display.as_deref()).await,
            Self::External => return external::ask(spec).await,
            Self::Directories => {
                let data_dir = spec.data_dir.clone();
                let question = (self, data_dir.display().to_string());
                return apart::ask(question, PATIENCE, move || {
                    Ok(facts::directories(&data_dir))
                })
                .await;
            }
            Self::System => || Ok(facts::system()),
            Self::Language => facts::language,
            Self::HostName => facts::host_name,
            Self::Rights => facts::rights,
            Self::Internal => facts::internal_addresses,
        };
        apart::ask((self, String::new()), PATIENCE, find_out).await
    }
}

/// All lines, at the latest after [`DEADLINE`].
pub(super) async fn answer(lang: Language, spec: &HostInfoSpec) -> String {
    let lines = Line::ALL.map(|line| async move {
        let told = tokio::time::timeout(DEADLINE, line.find_out(spec)).await;
        let value = match told.unwrap_or_else(|_| Err(apart::late(DEADLINE))) {
            Ok(value) => value(lang),
            Err(reason) => say::not_known(lang, reason(lang)),
        };
        say::line(lang, line.label(lang), value)
    });
    join_all(lines).await.join("\n")
}
