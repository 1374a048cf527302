//! Kind `disk`: free space of the file system under a path.

use hostmessenger_config::Disk;
use serde::{Deserialize, Serialize};

use super::Tools;
use crate::probe::verdict::Finding;

/// Helpers that ask file systems, at most one for each path.
#[derive(Debug, Clone, Default)]
pub struct DiskHelpers {}

/// Evidence about a disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskReason {}

/// Asks the file system how much is free.
pub async fn check(_options: &Disk, _tools: &Tools) -> Finding {
    unimplemented!()
}
