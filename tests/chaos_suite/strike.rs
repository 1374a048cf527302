//! How each fault begins and how it ends.

use std::time::{Duration, Instant};

use crate::peers::proxy::Way;
use crate::plan::Fault;
use crate::recorder::Recorder;
use crate::scene::Scene;

/// For a death that was ordered and does not come: fewer journal writes than that.
const DIES_WITHIN: Duration = Duration::from_secs(4);
/// The program looks every thirty seconds whether its disk has room again.
const BACK_WITHIN: Duration = Duration::from_secs(60);

/// Why a fault did not strike; `None` where it did.
pub(crate) type Missed = Option<&'static str>;

/// Begins.
pub(crate) async fn begin(fault: Fault, scene: &mut Scene, owner: &mut Recorder) -> Missed {
    match fault {
        Fault::Cut => scene.proxy.cut(),
        Fault::Outage => scene.proxy.refuse(),
        Fault::Stall => scene.proxy.stall(),
        Fault::Delay([there, back]) => {
            scene.proxy.delay(Way::ToServer, there);
            scene.proxy.delay(Way::ToProgram, back);
        }
        Fault::SwallowedAcks | Fault::SwallowedAcksProgramKill | Fault::SwallowedAcksServerKill => {
            scene.proxy.hold(Way::ToProgram, true);
        }
        Fault::CutAfter(way, bytes) => scene.proxy.cut_after(way, bytes),
        Fault::HalfOpen(end) => scene.proxy.lose(end),
        Fault::ServerKill => {
            scene.server.kill();
            owner.leaves();
        }
        Fault::ServerRestart => {
            scene.server.terminate().await;
            owner.leaves();
        }
        Fault::ServerHalt => scene.server.halt(),
        Fault::ProgramKill => scene.crashes().await,
        Fault::ProgramRestart => scene.stops().await,
        Fault::KillBeforeCommit(number) => dies_at(scene, "BEFORE", number).await,
        Fault::KillAfterCommit(number) => dies_at(scene, "AFTER", number).await,
        Fault::DiskFull => match &scene.disk {
            Some(disk) => disk.fill(),
            None => return Some("no disk of its own: not root"),
        },
        Fault::ClockJump(seconds) => match &scene.clock {
            Some(clock) => clock.set(seconds),
            None => return Some("libfaketime is not installed"),
        },
    }
    None
}

async fn dies_at(scene: &mut Scene, when: &str, number: u32) {
    scene.crashes().await;
    let variable = format!("HOSTMESSENGER_FAULT_KILL_{when}_WRITE");
    scene.starts_with(Some((&variable, number.to_string())));
}

/// Ends it.
pub(crate) async fn end(fault: Fault, scene: &mut Scene, owner: &mut Recorder) -> Missed {
    match fault {
        Fault::Cut | Fault::ClockJump(_) => {}
        Fault::Outage => scene.proxy.carry(),
        Fault::Stall | Fault::HalfOpen(_) => scene.proxy.cut(),
        Fault::Delay(_) | Fault::CutAfter(..) => scene.proxy.ease(),
        Fault::SwallowedAcks => acks_are_lost(scene),
        Fault::SwallowedAcksProgramKill => {
            scene.crashes().await;
            acks_are_lost(scene);
            scene.starts();
        }
        Fault::SwallowedAcksServerKill => {
            scene.server.kill();
            owner.leaves();
            acks_are_lost(scene);
            returns(scene, owner).await;
        }
        Fault::ServerKill | Fault::ServerRestart => returns(scene, owner).await,
        Fault::ServerHalt => scene.server.go_on(),
        Fault::ProgramKill | Fault::ProgramRestart => scene.starts(),
        Fault::KillBeforeCommit(_) | Fault::KillAfterCommit(_) => return has_died(scene).await,
        Fault::DiskFull => room_again(scene).await,
    }
    None
}

/// Cut first: what was held must not arrive after all.
fn acks_are_lost(scene: &mut Scene) {
    scene.proxy.cut();
    scene.proxy.ease();
}

async fn returns(scene: &mut Scene, owner: &mut Recorder) {
    scene.server.resume().await;
    owner.arrives(&scene.server).await;
}

async fn has_died(scene: &mut Scene) -> Missed {
    let begin = Instant::now();
    while scene.ended().is_none() && begin.elapsed() < DIES_WITHIN {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let missed = match scene.ended() {
        Some(true) => None,
        Some(false) => panic!("the program ended by itself"),
        None => Some("fewer writes than that"),
    };
    scene.crashes().await;
    scene.starts();
    missed
}

/// What the program has in memory alone dies with it: the next fault waits until that is written.
async fn room_again(scene: &mut Scene) {
    let Some(disk) = &scene.disk else { return };
    disk.free();
    let back = "journal written to its file again";
    let begin = Instant::now();
    loop {
        scene.listen();
        let away = scene.log().iter().rposition(away);
        let Some(place) = away else { return };
        if scene.said(place, back).is_some() {
            return;
        }
        assert!(
            begin.elapsed() < BACK_WITHIN,
            "not within {BACK_WITHIN:?}: {back}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn away(line: &serde_json::Value) -> bool {
    line["message"] == "journal not writable, going on from memory"
}
