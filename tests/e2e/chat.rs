//! The owner talks with the program over XMPP.

use crate::peers::free_port::free_port;
use crate::peers::{Listener, Stage};

const OS: [&str; 8] = [
    "Operating system: ",
    "Language: ",
    "Host name: ",
    "Administrator rights: ",
    "System directories: ",
    "Screen resolution: ",
    "Internal IP addresses: ",
    "External IP address: ",
];

const OS_GERMAN: [&str; 8] = [
    "Betriebssystem: ",
    "Sprache: ",
    "Rechnername: ",
    "Adminrechte: ",
    "Systemverzeichnisse: ",
    "Bildschirmauflösung: ",
    "Interne IP-Adressen: ",
    "Externe IP-Adresse: ",
];

/// One port that is open, and the rest of the configuration for it.
async fn shop() -> (Listener, String) {
    let port = free_port();
    let listener = Listener::on(port).await;
    let yaml = format!("targets:\n  - {{name: shop, kind: port, host: 127.0.0.1, port: {port}}}\n");
    (listener, yaml)
}

fn assert_labels(answer: &str, labels: &[&str]) {
    let lines: Vec<&str> = answer.lines().collect();
    assert_eq!(lines.len(), labels.len(), "{answer}");
    for (line, label) in lines.iter().zip(labels) {
        let value = line
            .strip_prefix(label)
            .unwrap_or_else(|| panic!("no {label:?}: {answer}"));
        assert!(!value.trim().is_empty(), "{label:?} has no value: {answer}");
    }
}

#[tokio::test]
async fn os_answers_with_eight_labels_in_order_within_its_five_seconds() {
    let stage = Stage::set("language: en\ntargets: []\n").await;
    let (owner, _program) = stage.owner_and_program().await;
    let asked = std::time::Instant::now();
    let answer = owner.asks("  oS ").await;
    assert!(
        asked.elapsed() < std::time::Duration::from_secs(8),
        "{:?}",
        asked.elapsed()
    );
    assert_labels(&answer, &OS);
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert!(
        answer.contains(&format!("Host name: {}", name.trim())),
        "{answer}"
    );
}

#[tokio::test]
async fn hd_tells_the_disk_under_a_path() {
    let stage = Stage::set("language: en\ntargets: []\n").await;
    let (owner, _program) = stage.owner_and_program().await;
    let root = owner.asks("HD /").await;
    assert_eq!(root.lines().count(), 1, "{root}");
    assert!(
        root.contains('/') && root.contains("iB") && root.contains('%'),
        "{root}"
    );
    let all = owner.asks("HD").await;
    assert!(all.lines().count() >= 1 && all.contains('%'), "{all}");
    let gone = owner.asks("HD /nowhere/at/all").await;
    assert!(gone.contains("/nowhere/at/all"), "{gone}");
}

#[tokio::test]
async fn the_other_commands_answer_too() {
    let (_open, yaml) = shop().await;
    let stage = Stage::set(&format!("language: en\n{yaml}")).await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    assert!(owner.asks("STATUS").await.starts_with("shop: UP since "));
    assert!(owner.asks("CHECK shop").await.starts_with("shop: ok, "));
    assert!(
        owner
            .asks("HISTORY shop")
            .await
            .contains("shop: PENDING → UP")
    );
    assert!(owner.asks("VERSION").await.starts_with("HostMessenger "));
    let help = owner.asks("HELP").await;
    for command in [
        "OS", "HD", "VNC STOP", "STATUS", "CHECK", "HISTORY", "MUTE", "ACTORS",
    ] {
        assert!(
            help.lines().any(|line| line.starts_with(command)),
            "{command}: {help}"
        );
    }
    let actors = owner.asks("ACTORS").await;
    let names = [
        "journal",
        "host-info",
        "vnc-supervisor",
        "connection",
        "authorizer",
        "probe/shop",
    ];
    for name in names {
        let running = format!("{name}: running since ");
        assert!(
            actors.lines().any(|line| line.starts_with(&running)),
            "{name}: {actors}"
        );
    }
    assert!(
        owner.asks("STATSU").await.contains("STATUS"),
        "a hint with the nearest command"
    );
}

#[tokio::test]
async fn mute_and_reload_obey_the_owner_over_xmpp() {
    let (open, yaml) = shop().await;
    let stage = Stage::set(&format!("language: en\n{yaml}")).await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    assert!(
        owner
            .asks("MUTE shop 2h moving house")
            .await
            .starts_with("Muted until ")
    );
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    let status = owner.asks("STATUS shop").await;
    assert!(
        status.contains("muted until ") && status.contains("moving house"),
        "{status}"
    );
    assert_eq!(owner.lines_heard("DOWN shop"), 0);
    owner.asks("UNMUTE shop").await;
    owner.hears_line("DOWN shop: connection refused").await;
    stage
        .configure("language: en\ntargets:\n  - {name: disk, kind: disk, path: /, min_free: 0%}\n");
    let answer = owner.asks("RELOAD").await;
    assert!(
        answer.contains("removed: shop") && answer.contains("added: disk"),
        "{answer}"
    );
    stage.configure("language: xx\n");
    let answer = owner.asks("RELOAD").await;
    assert!(
        answer.contains("language") && !answer.contains("host-secret"),
        "{answer}"
    );
    assert!(owner.asks("STATUS").await.starts_with("disk: "));
}

#[tokio::test]
async fn german_words_work_and_the_answers_are_german_where_that_is_configured() {
    let (_open, yaml) = shop().await;
    let stage = Stage::set(&format!("language: de\n{yaml}")).await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    assert_labels(&owner.asks("OS").await, &OS_GERMAN);
    assert!(
        owner
            .asks("Lage")
            .await
            .starts_with("shop: IN BETRIEB seit ")
    );
    assert!(owner.asks("prüfen shop").await.starts_with("shop: ok"));
    assert!(owner.asks("verlauf").await.contains("in Betrieb"));
    assert!(owner.asks("STUMM shop").await.starts_with("Stumm bis "));
    assert!(
        owner
            .asks("laut shop")
            .await
            .starts_with("Wieder mit Meldungen")
    );
    assert!(owner.asks("HILFE").await.contains("VNC STARTEN"));
    assert!(
        owner.asks("STATUS").await.contains("IN BETRIEB"),
        "English words work too"
    );
}

#[tokio::test]
async fn more_than_ten_commands_a_minute_are_answered_once_with_slow_down() {
    let stage = Stage::set("language: en\ntargets: []\n").await;
    let (owner, _program) = stage.owner_and_program().await;
    for _ in 0..10 {
        assert!(owner.asks("VERSION").await.starts_with("HostMessenger "));
    }
    assert!(owner.asks("VERSION").await.contains("slow down"));
    let silent = owner.says("VERSION");
    owner.says("VERSION");
    // Answers to two accounts take the same way: what comes later shows that nothing came before.
    let support = stage.meeting("support").await;
    assert!(support.asks("VERSION").await.starts_with("HostMessenger "));
    let answered = |text: &String| text.contains("slow down");
    assert_eq!(
        owner.texts().iter().filter(|text| answered(text)).count(),
        1,
        "{silent}"
    );
}
