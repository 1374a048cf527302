//! Variables over the file, and files that are open to others.

mod common;

use std::fs;

use common::{Home, reference, write};
use hostmessenger_config::{AlertTo, load};
use proptest::prelude::*;
use secrecy::ExposeSecret;

#[test]
fn any_key_can_be_overridden_by_a_variable() {
    let home = Home::new();
    let env = [
        ("HOSTMESSENGER__LANGUAGE", "de"),
        ("HOSTMESSENGER__ACCOUNT__PASSWORD", "31337"),
        ("HOSTMESSENGER__ACCOUNT__ALLOW_PLAIN", "true"),
        (
            "HOSTMESSENGER__ACCESS__SUPPORT",
            "a@example.org, b@example.org",
        ),
        (
            "HOSTMESSENGER__ALERTS__TO",
            "[owner, {room: ops@conference.example.org, nick: w}]",
        ),
        ("HOSTMESSENGER__ALERTS__FAIL_AFTER", "7"),
        ("HOSTMESSENGER__TARGETS", "[{name: d, kind: disk, path: /}]"),
        ("HOSTMESSENGER_CONFIG", "elsewhere"),
        ("DISPLAY", ":7"),
    ];
    let text = reference().replace("display: \":0\"", "");
    let config = home
        .load(&text, &env)
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let account = config.account.unwrap();
    // The file names a password file; the variable is stronger.
    assert_eq!(account.password.expose_secret(), "31337");
    assert!(account.allow_plain);
    assert_eq!(config.access.support.len(), 2);
    assert!(matches!(
        &config.alerts.to[..],
        [AlertTo::Owner, AlertTo::Room { .. }]
    ));
    assert_eq!(
        (config.targets.len(), config.targets[0].judging.fail_after),
        (1, 7)
    );
    assert_eq!(config.vnc.display.as_deref(), Some(":7"));
}

