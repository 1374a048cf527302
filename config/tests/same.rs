//! RELOAD: what did not change is the same, and every key of a target makes a difference.

#[expect(dead_code, reason = "other tests use the rest")]
mod common;

use common::{Home, reference};

#[test]
fn the_same_file_gives_the_same_targets_and_account() {
    let home = Home::new();
    let load = || {
        home.load(&reference(), &[])
            .unwrap_or_else(|m| panic!("{m}"))
    };
    let (a, b) = (load(), load());
    assert!(a.targets.iter().zip(&b.targets).all(|(a, b)| a.same_as(b)));
    assert!(a.account.unwrap().same_as(&b.account.unwrap()));
}

#[test]
fn each_changed_key_changes_its_target_and_no_other() {
    let home = Home::new();
    let old = home
        .load(&reference(), &[])
        .unwrap_or_else(|m| panic!("{m}"));
    // Target, what is written, what it becomes.
    let changes = [
        (0, "min_free: 10%", "min_free: 11%"),
        (0, "min_free_inodes: 5%", ""),
        (
            1,
            "url: https://shop.example.org/",
            "url: https://shop.example.org/x",
        ),
        (1, "every: 30s", "every: 31s"),
        (1, "timeout: 5s", "timeout: 6s"),
        (1, "method: GET", "method: HEAD"),
        (1, "Accept: text/html", "Accept: text/plain"),
        (1, "user: monitor", "user: other"),
        (1, "secrets/shop", "secrets/xmpp"),
        (1, "follow_redirects: true", "follow_redirects: false"),
        (1, "verify_tls: true", "verify_tls: false"),
        (1, "[200-299, 304]", "[200-299]"),
        (1, "body_contains: Welcome", "body_contains: Hello"),
        (1, "(cart|basket)", "(cart|bag)"),
        (1, "body_lacks: Maintenance", ""),
        (1, "max_time: 2s", "max_time: 3s"),
        (1, "certificate_days: 14", "certificate_days: 15"),
        (2, "port: 21", "port: 22"),
        (2, "tls: explicit", "tls: implicit"),
        (2, "user: mirror", "user: other"),
        (2, "secrets/mirror", "secrets/xmpp"),
        (2, "/pub/ls-lR.gz", "/pub"),
        (2, "max_age: 2d", "max_age: 3d"),
        (3, "QUIT", "HELO"),
        (3, "^220 ", "^221 "),
        (3, "depends_on: [router]", ""),
        (3, "fail_after: 2", "fail_after: 4"),
        (
            3,
            "alert_to: [owner, help@example.org]",
            "alert_to: [owner]",
        ),
        (4, "host: 192.0.2.1", "host: 192.0.2.2"),
        (4, "scope: remote", "scope: local"),
    ];
    for (target, from, to) in changes {
        let text = reference();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let new = home
            .load(&text.replace(from, to), &[])
            .unwrap_or_else(|m| panic!("{from}: {m}"));
        let different: Vec<_> = (0..5)
            .filter(|i| !new.targets[*i].same_as(&old.targets[*i]))
            .collect();
        assert_eq!(different, [target], "{from}");
    }
}

#[test]
fn a_changed_password_is_a_changed_account() {
    let home = Home::new();
    let load = |env: &[(&str, &str)]| {
        let config = home
            .load(&reference(), env)
            .unwrap_or_else(|m| panic!("{m}"));
        config.account.unwrap()
    };
    let old = load(&[]);
    for change in [
        ("HOSTMESSENGER__ACCOUNT__PASSWORD", "other"),
        ("HOSTMESSENGER__ACCOUNT__JID", "web02@example.org"),
        ("HOSTMESSENGER__ACCOUNT__SERVER", "127.0.0.1:5223"),
        ("HOSTMESSENGER__ACCOUNT__TLS", "direct"),
        ("HOSTMESSENGER__ACCOUNT__CA_FILE", "other.pem"),
        ("HOSTMESSENGER__ACCOUNT__RESOURCE", "other"),
        ("HOSTMESSENGER__ACCOUNT__ALLOW_PLAIN", "true"),
    ] {
        assert!(!load(&[change]).same_as(&old), "{change:?}");
    }
}
