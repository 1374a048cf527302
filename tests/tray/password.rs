//! The password window, where a program of the desktop can ask.

use std::os::unix::fs::PermissionsExt;

use crate::bus::{Bus, Desktop};
use crate::item::Item;
use crate::peers::Home;
use crate::peers::free_port::free_port;
use crate::{audit, home, start_with};

/// Answers like zenity, with what is in the file `typed`.
fn zenity(home: &Home) -> String {
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{0}/asked'\ncat '{0}/typed'\n",
        home.path().display()
    );
    let file = home.secret("bin/zenity", &script);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).unwrap();
    let path = std::env::var("PATH").unwrap();
    format!("{}:{path}", file.parent().unwrap().display())
}

#[tokio::test]
async fn a_password_is_asked_for_twice_and_set_by_the_rules_of_vnc_password() {
    let bus = Bus::start();
    let desktop = Desktop::on(&bus).await;
    let home = home(free_port(), free_port());
    let path = zenity(&home);
    let mut program = start_with(&home, &bus, &[("PATH", &path)]);
    let icon = Item::of(&desktop.bus, &desktop.item().await).await;
    let file = home.path().join("data/vnc-password");
    let before = std::fs::read(&file).unwrap();
    for (typed, answer) in [
        ("tooolong1\u{1f}tooolong1", "has 9 characters"),
        ("one\u{1f}another", "An empty password protects nothing"),
        ("neu12345\u{1f}neu12345", "The password is set"),
    ] {
        home.secret("typed", &format!("{typed}\n"));
        assert_eq!(std::fs::read(&file).unwrap(), before, "{typed}");
        icon.click("VNC password…").await;
        desktop
            .notice(answer, |notice| notice.text.contains(answer))
            .await;
    }
    assert_ne!(std::fs::read(&file).unwrap(), before);
    let asked = std::fs::read_to_string(home.path().join("asked")).unwrap();
    assert!(asked.contains("--add-password=Once more:"), "{asked}");
    assert_eq!(program.stop().await, Some(0));
    let trail = audit(&home);
    assert!(
        trail.contains(r#""by":"tray","deed":"vnc-password-set""#),
        "{trail}"
    );
    assert!(!trail.contains("neu12345") && !program.errors().contains("neu12345"));
}
