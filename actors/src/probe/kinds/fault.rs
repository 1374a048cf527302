//! Kind `fault`, in test builds only: a check that misbehaves on demand.

use hostmessenger_config::Fault;

use crate::probe::verdict::{Finding, Reason};

/// Misbehaves as told while the trigger file exists.
pub async fn check(options: &Fault) -> Finding {
    if !options.trigger.exists() {
        return Finding::ok(None, Reason::Fault("quiet".into()));
    }
    match options.mode.as_str() {
        "check-panic" => panic!("fault: check-panic asked for"),
        "hang" => futures_util::future::pending().await,
        _ => Finding::failed(None, Reason::Fault("asked to fail".into())),
    }
}
