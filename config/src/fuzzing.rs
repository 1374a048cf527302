//! What a fuzzer hands bytes to. Panics where a promise does not hold; the replay of the kept corpus
//! (`tests` here) makes that a test like any other.

use std::fs::File;
use std::path::Path;

use crate::characters::is_harmful;
use crate::load::read_tree;
use crate::privacy::Protection;
use crate::source::Source;

/// A password that stands in no corpus by itself.
const SECRET: &str = "q8#Wz!unlikely";
/// The longest line that one mistake makes: place, key, value, problem, what is allowed.
const LONGEST: usize = 4_000;

/// A configuration: the text of a file, and behind the first NUL lines `NAME=VALUE` of variables.
/// It is read or told of in clean lines, and its secret is in none of them. `open` is a file that is
/// protected as this one is to be.
///
/// # Panics
/// Where that does not hold, or `open` cannot be judged.
pub fn configuration(bytes: &[u8], open: &File) {
    let text = String::from_utf8_lossy(bytes);
    let (text, variables) = text.split_once('\0').unwrap_or((&text, ""));
    if text.contains(SECRET) || variables.contains(SECRET) {
        return;
    }
    let mut env: Vec<(String, String)> = variables
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (format!("HOSTMESSENGER__{name}"), value.to_owned()))
        .collect();
    let password = "HOSTMESSENGER__ACCOUNT__PASSWORD";
    env.retain(|(name, _)| !name.eq_ignore_ascii_case(password));
    env.push((password.to_owned(), SECRET.to_owned()));
    let source = Source {
        text: text.to_owned(),
        protection: Protection::of(open).unwrap_or_else(|error| panic!("{error}")),
    };
    let shown = match read_tree(Path::new("f.yaml"), Ok(source), &env) {
        Ok(config) => format!("{config:?}"),
        Err(mistakes) => {
            assert!(!mistakes.0.is_empty());
            for mistake in &mistakes.0 {
                let line = mistake.to_string();
                assert!(!line.chars().any(is_harmful), "{line:?}");
                assert!(line.chars().count() <= LONGEST, "{line}");
            }
            mistakes.to_string()
        }
    };
    assert!(!shown.contains(SECRET), "{shown}");
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn the_kept_corpus_holds_no_surprise() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/configuration");
        let mut count = 0;
        for entry in fs::read_dir(folder).expect("the corpus") {
            let path = entry.expect("an entry").path();
            let open = fs::File::open(&path).expect("a file");
            super::configuration(&fs::read(&path).expect("a file"), &open);
            count += 1;
        }
        assert!(count > 0, "{folder} is empty");
    }
}
