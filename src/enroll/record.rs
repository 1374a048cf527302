//! What `enroll` left beside the configuration: who made this client, and when.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use hostmessenger_actors::audit::{Audited, Deed, Entry};
use jiff::Timestamp;
use serde_json::Value;

use super::folder::RECORD;

/// It has a few lines.
const LARGEST: u64 = 16 << 10;

/// What the audit trail is told of it; nothing where this client was made in another way.
pub(crate) fn read(config: &Path) -> Option<Entry> {
    let path = config.with_file_name(RECORD);
    let mut text = Vec::new();
    File::open(&path)
        .ok()?
        .take(LARGEST)
        .read_to_end(&mut text)
        .ok()?;
    let made = serde_json::from_slice(&text).ok();
    let entry = made.and_then(|made| entry(&made));
    if entry.is_none() {
        tracing::warn!(file = %path.display(), "enrolment not readable");
    }
    entry
}

fn entry(made: &Value) -> Option<Entry> {
    let text = |key: &str| Some(made.get(key)?.as_str()?.to_owned());
    let (jid, by) = (text("jid")?, text("by")?);
    let at: Timestamp = text("at")?.parse().ok()?;
    let deed = Deed::Enrolled { jid };
    Some(Entry::new(at, Audited { by, deed }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enrolment_is_read_and_nonsense_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("hostmessenger.yaml");
        assert!(read(&config).is_none());
        let file = dir.path().join(RECORD);
        let text = r#"{"jid":"web01@example.org","owner":"boss@example.org","by":"boss@example.org",
            "at":"2026-11-23T14:03:05Z","version":"0.1.0"}"#;
        std::fs::write(&file, text).unwrap();
        let entry = read(&config).unwrap();
        assert_eq!(entry.by, "boss@example.org");
        assert_eq!(entry.at.to_string(), "2026-11-23T14:03:05Z");
        let jid = "web01@example.org".to_owned();
        assert_eq!(entry.deed, Deed::Enrolled { jid });
        std::fs::write(&file, "{}").unwrap();
        assert!(read(&config).is_none());
    }
}
