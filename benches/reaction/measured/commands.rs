//! `OS` and `HD`, from the owner's client through Prosody and back.

use std::time::{Duration, SystemTime};

use super::peers::human::body;
use super::peers::{Home, Human, Prosody, Proxy, Stage};
use super::{median, ms, print};

/// Ten commands a minute are taken from each sender.
const ASKED: usize = 5;

pub(super) async fn answered() {
    let stage = prompt_stage().await;
    stage.configure(
        "host_info: {external_ip: []}\ntargets: [{name: system disk, kind: disk, path: /, min_free: 0%}]\n",
    );
    let (owner, _program) = stage.owner_and_program().await;
    for command in ["OS", "HD"] {
        let mut times = Vec::new();
        for _ in 0..ASKED {
            times.push(answer(&owner, command).await);
        }
        let most = times.iter().max().copied().unwrap_or_default();
        let found = format!("{} (at most {})", ms(median(&mut times)), ms(most));
        print(
            &format!("{command} answered, through Prosody"),
            "30 ms",
            &found,
        );
    }
}

/// A server that sends at once. As installed, Prosody holds a small stanza back until the client has acknowledged
/// the one before (Nagle's algorithm), which a system does after 40 ms: nothing that a program could mend.
async fn prompt_stage() -> Stage {
    let at_once = "Host \"*\"\n  network_settings = { nagle = false }\n";
    let prosody = Prosody::administered(&["smacks"], at_once).await;
    Stage {
        proxy: Proxy::before(prosody.port).await,
        prosody,
        home: Home::empty(),
    }
}

/// How long an answer takes, by the clock of the client.
async fn answer(owner: &Human, command: &str) -> Duration {
    let mark = owner.messages().len();
    let begun = SystemTime::now();
    let text = owner.asks(command).await;
    let messages = owner.messages_after(mark);
    let came = messages.iter().find(|(_, message)| body(message) == text);
    came.map(|(at, _)| at.duration_since(begun).unwrap_or_default())
        .unwrap()
}
