//! A host changes hands: asked twice, offered, accepted, and the file changes in one value.

use std::os::unix::fs::PermissionsExt;

use crate::peers::human::body;
use crate::peers::{Human, Program, RUN, Stage};

const MORE: &str = "language: en
targets: []   # nothing yet

# What follows is the work of people, and stays.
history: {keep: 30d} # a month
";
const NEW: &str = "stranger@hm.test";

fn text(stage: &Stage) -> String {
    std::fs::read_to_string(stage.home.config()).unwrap()
}

/// The same configuration with another owner, byte for byte.
fn handed_over(text: &str) -> String {
    let new = text.replace("owner: owner@hm.test", &format!("owner: {NEW}"));
    assert_ne!(new, text);
    new
}

/// Asks twice.
async fn offers(owner: &Human) {
    let first = owner.asks(&format!("OWNER {NEW}")).await;
    assert!(first.contains("again within 5 minutes"), "{first}");
    let second = owner.asks(&format!("owner  {NEW}")).await;
    assert!(
        second.starts_with("Offered to stranger@hm.test"),
        "{second}"
    );
}

/// Waits until the program obeys somebody.
async fn obeys(human: &Human) {
    human.meets(0).await;
    let answer = human.asks("VERSION").await;
    assert!(answer.starts_with("HostMessenger "), "{answer}");
}

#[tokio::test]
async fn a_host_changes_hands_across_a_restart_and_the_file_changes_in_one_value() {
    let stage = Stage::set(MORE).await;
    let (owner, mut program) = stage.owner_and_program().await;
    let new = stage.human("stranger").await;
    let before = text(&stage);
    offers(&owner).await;
    new.hears_line("owner@hm.test wants to hand the host host@hm.test over to you")
        .await;
    assert_eq!(text(&stage), before, "nothing changes before the yes");
    assert!(
        owner
            .asks("OWNER")
            .await
            .contains("Offered to stranger@hm.test")
    );
    assert_eq!(program.stop().await, Some(0));

    let program = stage.program_for(&owner).await;
    assert!(
        owner
            .asks("OWNER")
            .await
            .contains("Offered to stranger@hm.test")
    );
    // All else that he says is a stranger's.
    new.says("VERSION");
    let refused = |line: &serde_json::Value| line["from"] == NEW;
    program.logs_where("command refused", refused).await;
    new.says(" owner  accept ");
    new.hears_line("You are the owner of host@hm.test from now on")
        .await;
    owner.hears_line("stranger@hm.test has accepted").await;
    assert_eq!(text(&stage), handed_over(&before));
    let mode = stage.home.config().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    obeys(&new).await;
    owner.says("VERSION");
    let refused = |line: &serde_json::Value| line["from"] == "owner@hm.test";
    program.logs_where("command refused", refused).await;
    new.hears_line("owner@hm.test tried to command this host")
        .await;
    let trail = new.asks("AUDIT").await;
    let changed = "stranger@hm.test: owner changed from owner@hm.test to stranger@hm.test";
    assert_eq!(trail.matches(changed).count(), 1, "{trail}");
    assert_eq!(new.lines_heard("You are the owner"), 1);
}

#[tokio::test]
async fn who_cannot_be_the_owner_is_refused_with_the_reason() {
    let stage = Stage::set(MORE).await;
    let yaml = text(&stage).replace("support: [", "locked: [gone@hm.test], support: [");
    stage.home.configure(&yaml);
    let (owner, _program) = stage.owner_and_program().await;
    for (whom, why) in [
        ("stranger", "no address of the form"),
        ("stranger@hm.test/phone", "without what follows the slash"),
        ("HOST@hm.test", "this host's own account"),
        ("Owner@hm.test", "the owner already"),
        ("GONE@hm.test", "access.locked locks"),
    ] {
        let answer = owner.asks(&format!("OWNER {whom}")).await;
        assert!(answer.contains(why), "{whom}: {answer}");
    }
    assert_eq!(text(&stage), yaml);
}

