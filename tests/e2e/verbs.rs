//! `service` on a machine with a real systemd.

use crate::peers::Home;
use crate::peers::machine::{FOLDER, Machine};

#[tokio::test]
async fn the_verbs_install_start_ask_stop_and_remove_the_unit_and_may_be_said_twice() {
    let home = Home::with("language: en\ntargets: []\n");
    let machine = match Machine::boot(home.path()).await {
        Ok(machine) => machine,
        Err(why) => {
            eprintln!("NOT TRIED: no machine with systemd: {why}");
            return;
        }
    };
    let config = format!("{FOLDER}/hostmessenger.yaml");
    let says = |verb: &str, code: i32| {
        let line =
            format!("/opt/hm/hostmessenger --config {config} service {verb} 2>&1; echo code $?");
        let said = machine.does(&["sh", "-c", &line]);
        assert!(said.ends_with(&format!("code {code}\n")), "{verb}: {said}");
        said
    };
    says("status", 4);
    assert!(says("start", 1).contains("service install"));
    machine.does(&["chown", "-R", "root:", FOLDER]);
    let said = says("install", 0);
    for step in [
        "user hostmessenger: made",
        "belongs to hostmessenger",
        "written",
        "enabled",
    ] {
        assert!(said.contains(step), "{step}: {said}");
    }
    assert!(says("install", 0).contains("as it should be"));
    says("status", 3);
    says("start", 0);
    says("start", 0);
    let said = says("status", 0);
    for part in ["running, process ", "since ", "enabled", &config] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let user = machine.does(&["ps", "-o", "user=", "-C", "hostmessenger"]);
    assert!(user.contains("hostmes"), "{user}");
    says("stop", 0);
    says("stop", 0);
    says("status", 3);
    let unit = "/etc/systemd/system/hostmessenger.service";
    machine.does(&["sh", "-c", &format!("echo '# mine' >> {unit}")]);
    assert!(says("install", 1).contains("--force"));
    says("install --force", 0);
    says("uninstall", 0);
    says("uninstall", 0);
    says("status", 4);
    machine.does(&["test", "!", "-e", unit]);
    machine.does(&["test", "-e", &config]);
}
