//! The reference file is accepted as it stands, every key in it arrives, and each of them, made
//! wrong, is one mistake at its place.

#[expect(dead_code, reason = "other tests use the rest")]
mod common;

use std::time::Duration;

use common::{Home, reference};
use hostmessenger_config::{
    AccountTls, AlertTo, FtpTls, IpSource, Kind, Language, LogFormat, MinFree, Percent, Scope,
    VncServer,
};
use secrecy::ExposeSecret;

#[test]
fn every_key_of_the_reference_file_arrives() {
    let home = Home::new();
    let config = home
        .load(&reference(), &[])
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(config.language, Language::En);
    assert_eq!(config.data_dir, home.dir.path().join("data"));
    // Neither is written there.
    assert!(!config.data_by_machine && !config.own_disks);
    let account = config.account.unwrap();
    assert_eq!(account.jid.to_string(), "web01@example.org");
    assert_eq!(account.password.expose_secret(), "hunter2-xmpp");
    assert_eq!(
        account.server.map(|s| (s.host, s.port)),
        Some(("127.0.0.1".into(), 5222))
    );
    assert_eq!(
        (account.tls, account.allow_plain),
        (AccountTls::StartTls, false)
    );
    assert_eq!(account.ca_file, Some(home.dir.path().join("ca.pem")));
    assert_eq!(account.resource, "hostmessenger");
    assert_eq!(
        config.access.owner.unwrap().to_string(),
        "admin@example.org"
    );
    assert_eq!(config.access.support[0].to_string(), "help@example.org");
    assert_eq!(config.access.locked[0].to_string(), "gone@example.org");
    assert_eq!(
        config.access.vnc_totp_secret.unwrap().expose_secret(),
        "JBSWY3DPEHPK3PXP"
    );
    assert_eq!(config.alerts.to, [AlertTo::Owner]);
    assert_eq!(config.alerts.batch_window, Duration::from_secs(2));
    let flapping = config.alerts.flapping;
    assert_eq!(
        (flapping.window, flapping.high_percent, flapping.low_percent),
        (20, 50, 25)
    );
    assert_eq!(config.vnc.server, VncServer::Auto);
    assert_eq!(config.vnc.listen.to_string(), "127.0.0.1:5900");
    assert_eq!(config.vnc.display.as_deref(), Some(":0"));
    assert_eq!(config.vnc.stop_after, Duration::from_hours(1));
    assert!(config.vnc.command.is_empty() && !config.vnc.view_only);
    assert!(config.vnc.viewers.is_empty() && !config.vnc.one_time_password);
    let totp = config.vnc_code_file;
    assert_eq!(totp, Some(home.dir.path().join("secrets/totp")));
    assert_eq!(config.external_ip, [IpSource::Xmpp]);
    assert_eq!(config.history_keep, Duration::from_hours(90 * 24));
    assert_eq!(
        (config.log.format, config.log.level.as_str()),
        (LogFormat::Pretty, "info")
    );
}

#[test]
fn every_key_of_its_disk_and_web_targets_arrives() {
    let home = Home::new();
    let config = home
        .load(&reference(), &[])
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let [disk, web, ..] = &config.targets[..] else {
        panic!("{} targets", config.targets.len());
    };
    let seconds = Duration::from_secs;
    assert_eq!(
        (&*disk.name, disk.judging.every, disk.timeout),
        ("system disk", seconds(60), seconds(10))
    );
    assert_eq!(
        (disk.judging.fail_after, disk.judging.recover_after),
        (3, 1)
    );
    assert_eq!(
        (disk.judging.retry_every, disk.judging.remind_every),
        (seconds(5), Some(seconds(6 * 3600)))
    );
    let Kind::Disk(options) = &disk.kind else {
        panic!()
    };
    assert_eq!(options.min_free, [MinFree::Percent(Percent(1000))]);
    assert_eq!(options.min_free_inodes, Some(Percent(500)));
    assert_eq!((web.judging.every, web.timeout), (seconds(30), seconds(5)));
    let Kind::Web(options) = &web.kind else {
        panic!()
    };
    assert_eq!(
        (options.url.as_str(), options.method.as_str()),
        ("https://shop.example.org/", "GET")
    );
    assert_eq!(
        options.headers,
        [("Accept".to_owned(), "text/html".to_owned())]
    );
    assert_eq!(options.user.as_deref(), Some("monitor"));
    assert_eq!(
        options.password.as_ref().unwrap().expose_secret(),
        "hunter2-shop"
    );
    assert_eq!(options.status, [200..=299, 304..=304]);
    assert_eq!(options.body_contains.as_deref(), Some("Welcome"));
    assert!(
        options
            .body_matches
            .as_ref()
            .unwrap()
            .is_match("ADD TO BASKET")
    );
    assert_eq!(options.body_lacks.as_deref(), Some("Maintenance"));
    assert_eq!(
        (options.max_time, options.certificate_days),
        (Some(seconds(2)), Some(14))
    );
}

