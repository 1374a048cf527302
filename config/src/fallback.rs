//! The target that is watched where none is written: a disk of this machine.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::used::{AlertTo, Disk, Judging, Kind, MinFree, Percent, Scope, Target};

/// A disk with every default; its alerts go to the owner. A test checks that the defaults are
/// those of the list of keys.
pub fn disk_target(name: &str, path: &Path) -> Target {
    Target {
        name: name.into(),
        kind: Kind::Disk(Box::new(Disk {
            path: path.to_owned(),
            min_free: vec![MinFree::Percent(Percent(1000))],
            min_free_inodes: None,
        })),
        timeout: Duration::from_secs(10),
        judging: Arc::new(Judging {
            every: Duration::from_mins(1),
            fail_after: 3,
            recover_after: 1,
            retry_every: Duration::from_secs(5),
            remind_every: Some(Duration::from_hours(6)),
            depends_on: Vec::new(),
            alert_to: vec![AlertTo::Owner],
            scope: Some(Scope::Local),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_target_that_a_file_without_options_makes() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("f.yaml");
        let text = "access: {owner: a@example.org}\n\
                    targets: [{name: disk, kind: disk, path: /, scope: local}]\n";
        std::fs::write(&file, text).expect("written");
        let config = crate::load(&file, std::iter::empty()).unwrap_or_else(|m| panic!("{m}"));
        // Where there are drives it is the root of the file's.
        let root = dir.path().ancestors().last().expect("a root").join("");
        assert!(config.targets[0].same_as(&disk_target("disk", &root)));
    }
}
