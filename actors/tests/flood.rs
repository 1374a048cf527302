//! A million lines of chat, most of them from strangers: nothing panics, no stranger hears a word,
//! whoever is answered gets a clean answer, and memory stays as it is. A process of its own, since
//! memory is the process's. `HM_SEED` repeats a run, `HM_LINES` makes it shorter or longer.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use actix::prelude::*;
use fastrand::Rng;
use hostmessenger_actors::authorizer::{
    Authorizer, AuthorizerSpec, ConsoleLine, MessageKind, MessageReceived,
};
use hostmessenger_actors::commands::LIMIT;
use hostmessenger_actors::connection::SendAnswer;
use hostmessenger_actors::journal::store::Store;
use hostmessenger_actors::supervision::seats::Surroundings;
use hostmessenger_actors::supervision::tree::Tree;
use hostmessenger_actors::supervision::{Child, Life};
use hostmessenger_actors::text::is_harmful;
use hostmessenger_actors::time::Clock;
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{Access, Language};
use xmpp_parsers::jid::{BareJid, Jid};

const LINES: usize = 1_000_000;
/// Each may give ten commands a minute.
const SUPPORTERS: usize = 50;
/// Growth in the second half; the first one fills what has a bound.
const GROWTH: usize = 8 << 20;

/// Stands where the link would: keeps whom it was to answer, and looks at the answer.
#[derive(Clone)]
struct Recorder(Rc<RefCell<HashMap<BareJid, usize>>>);

impl Actor for Recorder {
    type Context = Context<Self>;
}

impl Handler<SendAnswer> for Recorder {
    type Result = ();

    fn handle(&mut self, answer: SendAnswer, _: &mut Context<Self>) {
        assert_fit(&answer.body);
        let to = answer.to.to_bare();
        assert_eq!(answer.thread, Some(format!("of {to}")));
        *self.0.borrow_mut().entry(to).or_default() += 1;
    }
}

fn assert_fit(text: &str) {
    assert!(!text.is_empty() && text.chars().count() <= LIMIT, "{text}");
    assert!(
        !text.chars().any(|c| c != '\n' && is_harmful(c)),
        "{text:?}"
    );
}

fn access() -> Access {
    Access {
        owner: BareJid::new("owner@hm.test").ok(),
        support: (0..SUPPORTERS)
            .map(|n| BareJid::new(&format!("support{n}@hm.test")).unwrap())
            .collect(),
        locked: Vec::new(),
        vnc_totp_secret: None,
    }
}

/// The whole program but for the link.
fn tree(dir: &std::path::Path) -> Rc<Tree> {
    let file = dir.join("hostmessenger.yaml");
    std::fs::write(
        &file,
        "language: en\ntargets: [{name: shop, kind: port, host: 127.0.0.1, port: 1, every: 1h}]\n",
    )
    .unwrap();
    let config = hostmessenger_config::load(&file, std::iter::empty()).unwrap();
    let surroundings = Surroundings {
        clock: Clock::start(),
        tls: TlsStore::load().unwrap(),
        store: Store::open(dir).unwrap(),
        guard: vec!["false".into()],
        say: Rc::new(assert_fit),
        reload: Rc::new(|_, _| Box::pin(async { "reloaded".to_owned() })),
        change_owner: Rc::new(|_| Box::pin(async { Ok(()) })),
    };
    let (tree, mut reports) = Tree::start(config, surroundings);
    actix_rt::spawn(async move {
        if let Some(report) = reports.recv().await {
            panic!("{report:?}");
        }
    });
    tree
}