#[test]
fn every_key_of_its_other_targets_arrives() {
    let home = Home::new();
    let config = home
        .load(&reference(), &[])
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let [_, _, ftp, mail, router] = &config.targets[..] else {
        panic!("{} targets", config.targets.len());
    };
    let Kind::Ftp(options) = &ftp.kind else {
        panic!()
    };
    assert_eq!(
        (options.host.as_str(), options.port, options.tls),
        ("ftp.example.org", 21, FtpTls::Explicit)
    );
    assert_eq!(
        options.password.as_ref().unwrap().expose_secret(),
        "hunter2-mirror"
    );
    assert_eq!(
        (options.path.as_deref(), options.max_age),
        (Some("/pub/ls-lR.gz"), Some(Duration::from_hours(48)))
    );
    let Kind::Port(options) = &mail.kind else {
        panic!()
    };
    assert_eq!(options.send.as_deref(), Some("QUIT\r\n"));
    assert!(options.banner.as_ref().unwrap().is_match("220 hello"));
    assert_eq!(
        (mail.judging.depends_on.as_slice(), mail.judging.fail_after),
        (&["router".to_owned()][..], 2)
    );
    assert_eq!(mail.judging.alert_to.len(), 2);
    assert_eq!(
        (router.judging.scope, mail.judging.scope),
        (Some(Scope::Remote), None)
    );
}

/// A key of the reference file: its line (from 0), its path and the value written there.
struct KeyAt {
    line: usize,
    path: String,
    start: usize,
    end: usize,
}

/// Finds the keys of block tables that have a value on their line; no YAML library, so that the
/// test does not believe what it tests.
fn keys(text: &str) -> Vec<KeyAt> {
    let mut found = Vec::new();
    let mut way: Vec<(usize, String)> = Vec::new();
    let mut target = 0;
    for (line, content) in text.lines().enumerate() {
        let code = content.split(" #").next().unwrap_or_default().trim_end();
        if code.trim_start().starts_with('#') || code.is_empty() {
            continue;
        }
        let is_element = code.trim_start().starts_with("- ");
        let indent = code.len() - code.trim_start_matches([' ', '-']).len();
        let Some((key, value)) = code[indent..].split_once(':') else {
            continue;
        };
        while way.last().is_some_and(|(outer, _)| *outer >= indent) {
            way.pop();
        }
        let outer = way
            .last()
            .map_or(String::new(), |(_, path)| format!("{path}."));
        if is_element {
            target += 1;
        }
        let path = match outer.as_str() {
            "targets." => format!("targets[{}].{key}", target - 1),
            outer => format!("{outer}{key}"),
        };
        way.push((indent, path.clone()));
        if !value.is_empty() {
            let end = code.len();
            let start = end - value.trim_start().len();
            found.push(KeyAt {
                line,
                path,
                start,
                end,
            });
        }
    }
    found
}

#[test]
fn each_key_with_a_value_of_the_wrong_type_is_one_mistake_at_its_place() {
    let home = Home::new();
    let text = reference();
    let keys = keys(&text);
    assert!(keys.len() > 65, "{} keys", keys.len());
    for key in keys {
        // No key takes a list of lists, and no table takes a list.
        let wrong = "[[hunter2]]";
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines[key.line].replace_range(key.start..key.end, wrong);
        let result = home.load(&lines.join("\n"), &[]);
        let mistakes = result
            .err()
            .unwrap_or_else(|| panic!("{} is accepted", key.path));
        let [mistake] = &mistakes.0[..] else {
            panic!("{}: {mistakes}", key.path);
        };
        assert_eq!(mistake.line, Some(key.line + 1), "{mistake}");
        let element = format!("{}[0]", key.path);
        assert!(
            [&key.path, &element].contains(&&mistake.path),
            "{}: {mistake}",
            key.path
        );
        assert!(!mistake.to_string().contains("hunter2"), "{mistake}");
    }
}