#[tokio::test]
async fn an_offer_that_is_cancelled_cannot_be_accepted_and_only_the_owner_makes_one() {
    let stage = Stage::set(MORE).await;
    let (owner, program) = stage.owner_and_program().await;
    let new = stage.human("stranger").await;
    let support = stage.meeting("support").await;
    let before = text(&stage);
    for line in [format!("OWNER {NEW}"), "OWNER ACCEPT".into()] {
        let answer = support.asks(&line).await;
        assert_eq!(answer, "Only the owner may give this command.");
    }
    offers(&owner).await;
    let answer = owner.asks("OWNER support@hm.test").await;
    assert!(answer.contains("OWNER CANCEL ends that first"), "{answer}");
    let answer = owner.asks("BESITZER abbrechen").await;
    assert!(answer.contains("cancelled"), "{answer}");
    new.hears_line("The offer of the host host@hm.test was withdrawn")
        .await;
    new.says("OWNER ACCEPT");
    let refused = |line: &serde_json::Value| line["from"] == NEW;
    program.logs_where("command refused", refused).await;
    assert_eq!(text(&stage), before);
    assert!(
        owner
            .asks("OWNER CANCEL")
            .await
            .contains("Nothing is offered")
    );
}

#[tokio::test]
async fn where_the_file_cannot_be_written_both_hear_why_and_the_offer_stands() {
    let stage = Stage::set(MORE).await;
    let (owner, _program) = stage.owner_and_program().await;
    let new = stage.human("stranger").await;
    let before = text(&stage);
    offers(&owner).await;
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(stage.home.config(), mode(0o400)).unwrap();
    new.says("OWNER ACCEPT");
    for human in [&owner, &new] {
        let message = human
            .hears_line("host@hm.test could not be handed over to stranger@hm.test")
            .await;
        assert!(body(&message).contains("cannot be written"), "{message:?}");
    }
    assert_eq!(text(&stage), before);
    // Told before it is asked twice, too.
    let cancelled = owner.asks("OWNER CANCEL").await;
    assert!(cancelled.contains("cancelled"), "{cancelled}");
    let answer = owner.asks(&format!("OWNER {NEW}")).await;
    assert!(answer.contains("cannot be written"), "{answer}");
    std::fs::set_permissions(stage.home.config(), mode(0o600)).unwrap();
    offers(&owner).await;
    new.says("BESITZER ANNEHMEN");
    new.hears_line("You are the owner").await;
    assert_eq!(text(&stage), handed_over(&before));
}

#[tokio::test]
async fn an_owner_set_by_a_variable_or_an_alias_is_changed_there() {
    let stage = Stage::set(MORE).await;
    let owner = stage.human("owner").await;
    let mut command = stage.home.command(&RUN);
    let mut program = Program::of(command.env("HOSTMESSENGER__ACCESS__OWNER", "owner@hm.test"));
    program.logs("connected").await;
    owner.meets(0).await;
    let answer = owner.asks(&format!("OWNER {NEW}")).await;
    assert!(
        answer.contains("the variable HOSTMESSENGER__ACCESS__OWNER, change it there"),
        "{answer}"
    );
    assert_eq!(program.stop().await, Some(0));
    let yaml = text(&stage).replace("owner: owner@", "owner: &me owner@");
    stage.home.configure(&yaml);
    let _program = stage.program_for(&owner).await;
    let answer = owner.asks(&format!("OWNER {NEW}")).await;
    assert!(answer.contains("anchor"), "{answer}");
}

#[tokio::test]
async fn the_console_hands_over_too_and_the_owner_hears_of_it() {
    let stage = Stage::set(MORE).await;
    let owner = stage.human("owner").await;
    let new = stage.human("stranger").await;
    let mut program = Program::with_console(&stage.home);
    program.logs("connected").await;
    let first = program.ask(&format!("OWNER {NEW}")).await;
    assert!(first.contains("again within 5 minutes"), "{first}");
    let second = program.ask(&format!("OWNER {NEW}")).await;
    assert!(second.contains("Offered to"), "{second}");
    owner
        .hears_line("By console: Offered to stranger@hm.test")
        .await;
    new.hears_line("owner@hm.test wants to hand the host").await;
    new.says("OWNER ACCEPT");
    new.hears_line("You are the owner").await;
    owner.hears_line("stranger@hm.test has accepted").await;
}

