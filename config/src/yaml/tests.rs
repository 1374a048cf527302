use proptest::prelude::*;

use super::*;

fn read_all(text: &str) -> (Option<Value>, Vec<String>) {
    let mut mistakes = Vec::new();
    let tree = read(text, Path::new("f"), &mut mistakes);
    (tree, mistakes.iter().map(ToString::to_string).collect())
}

fn mistakes(text: &str) -> Vec<String> {
    read_all(text).1
}

#[test]
fn a_value_knows_the_line_of_its_key_and_an_element_its_own() {
    let (tree, mistakes) = read_all("# comment\na:\n  - x\n  - b: 1\n    c: |\n      text\n");
    assert!(mistakes.is_empty());
    let root = tree
        .and_then(|tree| tree.into_table().ok())
        .unwrap_or_default();
    assert_eq!(place(&root["a"]), Place::Line(2));
    let list = root["a"].clone().into_array().unwrap_or_default();
    assert_eq!(place(&list[0]), Place::Line(3));
    let table = list[1].clone().into_table().unwrap_or_default();
    assert_eq!(place(&table["c"]), Place::Line(5));
}

#[test]
fn every_key_given_twice_is_told_and_the_rest_is_read() {
    assert_eq!(
        mistakes("a: 1\nb: {c: 1,\n c: 2}\na: 3\n"),
        [
            "f:3: b.c: is given twice, first on line 2",
            "f:4: a: is given twice, first on line 1"
        ]
    );
}

#[test]
fn depth_and_aliases_have_limits() {
    assert!(mistakes(&"[".repeat(200))[0].contains("stands deeper than 32 levels"));
    assert_eq!(mistakes(&"[".repeat(100_000)).len(), 1);
    assert_eq!(mistakes(&"- ".repeat(100_000)).len(), 1);
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..9 {
        let inner = vec![format!("*a{}", level - 1); 10].join(",");
        bomb = format!("{bomb}a{level}: &a{level} [{inner}]\n");
    }
    assert!(mistakes(&bomb)[0].contains("one value too many"));
    assert!(mistakes("a: &a [*a]\n")[0].contains("an alias of what it stands in"));
}

#[test]
fn an_alias_repeats_what_was_written() {
    let (tree, mistakes) = read_all("a: &x [1, 2]\nb: *x\n");
    assert!(mistakes.is_empty());
    let root = tree
        .and_then(|tree| tree.into_table().ok())
        .unwrap_or_default();
    assert_eq!(
        root["b"].clone().into_array().map(|b| b.len()).ok(),
        Some(2)
    );
}

#[test]
fn broken_yaml_and_a_second_document_are_one_mistake_with_its_line() {
    assert!(mistakes("a: 1\nb: [1\nc: 2\n")[0].starts_with("f:3: "));
    assert!(mistakes("a: 1\n---\nb: 1\n")[0].starts_with("f:2: a second document"));
    assert!(mistakes("a: !foo 1\n")[0].contains("a tag that is not known"));
    assert!(mistakes("{a: 1}: 2\n")[0].contains("a key must be a word"));
}

#[test]
fn a_path_of_windows_in_double_quotes_is_told_how_to_be_written() {
    for path in [r"C:\data", r"C:\Program Files\x"] {
        let told = mistakes(&format!("a: \"{path}\"\n"));
        assert!(
            told[0].contains("in double quotes a \\ is written \\\\"),
            "{told:?}"
        );
        assert!(mistakes(&format!("a: '{path}'\nb: {path}\n")).is_empty());
    }
}

#[test]
fn an_error_does_not_quote_the_file() {
    for text in [
        "password: @hunter2",
        "password: `hunter2",
        "password: %hunter2",
        "p: \"\\h\"",
    ] {
        let all = mistakes(text).concat();
        assert!(!all.contains('@') && !all.contains("hunter"), "{all}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}:,&*!|>'\"#%@`a-c0-9 \n\t-]{0,80}") {
        read_all(&text);
    }
}