#[test]
fn a_mistake_in_a_variable_is_told_with_its_name_beside_those_of_the_file() {
    let home = Home::new();
    let env = [
        ("HOSTMESSENGER__ACCOUNT__PASSWORD", ""),
        ("HOSTMESSENGER__DEFAULTS__EVERY", "1ms"),
        ("HOSTMESSENGER__ACCOUNT__JIT", "hunter2"),
        ("HOSTMESSENGER__TARGETS", "[{name: d, kind: disk, path: 5}]"),
        ("HOSTMESSENGER__ACCESS__SUPPORT", "[a@example.org"),
        ("HOSTMESSENGER__VNC__VIEW_ONLY", "maybe"),
    ];
    let result = home.load("account: {jid: a@example.org}\nlangage: en\n", &env);
    assert_eq!(
        home.mistakes(result),
        [
            "f.yaml:2: langage: is no key; did you mean 'language'?; allowed: language, data_dir, \
             data_by_machine, account, access, alerts, defaults, own_disks, targets, vnc, host_info, history, log",
            "variable HOSTMESSENGER__ACCOUNT__JIT: names no key; did you mean HOSTMESSENGER__ACCOUNT__JID?",
            "variable HOSTMESSENGER__ACCOUNT__PASSWORD: is empty; allowed: a text of one line",
            "variable HOSTMESSENGER__ACCESS__SUPPORT: '[a@example.org' is not such a list in YAML; \
             allowed: a list, each: a bare XMPP address, name@domain",
            "variable HOSTMESSENGER__DEFAULTS__EVERY: '1ms' is too short; allowed: a duration of at least 1s, \
             such as 30s or 5m",
            "variable HOSTMESSENGER__TARGETS: targets[0].path: '5' is a number; allowed: a path (in quotes)",
            "variable HOSTMESSENGER__VNC__VIEW_ONLY: 'maybe' is a text; allowed: true, false",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_file_with_a_password_in_it_must_be_closed_to_others() {
    let home = Home::new();
    let with_password = "account: {jid: a@example.org, password: hunter2}\n";
    let with_header =
        "targets: [{name: a, kind: web, url: 'http://a/', headers: {Authorization: hunter2}}]\n";
    let file = home.write("f.yaml", b"");
    let told = |text: &str, mode| {
        write(&file, text.as_bytes(), mode);
        home.mistakes(load(&file, std::iter::empty()))
    };
    for text in [with_password, with_header] {
        assert_eq!(
            told(text, 0o644),
            [
                "f.yaml: holds a password and is open to others (mode 0644); mend it with: chmod 600 f.yaml"
            ]
        );
        assert!(told(text, 0o660)[0].contains("can be written by its group"));
        assert!(told(text, 0o640).is_empty());
    }
    // It is no better kept for being overridden.
    let env = (
        "HOSTMESSENGER__ACCOUNT__PASSWORD".to_owned(),
        "other".to_owned(),
    );
    write(&file, with_password.as_bytes(), 0o644);
    assert_eq!(home.mistakes(load(&file, [env].into_iter())).len(), 1);
    // Without a password in it anyone may read it.
    assert!(
        told(
            "account: {jid: a@example.org, password_file: secrets/xmpp}",
            0o644
        )
        .is_empty()
    );
    assert!(told("language: en", 0o666).is_empty());
}

#[cfg(windows)]
#[test]
fn a_file_with_a_password_in_it_must_be_closed_to_others() {
    let home = Home::new();
    let file = home.write("f.yaml", b"");
    let told = |text: &str, mode| {
        write(&file, text.as_bytes(), mode);
        home.mistakes(load(&file, std::iter::empty()))
    };
    let with_password = "account: {jid: a@example.org, password: hunter2}\n";
    let open = told(with_password, 0o644);
    assert_eq!(open.len(), 1);
    let begin = "f.yaml: holds a password and can be read by ";
    let command = "; mend it with: icacls \"f.yaml\" /inheritance:r /grant:r \"*S-1-5-";
    assert!(open[0].starts_with(begin), "{open:?}");
    assert!(open[0].contains(command), "{open:?}");
    assert!(told(with_password, 0o600).is_empty());
    // Without a password in it anyone may read it.
    assert!(told("language: en", 0o666).is_empty());
}

#[cfg(windows)]
#[test]
fn where_every_user_may_make_files_one_that_others_can_change_is_not_obeyed() {
    let home = Home::new();
    let folder = home.dir.path().join("HostMessenger");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("hostmessenger.yaml");
    let data = home.dir.path().to_str().unwrap().to_owned();
    let told = |mode| {
        write(&file, b"language: en\n", mode);
        let env = [("ProgramData".to_owned(), data.clone())];
        home.mistakes(load(&file, env.into_iter()))
    };
    assert!(told(0o600).is_empty());
    let open = told(0o666);
    assert!(open[0].contains(" can be changed by "), "{open:?}");
    assert!(open[0].contains("icacls"), "{open:?}");
}

#[test]
fn a_file_that_is_no_small_text_is_one_clear_mistake() {
    let home = Home::new();
    let missing = home.dir.path().join("none.yaml");
    let told = home.mistakes(load(&missing, std::iter::empty()));
    assert_eq!(told, ["none.yaml: does not exist"]);
    let file = home.write("f.yaml", b"language: en\n# \xff\n");
    let told = home.mistakes(load(&file, std::iter::empty()));
    assert_eq!(told, ["f.yaml: is not UTF-8 text (line 2)"]);
    fs::write(&file, vec![b'#'; 5 << 20]).unwrap();
    let told = home.mistakes(load(&file, std::iter::empty()));
    assert_eq!(told, ["f.yaml: is larger than 4096 KiB"]);
    let told = home.mistakes(load(home.dir.path(), std::iter::empty()));
    assert!(told[0].ends_with("is not a file"), "{told:?}");
}

#[test]
fn an_empty_file_is_a_configuration() {
    let home = Home::new();
    for text in [
        "",
        "# nothing\n",
        "---\n",
        "\u{feff}language: en\n",
        "targets:\r\nlanguage: en\r\n",
    ] {
        let config = home
            .load(text, &[])
            .unwrap_or_else(|mistakes| panic!("{text:?}: {mistakes}"));
        assert!(
            config.account.is_none() && config.targets.is_empty() && config.alerts.to.is_empty()
        );
    }
}

#[test]
fn a_default_timeout_is_cut_to_a_short_pace_and_off_means_never() {
    let home = Home::new();
    let text = "defaults: {timeout: 8s}\nalerts: {remind_every: off}\n\
                targets: [{name: a, kind: disk, path: /, every: 2s}]";
    let config = home
        .load(text, &[])
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let target = &config.targets[0];
    assert_eq!(
        (target.timeout.as_secs(), target.judging.remind_every),
        (2, None)
    );
}

#[test]
fn ten_thousand_targets_in_a_chain_are_read() {
    let home = Home::new();
    let mut text = String::from("targets:\n");
    for i in 0..10_000 {
        let next = (i + 1) % 10_000;
        let line =
            format!("- {{name: t{i}, kind: port, host: h, port: 1, depends_on: [t{next}]}}\n");
        text.push_str(&line);
    }
    let told = home.mistakes(home.load(&text, &[]));
    assert_eq!(told.len(), 1);
    let config = home.load(&text.replace("depends_on: [t0]", ""), &[]);
    assert_eq!(config.map(|config| config.targets.len()).ok(), Some(10_000));
}

#[test]
fn no_secret_shows_in_debug() {
    let home = Home::new();
    let text = reference().replace("{Accept: text/html}", "{Authorization: hunter2-header}");
    let config = home
        .load(&text, &[])
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let debug = format!("{config:?}{config:#?}");
    assert!(
        !debug.contains("hunter2") && !debug.contains("JBSWY3DP"),
        "{debug}"
    );
    assert!(debug.contains("Authorization"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_file_and_no_variable_makes_it_panic(
        noise in "[\\[\\]{}:,&*!|>'\"#%@`a-c0-9 \n-]{0,12}|\\PC{0,8}",
        at in 0.0..1.0_f64,
        cut in 0_usize..40,
        name in "LANGUAGE|ACCOUNT__[A-Z_]{0,6}|TARGETS|ALERTS__(TO|FLAPPING__LOW)|\\PC{0,8}",
    ) {
        let home = Home::new();
        let text = reference();
        let mut chars: Vec<char> = text.chars().collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                 reason = "an index of a small file")]
        let start = (at * chars.len() as f64) as usize;
        let end = (start + cut).min(chars.len());
        chars.splice(start..end, noise.chars());
        let text: String = chars.into_iter().collect();
        let name = format!("HOSTMESSENGER__{name}");
        drop(home.load(&text, &[(name.as_str(), noise.as_str())]));
    }
}
