use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// A registry in memory. It fails once so many changes were made.
#[derive(Debug, Clone, Default)]
struct Memory {
    keys: BTreeSet<String>,
    values: BTreeMap<(String, String), Value>,
    left: Option<usize>,
}

impl Memory {
    fn changes(&mut self) -> io::Result<()> {
        match &mut self.left {
            Some(0) => return Err(io::ErrorKind::PermissionDenied.into()),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(())
    }

    fn same(&self, other: &Self) -> bool {
        self.keys == other.keys && self.values == other.values
    }
}

impl Registry for Memory {
    fn has_key(&self, key: &str) -> io::Result<bool> {
        Ok(self.keys.contains(key))
    }

    fn is_empty(&self, key: &str) -> io::Result<bool> {
        let below = format!("{key}\\");
        Ok(!self.keys.iter().any(|one| one.starts_with(&below))
            && !self.values.keys().any(|(of, _)| of == key))
    }

    fn get(&self, key: &str, name: &str) -> io::Result<Option<Value>> {
        Ok(self.values.get(&(key.into(), name.into())).cloned())
    }

    fn set(&mut self, key: &str, name: &str, value: &Value) -> io::Result<()> {
        self.changes()?;
        let mut above = Some(key);
        while let Some(one) = above {
            self.keys.insert(one.to_owned());
            above = one.rsplit_once('\\').map(|(above, _)| above);
        }
        self.values.insert((key.into(), name.into()), value.clone());
        Ok(())
    }

    fn remove(&mut self, key: &str, name: &str) -> io::Result<()> {
        self.changes()?;
        self.values.remove(&(key.into(), name.into()));
        Ok(())
    }

    fn remove_key(&mut self, key: &str) -> io::Result<()> {
        self.changes()?;
        let below = format!("{key}\\");
        let stays = |one: &String| one != key && !one.starts_with(&below);
        self.keys.retain(|one| stays(one));
        self.values.retain(|(of, _), _| stays(of));
        Ok(())
    }
}

const SERVER: &str = r"Software\Tight\Server";
const OTHER: &str = r"Software\Tight\Viewer";

fn setting(key: &'static str, name: &'static str, value: Option<Value>) -> Setting {
    Setting { key, name, value }
}

fn settings() -> Vec<Setting> {
    vec![
        setting(SERVER, "Port", Some(Value::number(5901))),
        setting(SERVER, "Password", Some(Value::binary(b"secret"))),
        setting(SERVER, "Extra", None),
    ]
}

#[test]
fn what_somebody_else_sets_meanwhile_stays_and_the_rest_goes() {
    let mut registry = Memory::default();
    registry.set("Software", "x", &Value::number(1)).unwrap();
    registry.set(SERVER, "Port", &Value::number(1)).unwrap();
    let loan = Loan::plan(&registry, &settings()).unwrap();
    loan.take(&mut registry).unwrap();
    registry.set(SERVER, "Port", &Value::number(7)).unwrap();
    loan.put_back(&mut registry).unwrap();
    let port = registry.get(SERVER, "Port").unwrap();
    assert_eq!(port, Some(Value::number(7)));
    assert_eq!(registry.get(SERVER, "Password").unwrap(), None);
}

#[test]
fn a_key_that_was_not_there_goes_with_all_that_the_program_left_in_it_but_no_other_key() {
    let mut registry = Memory::default();
    registry.set("Software", "x", &Value::number(1)).unwrap();
    let loan = Loan::plan(&registry, &settings()).unwrap();
    loan.take(&mut registry).unwrap();
    registry.set(SERVER, "Left", &Value::number(1)).unwrap();
    registry.set(OTHER, "Theirs", &Value::number(1)).unwrap();
    loan.put_back(&mut registry).unwrap();
    assert!(!registry.has_key(SERVER).unwrap() && registry.has_key(OTHER).unwrap());
}

#[test]
fn a_note_keeps_passwords_out_of_what_is_logged() {
    let loan = Loan::plan(&Memory::default(), &settings()).unwrap();
    let shown = format!("{loan:?}");
    let bytes = format!("{:?}", b"secret".to_vec());
    assert!(
        shown.contains("Password") && !shown.contains(&bytes),
        "{shown}"
    );
}

fn value() -> impl Strategy<Value = Option<Value>> {
    prop::option::of(
        prop::collection::vec(any::<u8>(), 0..3).prop_map(|bytes| Value::binary(&bytes)),
    )
}

proptest! {
    /// Cut off after any change, and putting back as often as one likes.
    #[test]
    fn wherever_it_is_interrupted_what_was_there_is_there_again(
        before in prop::collection::vec((0_usize..4, value()), 0..4),
        ours in prop::collection::vec((0_usize..4, value()), 0..5),
        cut in 0_usize..6,
        again in 0_usize..6,
    ) {
        const KEYS: [&str; 4] = [SERVER, OTHER, r"Software\Tight", r"Software\Tiger"];
        const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
        let mut registry = Memory::default();
        registry.set("Software", "x", &Value::number(1)).unwrap();
        for ((key, value), name) in before.iter().zip(NAMES) {
            if let Some(value) = value {
                registry.set(KEYS[*key], name, value).unwrap();
            }
        }
        let untouched = registry.clone();
        let settings: Vec<_> = ours.iter().zip(NAMES)
            .map(|((key, value), name)| setting(KEYS[*key], name, value.clone()))
            .collect();
        let loan = Loan::plan(&registry, &settings).unwrap();
        // Through the note on disk.
        let loan: Loan = serde_json::from_slice(&serde_json::to_vec(&loan).unwrap()).unwrap();
        registry.left = Some(cut);
        let taken = loan.take(&mut registry).is_ok();
        registry.left = Some(again);
        let _interrupted = loan.put_back(&mut registry);
        registry.left = None;
        for _ in 0..2 {
            loan.put_back(&mut registry).unwrap();
            prop_assert!(registry.same(&untouched), "{registry:?} {untouched:?} {taken}");
        }
    }
}
