//! Kind `web`.

use hostmessenger_config::Web;
use serde::{Deserialize, Serialize};

use super::{Tools, Trace};
use crate::probe::verdict::Finding;

/// Evidence about this kind of target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebReason {}

/// Makes one check.
pub async fn check(_options: &Web, _tools: &Tools, _trace: &Trace) -> Finding {
    unimplemented!()
}