/// A line of anything.
fn line(rng: &mut Rng) -> String {
    const WORDS: &[&str] = &[
        "OS",
        "hd",
        "VNC",
        "start",
        "STOPPEN",
        "30",
        "123456",
        "STATUS",
        "lage",
        "CHECK",
        "all",
        "shop",
        "History",
        "MUTE",
        "2h",
        "UNMUTE",
        "ACTORS",
        "RELOAD",
        "HELP",
        "VERSION",
        "MORE",
        "PRÜFEN",
        "/proc",
        "999999999999d",
        "-1",
        "\u{202e}",
        "\u{1b}[2J",
        "\0",
        "'",
        "%s",
        "\n",
    ];
    let length = rng.usize(..12);
    match rng.u8(..8) {
        0 => (0..length * 5).map(|_| rng.char(..)).collect(),
        1 => rng.choice(WORDS).unwrap().repeat(rng.usize(..2_000)),
        2 => {
            // A slip of the pen.
            let mut word: Vec<char> = rng.choice(WORDS).unwrap().chars().collect();
            word.insert(rng.usize(..=word.len()), rng.char(..));
            word.into_iter().collect()
        }
        _ => {
            let words = (0..length).map(|_| *rng.choice(WORDS).unwrap());
            words
                .collect::<Vec<_>>()
                .join([" ", "  ", "\t"][rng.usize(..3)])
        }
    }
}

fn sender(rng: &mut Rng) -> String {
    match rng.u8(..10) {
        0 => "owner@hm.test".into(),
        1..=3 => format!("support{}@hm.test", rng.usize(..SUPPORTERS)),
        4 => "owner@hm.test.evil.test".into(),
        5 => "hm.test".into(),
        _ => format!("eve{}@evil{}.test", rng.u16(..), rng.u8(..)),
    }
}

fn message(rng: &mut Rng) -> MessageReceived {
    let from = sender(rng);
    let kind = match rng.u8(..40) {
        0 => MessageKind::Groupchat,
        1 => MessageKind::Headline,
        2 => MessageKind::Error,
        3 => MessageKind::Normal,
        _ => MessageKind::Chat,
    };
    MessageReceived {
        thread: Some(format!("of {from}")),
        from: Some(Jid::new(&format!("{from}/{}", rng.u8(..))).unwrap()),
        kind,
        body: (rng.u8(..40) != 0).then(|| line(rng)),
        delayed: rng.u8(..40) == 0,
        carbon: rng.u8(..40) == 0,
    }
}

/// Bytes of memory that are really there.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

fn number(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(default, |text| text.parse().unwrap())
}

#[actix_rt::test]
async fn a_million_lines_of_chat_change_nothing() {
    let seed = number("HM_SEED", fastrand::u64(..));
    let lines = usize::try_from(number("HM_LINES", LINES as u64)).unwrap();
    eprintln!("HM_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let dir = tempfile::tempdir().unwrap();
    let tree = tree(dir.path());
    let recorder = Recorder(Rc::default());
    let answered = Rc::clone(&recorder.0);
    let spec = AuthorizerSpec {
        access: access(),
        second_factor: None,
        lang: Language::En,
        services: Rc::clone(tree.services()),
        connection: Some(recorder.start().recipient()),
    };
    let authorizer = Authorizer::new(spec, Life::new("authorizer")).start();
    let mut before = 0;
    for n in 0..lines {
        if n == lines / 2 {
            before = resident();
        }
        authorizer.send(message(&mut rng)).await.unwrap();
        if n % 1_000 == 0 {
            // The console has no pace: these commands really run.
            let line = ConsoleLine(format!("CHECK {}", line(&mut rng)));
            assert_fit(&authorizer.send(line).await.unwrap());
        }
    }
    // Behind all others in the mailbox.
    let version = authorizer
        .send(ConsoleLine("VERSION".into()))
        .await
        .unwrap();
    assert!(version.starts_with("HostMessenger "), "{version}");
    let grown = resident().saturating_sub(before);
    eprintln!(
        "{lines} lines, {} answered, {grown} bytes more",
        answered.borrow().values().sum::<usize>()
    );
    let allowed = access();
    let known: HashSet<_> = allowed.owner.iter().chain(&allowed.support).collect();
    assert!(
        answered.borrow().len() > SUPPORTERS / 2,
        "hardly anyone was answered"
    );
    for (who, count) in answered.borrow().iter() {
        assert!(known.contains(who), "a stranger was answered: {who}");
        // Ten a minute, and 'slow down'.
        assert!(*count < 11 * 10, "{who}: {count}");
    }
    assert!(grown < GROWTH, "{grown} bytes");
    tree.stop().await;
}
