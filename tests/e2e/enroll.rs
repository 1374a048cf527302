//! Enrolment as an administrator does it: one command, then the folder goes to the host.
//!
//! Everything here runs against Prosody and ejabberd alike; the administrator is `boss`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::peers::home::Done;
use crate::peers::prosody::{BOSS, DOMAIN, password};
use crate::peers::runner::PROGRAM;
use crate::peers::server::{AnyServer, Server};
use crate::peers::{Home, Human, Program, RUN, until};

/// An administrator's desk: a server, and a folder to work in.
struct Desk {
    server: AnyServer,
    home: Home,
}

impl Desk {
    async fn both() -> [Self; 2] {
        let desk = |server| Self {
            server,
            home: Home::empty(),
        };
        AnyServer::administered().await.map(desk)
    }

    /// Where `enroll` is to put a host's folder.
    fn dir(&self, host: &str) -> PathBuf {
        self.home.path().join(host)
    }

    /// Where it is made.
    fn staged(&self, host: &str) -> PathBuf {
        self.home.path().join(format!(".{host}.enrolling"))
    }

    fn command(&self, verb: &str, who: &str, more: &[&str]) -> Command {
        let secret = self.home.secret(&format!("{who}.secret"), &password(who));
        let mut command = self.home.command(&[verb]);
        command
            .args(["--admin", &format!("{who}@{DOMAIN}")])
            .args(["--server", &format!("127.0.0.1:{}", self.server.port())])
            .arg("--ca-file")
            .arg(self.server.ca_file())
            .arg("--admin-password-file")
            .arg(secret)
            .args(more);
        command
    }

    fn verb(&self, verb: &str, who: &str, more: &[&str]) -> Done {
        Done::of(&self.command(verb, who, more).output().unwrap())
    }

    fn enroll_command(&self, who: &str, host: &str) -> Command {
        let jid = format!("{host}@{DOMAIN}");
        self.command("enroll", who, &["--jid", &jid, "--out", host])
    }

    fn enroll(&self, who: &str, host: &str) -> Done {
        Done::of(&self.enroll_command(who, host).output().unwrap())
    }

    /// The program of a folder, wherever that is now.
    fn start(&self, folder: &Path) -> Program {
        let mut command = self.home.command_of(&folder.join("hostmessenger"), &RUN);
        command.current_dir("/");
        Program::of(&mut command)
    }

