//! The unit that `init` unpacks: that systemd takes it, how hardened it is, and that the program
//! does all its work under it, on a machine with a real systemd.

use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use crate::peers::free_port::free_port;
use crate::peers::machine::{FOLDER, Machine};
use crate::peers::{Home, Human, Listener, Stage, until};

/// Of ten; less is more.
const EXPOSURE: f64 = 2.5;

/// A tool of systemd's, unless it is not installed, which is said.
fn analyze(arguments: &[&str]) -> Option<(bool, String)> {
    match Command::new("systemd-analyze").args(arguments).output() {
        Ok(output) => {
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text).into_owned();
            Some((output.status.success(), text))
        }
        Err(error) => {
            eprintln!("NOT TRIED: systemd-analyze: {error}");
            None
        }
    }
}

#[tokio::test]
async fn systemd_takes_the_unit_without_a_word_and_calls_it_hardened() {
    let home = Home::empty();
    let done = home.run(&["init", "a folder"], "");
    assert_eq!(done.code, Some(0), "{done:?}");
    let unit = home.path().join("a folder/hostmessenger.service");
    let unit = unit.to_str().unwrap();
    let Some((good, said)) = analyze(&["verify", "--man=no", unit]) else {
        return;
    };
    assert!(good && said.is_empty(), "{said}");
    let security = ["security", "--offline=true", "--no-pager", unit];
    let (_, table) = analyze(&security).unwrap();
    let exposure = table
        .split("Overall exposure level for hostmessenger.service: ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next()?.parse().ok());
    let exposure: f64 = exposure.unwrap_or_else(|| panic!("{table}"));
    assert!(exposure < EXPOSURE, "{table}");
}

/// What `systemctl show` says of the service.
fn shows(machine: &Machine, property: &str) -> String {
    let property = format!("--property={property}");
    let said = machine.does(&["systemctl", "show", "--value", &property, "hostmessenger"]);
    said.trim().to_owned()
}

async fn comes_to_show(machine: &Machine, property: &str, wanted: &str) {
    let what = format!("systemd shows {property}={wanted}");
    until(&what, || (shows(machine, property) == wanted).then_some(())).await;
}

/// The folder as its owner would have it: what `init` unpacks, and a configuration; the password of
/// the account is root's, elsewhere.
fn furnish(machine: &Machine, stage: &Stage, shop: u16, vnc: u16) {
    let account = stage
        .account("x")
        .replace("password: x", "password_file: credential:xmpp")
        .replace(&stage.prosody.ca_file().display().to_string(), "ca.pem");
    stage.home.configure(&format!(
        "{account}language: en
targets:
  - {{name: disk, kind: disk, path: /, min_free: 0%}}
  - {{name: shop, kind: port, host: 127.0.0.1, port: {shop}}}
  - {{name: faulty, kind: fault, trigger: trigger, mode: block}}
vnc: {{server: x11vnc, display: \":77\", port: {vnc}}}
"
    ));
    std::fs::copy(stage.prosody.ca_file(), stage.home.path().join("ca.pem")).unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(stage.home.path(), open).unwrap();
    let line = format!("u hostmessenger - - {FOLDER}");
    machine.does(&["systemd-sysusers", "--inline", &line]);
    machine.does(&["chown", "-R", "hostmessenger:hostmessenger", FOLDER]);
    machine.does(&["/opt/hm/hostmessenger", "init", FOLDER]);
}

/// The unit as it was unpacked, but for what its comments offer and a watchdog that waits less.
fn install(machine: &Machine) {
    let script = format!(
        "mkdir -p /etc/systemd/system/hostmessenger.service.d /etc/hm
cp {FOLDER}/hostmessenger.service /etc/systemd/system/
umask 077
printf host-secret > /etc/hm/xmpp
umask 022
printf '[Service]\\nLoadCredential=xmpp:/etc/hm/xmpp\\nWatchdogSec=4s\\nRestartSec=1s\\n' \
  > /etc/systemd/system/hostmessenger.service.d/test.conf
systemctl daemon-reload"
    );
    machine.does(&["sh", "-c", &script]);
}

/// By hand, as the service's user: the credentials of the running service are there to be named.
fn set_vnc_password(machine: &Machine) {
    let script = format!(
        "printf 't0p-s3c!' | setpriv --reuid hostmessenger --regid hostmessenger --clear-groups \
  env CREDENTIALS_DIRECTORY=/run/credentials/hostmessenger.service \
  /opt/hm/hostmessenger --config {FOLDER}/hostmessenger.yaml vnc-password --stdin"
    );
    machine.does(&["sh", "-c", &script]);
}

/// A screen inside, whose only socket is the one in `/tmp`, with a cookie where its user has it.
fn screen(machine: &Machine) {
    let script = format!(
        "touch {FOLDER}/.Xauthority && xauth -q -f {FOLDER}/.Xauthority add :77 . 0123456789abcdef0123456789abcdef
chown hostmessenger: {FOLDER}/.Xauthority && chmod 600 {FOLDER}/.Xauthority
systemd-run --unit=screen -p User=hostmessenger \
  Xvfb :77 -screen 0 800x600x24 -nolisten tcp -nolisten local -auth {FOLDER}/.Xauthority"
    );
    machine.does(&["sh", "-c", &script]);
}

fn speaks_rfb(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let patience = Some(Duration::from_secs(10));
    let mut greeting = [0; 4];
    stream.set_read_timeout(patience).is_ok()
        && stream.read_exact(&mut greeting).is_ok()
        && &greeting == b"RFB "
}

async fn does_its_work(machine: &Machine, owner: &Human, vnc: u16) {
    let os = owner.asks("OS").await;
    for line in [
        "Administrator rights: no",
        "Screen resolution: screen 800x600",
    ] {
        assert!(os.contains(line), "{line}: {os}");
    }
    let disks = owner.asks("HD").await;
    assert!(disks.lines().any(|line| line.starts_with("/: ")), "{disks}");
    let started = owner.asks("VNC START").await;
    assert!(started.starts_with("Remote control is on"), "{started}");
    assert!(speaks_rfb(vnc));
    let state = owner.asks("VNC").await;
    assert!(state.contains("127.0.0.1"), "{state}");
    let stopped = owner.asks("VNC STOP").await;
    assert!(stopped.starts_with("Remote control is off"), "{stopped}");
    assert!(TcpStream::connect(("127.0.0.1", vnc)).is_err());
    let status = machine.does(&["systemctl", "status", "--lines=0", "hostmessenger"]);
    assert!(!status.contains("x11vnc"), "{status}");
}

#[tokio::test]
async fn the_program_does_all_its_work_as_a_hardened_service_and_its_watchdog_restarts_it() {
    let stage = Stage::set("").await;
    let (shop, vnc) = (free_port(), free_port());
    let _open = Listener::on(shop).await;
    let machine = match Machine::boot(stage.home.path()).await {
        Ok(machine) => machine,
        Err(why) => {
            eprintln!("NOT TRIED: no machine with systemd: {why}");
            return;
        }
    };
    furnish(&machine, &stage, shop, vnc);
    install(&machine);
    screen(&machine);
    let owner = stage.human("owner").await;
    machine.does(&["systemctl", "start", "hostmessenger"]);
    assert_eq!(shows(&machine, "ActiveState"), "active");
    owner.meets(0).await;
    comes_to_show(&machine, "StatusText", "all 3 up; XMPP connected").await;
    let status = machine.does(&["systemctl", "status", "hostmessenger"]);
    assert!(
        status.contains("Status: \"all 3 up; XMPP connected\""),
        "{status}"
    );
    set_vnc_password(&machine);
    does_its_work(&machine, &owner, vnc).await;

    machine.does(&["systemctl", "reload", "hostmessenger"]);
    let log = |priority: &str| {
        machine.does(&["journalctl", "--sync"]);
        let words = [
            "journalctl",
            "-o",
            "cat",
            "-u",
            "hostmessenger",
            "-p",
            priority,
        ];
        machine.does(&words)
    };
    until("it has read its configuration again", || {
        log("debug")
            .contains("configuration reloaded")
            .then_some(())
    })
    .await;
    assert_eq!(shows(&machine, "ActiveState"), "active");
    let only_info = log("info..info");
    assert!(only_info.contains("INFO started version="), "{only_info}");

    std::fs::write(stage.home.path().join("trigger"), "").unwrap();
    comes_to_show(&machine, "NRestarts", "1").await;
    std::fs::remove_file(stage.home.path().join("trigger")).unwrap();
    assert!(
        log("debug").contains("Watchdog timeout"),
        "{}",
        log("debug")
    );
    comes_to_show(&machine, "StatusText", "all 3 up; XMPP connected").await;
    machine.does(&["systemctl", "stop", "hostmessenger"]);
    assert_eq!(shows(&machine, "Result"), "success");
    assert_eq!(shows(&machine, "ActiveState"), "inactive");
}
