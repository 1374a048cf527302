//! What a record holds of a target in trouble. Most targets are in none, and then it takes no room.

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::record::Told;

/// Read and written like [`Details`]; those of a target that is fine are nowhere.
#[derive(Debug, Clone, Default)]
pub struct Trouble(Option<Box<Details>>);

/// What there is to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// When the running streak of checks that are not ok began.
    pub trouble_since: Option<Timestamp>,
    /// What was told of it.
    pub told: Told,
    /// Whether it was told that it is flapping.
    pub told_flapping: bool,
    /// When the alert that stands was told, while nobody has read it (XEP-0333).
    #[serde(default)]
    pub unread: Option<Timestamp>,
    /// Whether those who are asked next were told as well.
    #[serde(default)]
    pub escalated: bool,
}

static NONE: Details = Details {
    trouble_since: None,
    told: Told::Fine,
    told_flapping: false,
    unread: None,
    escalated: false,
};

impl Trouble {
    /// The streak of checks that are not ok has ended.
    pub(super) fn is_over(&mut self) {
        if let Some(details) = &mut self.0 {
            details.trouble_since = None;
            if **details == NONE {
                self.0 = None;
            }
        }
    }
}

impl Deref for Trouble {
    type Target = Details;

    fn deref(&self) -> &Details {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Trouble {
    fn deref_mut(&mut self) -> &mut Details {
        self.0.get_or_insert_with(|| Box::new(NONE.clone()))
    }
}

impl PartialEq for Trouble {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Serialize for Trouble {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Details::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Trouble {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let details = Details::deserialize(deserializer)?;
        Ok(Self((details != NONE).then(|| Box::new(details))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::record::TargetRecord;

    #[test]
    fn a_record_is_stored_as_ever_and_one_that_is_fine_holds_nothing() {
        let mut record = TargetRecord::new(Timestamp::UNIX_EPOCH);
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(json["told"], "Fine");
        assert_eq!(json["told_flapping"], false);
        assert!(json["trouble_since"].is_null() && json["unread"].is_null());
        assert!(record.trouble.0.is_none());

        record.trouble.told = Told::Warning {
            since: Timestamp::UNIX_EPOCH,
        };
        record.trouble.trouble_since = Some(Timestamp::UNIX_EPOCH);
        let json = serde_json::to_string(&record).unwrap();
        let read: TargetRecord = serde_json::from_str(&json).unwrap();
        assert_eq!(read, record);

        record.trouble.is_over();
        assert!(
            record.trouble.0.is_some(),
            "it was told, and not yet that it is fine"
        );
        record.trouble.told = Told::Fine;
        record.trouble.is_over();
        assert!(record.trouble.0.is_none());
    }

    #[test]
    fn what_an_earlier_version_stored_is_read() {
        let json = r#"{"state":"DOWN","since":"2026-11-01T00:00:00Z",
            "streaks":{"failed":3,"not_ok":3,"not_failed":0,"ok":0,"unknown":0},
            "trouble_since":"2026-11-01T00:00:00Z",
            "told":{"Down":{"since":"2026-11-01T00:00:00Z","said":"2026-11-01T00:00:02Z"}},
            "told_flapping":false,
            "flips":{"changed":[false,true],"last":"failed","flapping":false},
            "mute":null,"last":null}"#;
        let record: TargetRecord = serde_json::from_str(json).unwrap();
        assert!(matches!(record.trouble.told, Told::Down { .. }));
        assert_eq!(record.trouble.trouble_since, Some(record.since));
        assert!(!record.trouble.escalated && record.trouble.unread.is_none());
    }
}
