//! The list of keys for people: README, `--help`.

use crate::keys::{COMMON, KINDS, TOP};
use crate::shape::{Default, Key, Shape};

/// One key, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// `account.jid`, `targets[].every`, `targets[kind=web].url`.
    pub path: String,
    /// What may be written.
    pub allowed: String,
    /// What holds where it is not written.
    pub default: Option<String>,
    /// Whether it must be written (for a secret, or its file).
    pub required: bool,
    /// Whether its value is never shown.
    pub secret: bool,
    /// One line without a full stop.
    pub doc: &'static str,
}

/// Every key, in the order of the reference file.
pub fn keys() -> Vec<KeyInfo> {
    let mut all = Vec::new();
    walk(TOP, "", &mut all);
    all
}

fn walk(keys: &[Key], prefix: &str, all: &mut Vec<KeyInfo>) {
    for key in keys {
        let path = format!("{prefix}{}", key.name);
        let inner = match key.shape {
            Shape::Table(inner) => inner,
            _ => &[],
        };
        all.push(KeyInfo {
            path: path.clone(),
            allowed: key.shape.allowed(),
            default: match key.default {
                Default::Text(text) | Default::Said(text) => Some(text.to_owned()),
                Default::None | Default::Filled => None,
            },
            required: key.required,
            secret: key.shape.is_secret() && inner.is_empty(),
            doc: key.doc,
        });
        walk(inner, &format!("{path}."), all);
        if matches!(
            key.shape,
            Shape::List {
                of: Shape::Target,
                ..
            }
        ) {
            walk(COMMON, &format!("{path}[]."), all);
            for kind in KINDS {
                walk(kind.keys, &format!("{path}[kind={}].", kind.name), all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_the_keys_of_the_file_and_of_every_kind() {
        let all = keys();
        let find = |path: &str| all.iter().find(|key| key.path == path);
        assert_eq!(
            find("defaults.every"),
            Some(&KeyInfo {
                path: "defaults.every".into(),
                allowed: "a duration of at least 1s, such as 30s or 5m".into(),
                default: Some("60s".into()),
                required: false,
                secret: false,
                doc: "pace of the checks",
            })
        );
        assert!(find("account.password").is_some_and(|key| key.secret));
        assert!(find("targets[kind=web].expect.max_time").is_some());
        assert!(find("targets[].name").is_some_and(|key| key.required));
    }
}