    fn nothing_is_left(&self, host: &str) {
        assert!(!self.dir(host).exists(), "a folder");
        assert!(!self.staged(host).exists(), "a staged folder");
        let listed = self.verb("list", BOSS, &["--output", "json"]);
        assert_eq!(listed.out.trim(), r#"{"hosts":[]}"#, "{listed:?}");
        // Whoever can be enrolled is not there yet.
        let again = self.enroll(BOSS, host);
        assert_eq!(again.code, Some(0), "{again:?}");
    }
}

#[tokio::test]
async fn the_folder_of_one_command_obeys_who_made_it_and_nobody_else() {
    for desk in Desk::both().await {
        let began = Instant::now();
        let done = desk.enroll(BOSS, "web01");
        assert_eq!(done.code, Some(0), "{done:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{done:?}");
        let moved = desk.home.path().join("stick");
        std::fs::rename(desk.dir("web01"), &moved).unwrap();
        let check = desk
            .home
            .command_of(&moved.join("hostmessenger"), &["check"])
            .output();
        let check = Done::of(&check.unwrap());
        assert_eq!(check.code, Some(0), "{check:?}");

        let host = format!("web01@{DOMAIN}");
        let owner = Human::login(BOSS, &desk.server).await;
        let stranger = Human::login("stranger", &desk.server).await;
        let mut program = desk.start(&moved);
        program.logs("connected").await;
        owner
            .meets_program(&format!("{host}/hostmessenger"), 0)
            .await;
        let answer = owner.asks_of(&host, "VERSION").await;
        assert!(answer.contains("up for"), "{answer}");
        stranger.says_to(&host, "VERSION");
        program.logs("command refused").await;
        let listed = desk.verb("list", BOSS, &["--output", "json"]);
        assert!(
            listed.out.contains(&host) && listed.out.contains(r#""online":true"#),
            "{listed:?}"
        );
        assert!(listed.out.contains(env!("CARGO_PKG_VERSION")), "{listed:?}");
        assert!(stranger.messages().is_empty());
        assert_eq!(program.stop().await, Some(0));
    }
}

#[tokio::test]
async fn nobody_but_an_administrator_can_enrol_and_nothing_is_left_behind() {
    for desk in Desk::both().await {
        for who in ["owner", "support", "stranger"] {
            let refused = desk.enroll(who, "web01");
            assert_eq!(refused.code, Some(1), "{refused:?}");
            assert!(refused.err.contains("administrator"), "{refused:?}");
            assert!(!desk.dir("web01").exists() && !desk.staged("web01").exists());
        }
        desk.nothing_is_left("web01");
    }
}

#[tokio::test]
async fn what_is_there_already_is_left_as_it_is() {
    for desk in Desk::both().await {
        let taken = desk.enroll(BOSS, "host");
        assert_eq!(taken.code, Some(1), "{taken:?}");
        assert!(taken.err.contains("exists"), "{taken:?}");
        assert!(!desk.dir("host").exists() && !desk.staged("host").exists());
        // It still logs in with its own password.
        let _host = Human::login("host", &desk.server).await;
        desk.home.secret("web01/mine", "x");
        let full = desk.enroll(BOSS, "web01");
        assert_eq!(full.code, Some(1), "{full:?}");
        assert!(desk.dir("web01").join("mine").exists());
    }
}

#[tokio::test]
async fn an_account_whose_folder_cannot_get_its_name_is_removed_again() {
    for desk in Desk::both().await {
        let theirs = desk.dir("web01").join("mine");
        let mut command = desk.enroll_command(BOSS, "web01");
        command.env(
            "HOSTMESSENGER_FAULT_ENROLL_TAKEN",
            format!("befriended:{}", theirs.display()),
        );
        let refused = Done::of(&command.output().unwrap());
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.err.contains("not empty"), "{refused:?}");
        assert!(theirs.exists(), "what is not ours stays");
        std::fs::remove_dir_all(desk.dir("web01")).unwrap();
        desk.nothing_is_left("web01");
    }
}

#[tokio::test]
async fn kill_9_at_any_step_leaves_a_working_client_or_nothing() {
    for desk in Desk::both().await {
        for step in ["guarded", "staged", "made", "introduced", "befriended"] {
            killed_at(&desk, step, step);
            until("the guard has undone it", || {
                (!desk.staged(step).exists()).then_some(())
            })
            .await;
            desk.nothing_is_left(step);
            let gone = desk.verb("retire", BOSS, &["--jid", &format!("{step}@{DOMAIN}")]);
            assert_eq!(gone.code, Some(0), "{gone:?}");
        }
        killed_at(&desk, "published", "web01");
        let mut program = desk.start(&desk.dir("web01"));
        program.logs("connected").await;
        assert_eq!(program.stop().await, Some(0));
    }
}

fn killed_at(desk: &Desk, step: &str, host: &str) {
    let mut command = desk.enroll_command(BOSS, host);
    command.env("HOSTMESSENGER_FAULT_ENROLL_KILL", step);
    let killed = Done::of(&command.output().unwrap());
    assert_eq!(killed.code, None, "{step}: {killed:?}");
}

#[tokio::test]
async fn what_a_power_cut_left_is_undone_by_the_next_enrolment() {
    for desk in Desk::both().await {
        let mut command = desk.enroll_command(BOSS, "web01");
        command
            .env("HOSTMESSENGER_FAULT_ENROLL_KILL", "made")
            .env("HOSTMESSENGER_FAULT_ENROLL_GUARD", "dead");
        let killed = Done::of(&command.output().unwrap());
        assert_eq!(killed.code, None, "{killed:?}");
        assert!(desk.staged("web01").exists());
        let again = desk.enroll(BOSS, "web01");
        assert_eq!(again.code, Some(0), "{again:?}");
        assert!(again.err.contains("interrupted"), "{again:?}");
        let mut program = desk.start(&desk.dir("web01"));
        program.logs("connected").await;
        assert_eq!(program.stop().await, Some(0));
    }
}

#[tokio::test]
async fn retire_ends_the_session_and_the_account() {
    for desk in Desk::both().await {
        assert_eq!(desk.enroll(BOSS, "web01").code, Some(0));
        let jid = format!("web01@{DOMAIN}");
        let program = desk.start(&desk.dir("web01"));
        program.logs("connected").await;
        let refused = desk.verb("retire", "stranger", &["--jid", &jid]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        let retired = desk.verb("retire", BOSS, &["--jid", &jid]);
        assert_eq!(retired.code, Some(0), "{retired:?}");
        program.logs("disconnected").await;
        let listed = desk.verb("list", BOSS, &["--output", "json"]);
        assert_eq!(listed.out.trim(), r#"{"hosts":[]}"#, "{listed:?}");
        drop(program);
        let mut program = desk.start(&desk.dir("web01"));
        assert_eq!(program.ends().await, Some(1), "it cannot log in");
        let again = desk.verb("retire", BOSS, &["--jid", &jid]);
        assert_eq!(again.code, Some(1), "{again:?}");
    }
}

#[tokio::test]
async fn a_locked_host_cannot_log_in_until_it_is_unlocked() {
    for desk in Desk::both().await {
        assert_eq!(desk.enroll(BOSS, "web01").code, Some(0));
        let jid = format!("web01@{DOMAIN}");
        let plain = desk.verb("lock", BOSS, &["--jid", &jid]);
        let by_password = plain.code != Some(0);
        if by_password {
            assert!(plain.err.contains("--change-password"), "{plain:?}");
            let locked = desk.verb("lock", BOSS, &["--jid", &jid, "--change-password"]);
            assert_eq!(locked.code, Some(0), "{locked:?}");
        }
        let mut program = desk.start(&desk.dir("web01"));
        assert_eq!(program.ends().await, Some(1), "{}", program.errors());
        if by_password {
            let secret = desk.dir("web01").join("secrets/xmpp");
            std::fs::remove_file(&secret).unwrap();
            let out = secret.display().to_string();
            let more = ["--jid", &jid, "--password-out", &out];
            let unlocked = desk.verb("unlock", BOSS, &more);
            assert_eq!(unlocked.code, Some(0), "{unlocked:?}");
        } else {
            let unlocked = desk.verb("unlock", BOSS, &["--jid", &jid]);
            assert_eq!(unlocked.code, Some(0), "{unlocked:?}");
        }
        let mut program = desk.start(&desk.dir("web01"));
        program.logs("connected").await;
        assert_eq!(program.stop().await, Some(0));
    }
}

#[test]
fn the_password_is_never_an_argument() {
    let help = Command::new(PROGRAM)
        .args(["enroll", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("--admin-password-file") && !help.contains("--admin-password <"));
}
