use proptest::prelude::*;

use super::*;

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

fn set(text: &str) -> Result<String, String> {
    set_owner(text, &jid("new@example.org")).map_err(|error| error.to_string())
}

#[test]
fn only_the_value_changes_however_it_is_written() {
    for (before, after) in [
        (
            "access:\n  owner: a@b.c   # who\n",
            "access:\n  owner: new@example.org   # who\n",
        ),
        (
            "access:\r\n  owner: a@b.c\r\nlog: {level: info}\r\n",
            "access:\r\n  owner: new@example.org\r\nlog: {level: info}\r\n",
        ),
        (
            "access: {support: [x@y.z], owner: a@b.c}",
            "access: {support: [x@y.z], owner: new@example.org}",
        ),
        (
            "access: {owner: a@b.c , support: []}",
            "access: {owner: new@example.org , support: []}",
        ),
        (
            "access: {\"owner\":\"a@b.c\"}",
            "access: {\"owner\":\"new@example.org\"}",
        ),
        (
            "access:\n  owner:\n    'a@b.c' # quoted\n",
            "access:\n  owner:\n    'new@example.org' # quoted\n",
        ),
        (
            "\u{feff}# ÄÖÜ 🦀\naccess:\n  # owner: x@y.z\n  owner: ä@b.c",
            "\u{feff}# ÄÖÜ 🦀\naccess:\n  # owner: x@y.z\n  owner: new@example.org",
        ),
        (
            "targets: [{name: access, owner: x}, {access: {owner: y}}]\naccess: {owner: a@b.c}\n",
            "targets: [{name: access, owner: x}, {access: {owner: y}}]\naccess: {owner: new@example.org}\n",
        ),
    ] {
        assert_eq!(set(before).as_deref(), Ok(after), "{before}");
    }
}

#[test]
fn what_cannot_be_changed_alone_is_refused_with_the_reason() {
    for (text, why) in [
        ("access: {support: []}\n", "not written"),
        ("", "not written"),
        ("log: {level: info}", "not written"),
        ("x: &o a@b.c\naccess: {owner: *o}\n", "alias"),
        ("x: &a {owner: a@b.c}\naccess: *a\n", "alias"),
        ("access: {owner: &o a@b.c, support: [*o]}\n", "anchor"),
        ("access: &a {owner: a@b.c}\n", "anchor"),
        ("access: {owner: !!str a@b.c}\n", "tag"),
        ("access:\n  owner: |-\n    a@b.c\n", "several lines"),
        ("access:\n  owner: a\n    @b.c\n", "several lines"),
        ("access: {owner: a@b.c, owner: d@e.f}\n", "mistakes"),
        ("access: {owner: a@b.c\n", "mistakes"),
    ] {
        let error = set(text).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn an_address_with_signs_of_yaml_in_it_is_quoted() {
    for owner in [
        "#a@b.c",
        "a,b@c.d",
        "[x]@b.c",
        "-@b.c",
        "a\\20b@c.d",
        "*x@b.c",
        "!x@b.c",
    ] {
        for text in ["access: {owner: a@b.c}", "access:\n  owner: \"a@b.c\"\n"] {
            let new = set_owner(text, &jid(owner)).unwrap();
            let mut tree = tree(&new).unwrap();
            let found = owner_in(&mut tree).unwrap();
            assert_eq!(found.kind, ValueKind::String(owner.into()), "{new}");
        }
    }
}

/// Comments, blank lines and other keys as people write them.
fn filler() -> impl Strategy<Value = String> {
    let comment = "# [ -~äöü🦀]{0,30}\n";
    let line = prop_oneof![
        comment.prop_map(String::from),
        Just("\n".to_owned()),
        Just("   \n".to_owned()),
    ];
    prop::collection::vec(line, 0..4).prop_map(|lines| lines.concat())
}

fn value() -> impl Strategy<Value = String> {
    let address = "[a-zä]{1,8}@[a-z]{1,8}\\.org";
    prop_oneof![
        address.prop_map(String::from),
        address.prop_map(|text| format!("'{text}'")),
        address.prop_map(|text| format!("\"{text}\"")),
    ]
}

fn access(block: bool, before: &str, blanks: &str, after: &str) -> (String, String) {
    if block {
        let start = format!("access:\n{before}  support: [x@y.z]\n{before}  owner:{blanks} ");
        (start, format!("{blanks} # it's \"who\"\n{after}"))
    } else {
        let start = format!("{before}access: {{support: [x@y.z], owner:{blanks} ");
        (start, format!("{blanks}, locked: [ü@y.z]}} # end\n{after}"))
    }
}

proptest! {
    #[test]
    fn everything_but_the_value_stays_byte_for_byte_and_the_result_loads(
        block in any::<bool>(),
        top in filler(), before in filler(), after in filler(),
        blanks in " {0,3}", old in value(), crlf in any::<bool>(),
        new in "[a-zß,#]{1,8}@[a-z]{1,8}\\.net",
    ) {
        let owner = jid(&new);
        let (start, end) = access(block, &before, &blanks, &after);
        let breaks = |text: String| if crlf { text.replace('\n', "\r\n") } else { text };
        let start = breaks(format!("{top}history: {{keep: 1d}}\n{start}"));
        let end = breaks(format!("{end}log: {{level: info}} # ä\n"));
        let changed = set_owner(&format!("{start}{old}{end}"), &owner).unwrap();
        let inside = changed.strip_prefix(&start).and_then(|rest| rest.strip_suffix(&end));
        let inside = inside.unwrap().trim_matches(['"', '\'']);
        prop_assert_eq!(inside, owner.as_str());
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("f.yaml");
        std::fs::write(&file, &changed).unwrap();
        let config = crate::load(&file, std::iter::empty()).unwrap();
        prop_assert_eq!(config.access.owner, Some(owner));
        prop_assert_eq!(config.access.support.len(), 1);
    }

    #[test]
    fn no_text_makes_it_panic_or_change_another_byte(text in "(access|owner|: |\\{|\\}|[ \n,&*!|>'\"#ä-]|a@b){0,20}") {
        if let Ok(new) = set_owner(&text, &jid("new@example.org")) {
            prop_assert!(new.contains("new@example.org"));
        }
    }
}
