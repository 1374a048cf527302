//! Where each target stands, by its name. The names lie with the targets; here are their places alone, of four
//! bytes each.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// See the module. Whoever asks says which name stands where.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    places: HashTable<u32>,
    hasher: RandomState,
}

impl Index {
    /// Of so many names, each once.
    pub(super) fn new<'a>(count: usize, name_at: impl Fn(usize) -> &'a str) -> Self {
        let mut index = Self {
            places: HashTable::with_capacity(count),
            hasher: RandomState::new(),
        };
        let hash = |hasher: &RandomState, place: u32| hasher.hash_one(name_at(place as usize));
        for place in (0..count).map_while(|n| u32::try_from(n).ok()) {
            let hasher = &index.hasher;
            index
                .places
                .insert_unique(hash(hasher, place), place, |&other| hash(hasher, other));
        }
        index
    }

    /// The place of this name.
    pub(super) fn find<'a>(&self, name: &str, name_at: impl Fn(usize) -> &'a str) -> Option<usize> {
        let same = |place: &u32| name_at(*place as usize) == name;
        let place = self.places.find(self.hasher.hash_one(name), same)?;
        Some(*place as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_at_its_place_and_no_other() {
        let names: Vec<String> = (0..1_000).map(|n| format!("target {n}")).collect();
        let at = |n: usize| names[n].as_str();
        let index = Index::new(names.len(), at);
        for (n, name) in names.iter().enumerate() {
            assert_eq!(index.find(name, at), Some(n));
        }
        for other in ["", "target", "target 1000", "Target 1"] {
            assert_eq!(index.find(other, at), None, "{other}");
        }
        assert_eq!(Index::default().find("target 1", at), None);
    }
}