/// Killed before or after each write of the journal in turn, the file is the old one or the new one,
/// whole, and in the end both have heard of it and the trail has it once.
#[cfg(feature = "faults")]
#[tokio::test]
async fn killed_at_any_step_it_leaves_the_old_owner_or_the_new_one_and_is_finished_later() {
    let stage = Stage::set(MORE).await;
    let (owner, mut program) = stage.owner_and_program().await;
    let new = stage.human("stranger").await;
    let before = text(&stage);
    offers(&owner).await;
    assert_eq!(program.stop().await, Some(0));
    let mut killed = 0;
    for number in 3..30 {
        let mut command = stage.home.command(&RUN);
        let when = ["BEFORE", "AFTER"][number % 2];
        let variable = format!("HOSTMESSENGER_FAULT_KILL_{when}_WRITE");
        let mut program = Program::of(command.env(variable, (number / 2 + 1).to_string()));
        let seen = new.messages().len();
        // It may be killed before it takes the yes: then it is said again in the next round.
        let ended = crate::peers::until("connected or killed", || {
            let log = program.log();
            let connected = log.iter().any(|line| line["message"] == "connected");
            program.ended().map(|_| true).or(connected.then_some(false))
        })
        .await;
        if !ended {
            new.says("OWNER ACCEPT");
            crate::peers::until("handed over or killed", || {
                let told = new.messages().split_off(seen);
                let told = told
                    .iter()
                    .any(|one| body(one).contains("You are the owner"));
                program.ended().map(drop).or(told.then_some(()))
            })
            .await;
        }
        killed += u32::from(program.ended() == Some(true));
        let now = text(&stage);
        assert!(
            now == before || now == handed_over(&before),
            "{number}: {now}"
        );
        if now != before {
            break;
        }
    }
    assert!(killed > 3, "{killed}");
    assert_eq!(text(&stage), handed_over(&before));
    let _program = stage.program().await;
    new.hears_line("You are the owner of host@hm.test").await;
    owner.hears_line("stranger@hm.test has accepted").await;
    let trail = stage.home.run(&["audit", "--json"], "").out;
    assert_eq!(trail.matches("owner-changed").count(), 1, "{trail}");
}

/// Killed while the file is written, it is the old one until it is the new one, and the next start goes
/// on from there.
#[cfg(feature = "faults")]
#[tokio::test]
async fn killed_while_the_file_is_written_it_is_the_old_one_or_the_new_one() {
    let stage = Stage::set(MORE).await;
    let (owner, mut program) = stage.owner_and_program().await;
    let new = stage.human("stranger").await;
    let before = text(&stage);
    offers(&owner).await;
    assert_eq!(program.stop().await, Some(0));
    for step in ["created", "written", "replaced"] {
        let mut command = stage.home.command(&RUN);
        let mut program = Program::of(command.env("HOSTMESSENGER_FAULT_DIE_AT_OWNER_STEP", step));
        program.logs("connected").await;
        new.says("OWNER ACCEPT");
        assert_eq!(program.ends().await, None, "killed when {step}");
        let expected = if step == "replaced" {
            handed_over(&before)
        } else {
            before.clone()
        };
        assert_eq!(text(&stage), expected, "{step}");
    }
    let _program = stage.program().await;
    new.hears_line("You are the owner of host@hm.test").await;
    owner.hears_line("stranger@hm.test has accepted").await;
    // What was left beside the file is gone.
    let names = std::fs::read_dir(stage.home.path()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        !names
            .iter()
            .any(|name| name.to_string_lossy().ends_with(".new")),
        "{names:?}"
    );
}
