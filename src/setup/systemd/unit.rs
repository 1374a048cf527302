//! The text of the unit, and whether one that is there is still as we wrote it.

use std::path::Path;

use hostmessenger_config::service_unit;

/// Before the checksum of all that stands above it.
const MARK: &str =
    "\n# Written by `hostmessenger service install`; changed by hand, it is not replaced. ";

/// What a manager of a user may not do, or has no need of: it has that user's rights.
const ROOTS_OWN: [&str; 17] = [
    "User=",
    "Wants=",
    "After=",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=",
    "ReadWritePaths=",
    "ProtectProc=",
    "ProtectClock=",
    "ProtectKernelLogs=",
    "ProtectKernelModules=",
    "ProtectKernelTunables=",
    "ProtectControlGroups=",
    "PrivateUsers=",
    "DevicePolicy=",
    "DeviceAllow=",
    "#   sudo ",
];

/// The text with its checksum, and the user that it names. `made` is the number of the user that was made
/// for it: once the folder is that user's, the name stays the same.
pub(super) fn unit(
    program: &Path,
    config: &Path,
    made: Option<&str>,
    of_user: bool,
) -> (String, String) {
    let (text, user) = service_unit(program, config, made);
    let text = if of_user { own(&text) } else { text };
    (sealed(&text), user)
}

/// The same for the manager of a user.
fn own(text: &str) -> String {
    let kept = |line: &&str| !ROOTS_OWN.iter().any(|key| line.starts_with(key));
    let mut own = text.lines().filter(kept).collect::<Vec<_>>().join("\n");
    own.push('\n');
    own.replace("multi-user.target", "default.target")
}

fn sealed(text: &str) -> String {
    format!("{text}{MARK}{:016x}\n", checksum(text))
}

/// Whether it is one of ours, as it was written: by `install`, or by `init` and copied.
pub(super) fn is_ours(there: &str, wanted: &str) -> bool {
    let sealed = there.rsplit_once(MARK);
    let untouched =
        sealed.is_some_and(|(text, sum)| sum.trim_end() == format!("{:016x}", checksum(text)));
    let copied = wanted
        .rsplit_once(MARK)
        .is_some_and(|(text, _)| text == there);
    untouched || copied
}

/// FNV-1a, 64 bits: against a slip of the hand, not against malice.
fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit_in(dir: &str, of_user: bool) -> String {
        let config = Path::new(dir).join("hostmessenger.yaml");
        unit(Path::new("/opt/hm/hostmessenger"), &config, None, of_user).0
    }

    #[test]
    fn one_that_was_changed_by_hand_is_told_from_one_of_another_folder() {
        let wanted = unit_in("/etc/hostmessenger", false);
        assert!(is_ours(&unit_in("/srv/hm", false), &wanted));
        let changed = wanted.replace("WatchdogSec=60s", "WatchdogSec=9s");
        assert!(!is_ours(&changed, &wanted) && changed != wanted);
        assert!(!is_ours("[Service]\nExecStart=/bin/true\n", &wanted));
        let (copied, _) = service_unit(
            Path::new("/opt/hm/hostmessenger"),
            Path::new("/etc/hostmessenger/hostmessenger.yaml"),
            None,
        );
        assert!(is_ours(&copied, &wanted));
        assert!(!is_ours(&(copied + "#\n"), &wanted));
    }

    #[test]
    fn the_manager_of_a_user_is_asked_for_nothing_that_only_root_may() {
        let own = unit_in("/home/anna/hm", true);
        for (key, there) in [
            ("\nUser=", false),
            ("\nProtectSystem=", false),
            ("\nCapabilityBoundingSet=", false),
            ("\nNoNewPrivileges=yes", true),
            ("\nSystemCallFilter=@system-service", true),
            ("\nWantedBy=default.target", true),
            (
                "\nExecStart=/opt/hm/hostmessenger run --no-console --config /home/anna/hm/",
                true,
            ),
        ] {
            assert_eq!(own.contains(key), there, "{key}: {own}");
        }
    }
}
