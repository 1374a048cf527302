use std::path::Path;

use super::*;

fn mistakes(text: &str) -> Vec<String> {
    let mut mistakes = Vec::new();
    let file = Path::new("f");
    let tree = yaml::read(text, file, &mut mistakes).unwrap_or_default();
    check(&tree, file, &mut mistakes);
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn every_default_is_right_by_its_own_rule() {
    fn walk(keys: &[Key]) {
        for key in keys {
            if let Shape::Table(inner) = key.shape {
                walk(inner);
            }
            let Default::Text(text) = key.default else {
                continue;
            };
            let mut mistakes = Vec::new();
            let mut checker = Checker {
                file: Path::new("f"),
                mistakes: &mut mistakes,
            };
            let at = At {
                path: key.name.to_owned(),
                place: Place::File,
            };
            let value = typed(text, &key.shape).unwrap_or_default();
            assert!(
                checker.value(&value, &key.shape, &at).is_some(),
                "{}",
                key.name
            );
        }
    }
    walk(keys::TOP);
    walk(keys::COMMON);
    for kind in keys::KINDS {
        walk(kind.keys);
    }
}

#[test]
fn a_wrong_type_says_what_it_is_and_what_is_allowed() {
    assert_eq!(
        mistakes("language: 5\nlog: info\nvnc: {view_only: yes, port: '1'}\n"),
        [
            "f:1: language: '5' is a number; allowed: en, de",
            "f:3: vnc.port: '1' is a text; allowed: a whole number from 1 to 65535",
            "f:3: vnc.view_only: 'yes' is a text; allowed: true, false",
            "f:2: log: 'info' is a text; allowed: a table with the keys format, level",
        ]
    );
}

#[test]
fn a_secret_is_not_shown_whatever_its_type_and_wherever_it_stands() {
    let texts = [
        "account: {jid: a@b.example, password: 31337}",
        "account: {jid: a@b.example, password: [31337]}",
        "account: {jid: a@b.example, password: \"31337\\n\"}",
        "account: 31337",
        "access: {vnc_code: 31337}",
        "access: {vnc_code: {totp_secret: '31337!'}}",
        "targets: 31337",
        "targets: [31337]",
        "targets: [{name: a, kind: web, url: 'https://u:31337@b/'}]",
        "targets: [{name: a, kind: web, url: 'https://b/', headers: {Cookie: 31337}}]",
        "targets: [{name: a, kind: web, url: 'https://b/', headers: [31337]}]",
        "pasword: 31337",
    ];
    for text in texts {
        let all = mistakes(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        assert!(!all[0].contains("31337"), "{all:?}");
    }
}

#[test]
fn a_key_of_another_kind_is_told_as_such() {
    assert_eq!(
        mistakes("targets:\n  - name: a\n    kind: disk\n    path: /\n    url: https://a/\n"),
        ["f:5: targets[0].url: is a key of kind web, not of disk"]
    );
}

#[test]
fn an_unknown_kind_is_one_mistake() {
    let all = mistakes("targets: [{name: a, kind: dsk, path: /, min_free: 1%}]");
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].contains("'dsk' is not known here; allowed: disk, web, ftp, port"));
}
