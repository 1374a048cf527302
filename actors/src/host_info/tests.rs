//! The actor as the commands see it.

#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use rustix::process::Signal;

#[cfg(target_os = "linux")]
use super::screens::tests::xvfb;
use super::*;
use crate::testing::store;

fn start(display: Option<String>) -> Addr<HostInfo> {
    let spec = HostInfoSpec {
        data_dir: "/var/lib/somewhere".into(),
        display,
        external_ip: Vec::new(),
        connection: None,
        tls: store(),
        disks: DiskHelpers::default(),
    };
    HostInfo::new(spec, Life::new("host-info")).start()
}

/// HD, asked by somebody who may only look.
fn hd(path: Option<&str>) -> AskHd {
    AskHd {
        lang: Language::De,
        path: path.map(str::to_owned),
        anywhere: false,
    }
}

/// Labels and values.
fn split(answer: &str) -> Vec<(&str, &str)> {
    let line = |line| str::split_once(line, ": ").expect("a label");
    answer.lines().map(line).collect()
}

const ENGLISH: [&str; 8] = [
    "Operating system",
    "Language",
    "Host name",
    "Administrator rights",
    "System directories",
    "Screen resolution",
    "Internal IP addresses",
    "External IP address",
];

const GERMAN: [&str; 8] = [
    "Betriebssystem",
    "Sprache",
    "Rechnername",
    "Adminrechte",
    "Systemverzeichnisse",
    "Bildschirmauflösung",
    "Interne IP-Adressen",
    "Externe IP-Adresse",
];

#[cfg(target_os = "linux")]
#[actix_rt::test]
async fn os_has_the_eight_lines_of_the_contract_in_both_languages() {
    let (_server, display) = xvfb("1100x700x24");
    let actor = start(Some(display));
    for (lang, labels) in [(Language::En, ENGLISH), (Language::De, GERMAN)] {
        let answer = actor.send(AskOs { lang }).await.unwrap();
        let lines = split(&answer);
        assert!(lines.iter().map(|line| line.0).eq(labels), "{answer}");
        assert!(lines[0].1.contains(std::env::consts::ARCH), "{answer}");
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        assert_eq!(lines[2].1, host.trim());
        let root = rustix::process::geteuid().is_root();
        let yes = lines[3].1.starts_with("yes") || lines[3].1.starts_with("ja");
        assert_eq!(yes, root, "{answer}");
        assert!(lines[4].1.contains("/var/lib/somewhere"), "{answer}");
        assert!(lines[5].1.ends_with(" 1100x700"), "{answer}");
    }
}

#[cfg(target_os = "linux")]
#[actix_rt::test]
async fn a_display_that_hangs_costs_one_line_and_less_than_five_seconds() {
    let (server, display) = xvfb("640x480x24");
    server.signal(Signal::STOP);
    let actor = start(Some(display.clone()));
    let began = Instant::now();
    let lang = Language::En;
    let answer = actor.send(AskOs { lang }).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    let lines = split(&answer);
    assert_eq!(lines.len(), 8);
    let late = format!("X11 {display}: no answer for 4s");
    assert!(lines[5].1.contains(&late), "{answer}");
    let late = lines.iter().filter(|line| line.1.contains("no answer"));
    assert_eq!(late.count(), 1, "{answer}");
    // The actor itself goes on meanwhile.
    let answer = actor.send(hd(Some("/"))).await.unwrap();
    assert!(answer.starts_with("/: "), "{answer}");
}

#[cfg(target_os = "linux")]
#[actix_rt::test]
async fn hd_tells_the_root_first() {
    let answer = start(None).send(hd(None)).await.unwrap();
    assert!(answer.starts_with("/: "), "{answer}");
    assert!(answer.lines().all(|line| line.contains(": ")), "{answer}");
}

#[cfg(windows)]
#[actix_rt::test]
async fn os_has_the_eight_lines_of_the_contract_in_both_languages_on_windows() {
    let actor = start(None);
    for (lang, labels) in [(Language::En, ENGLISH), (Language::De, GERMAN)] {
        let answer = actor.send(AskOs { lang }).await.unwrap();
        let lines = split(&answer);
        assert!(lines.iter().map(|line| line.0).eq(labels), "{answer}");
        assert!(lines[0].1.starts_with("Windows "), "{answer}");
        assert!(lines[0].1.ends_with(std::env::consts::ARCH), "{answer}");
        // `de-DE`
        assert_eq!(lines[1].1.as_bytes().get(2), Some(&b'-'), "{answer}");
        assert!(lines[4].1.contains("/var/lib/somewhere"), "{answer}");
        let unknown = lines[..7].iter().filter(|line| line.1.contains("known: "));
        assert_eq!(unknown.count(), 0, "{answer}");
    }
}

#[cfg(windows)]
#[actix_rt::test]
async fn hd_tells_the_drives_by_their_letters() {
    let answer = start(None).send(hd(None)).await.unwrap();
    assert!(answer.starts_with("C: "), "{answer}");
    assert!(answer.lines().all(|line| line.contains(": ")), "{answer}");
}

#[cfg(windows)]
#[actix_rt::test]
async fn another_machine_is_asked_for_the_owner_alone() {
    let actor = start(None);
    let share = r"\\127.0.0.1\share";
    let answer = actor.send(hd(Some(share))).await.unwrap();
    assert!(answer.starts_with("nur der Besitzer"), "{answer}");
    let anywhere = true;
    let of_owner = AskHd {
        anywhere,
        ..hd(Some(share))
    };
    let answer = actor.send(of_owner).await.unwrap();
    assert!(answer.starts_with(share), "{answer}");
}
