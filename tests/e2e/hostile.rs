//! Ten thousand stanzas that mean harm: from a stranger and from support through a real server, and
//! from a server that means harm itself. The program goes on, tells strangers nothing, and needs no
//! more memory than before.

use fastrand::Rng;
use tokio::net::TcpListener;

use crate::peers::human::RESOURCE;
use crate::peers::prosody::DOMAIN;
use crate::peers::{Home, Human, Program, Raw, Rogue, Stage};

const STANZAS: usize = 10_000;
/// Before memory is measured first: whatever has a bound is filled, and what is allocated once is.
const WARM_UP: usize = 2_000;
/// One in so many is as large as servers let through. A real one needs long for each.
const LARGE: usize = 1_000;
/// And a rogue none.
const LARGE_OF_ROGUE: usize = 100;
const GROWTH: u64 = 8 << 20;

/// Text with everything that XML allows and people do not expect.
fn text(rng: &mut Rng, length: usize) -> String {
    let odd = [
        '\u{202e}',
        '\u{200b}',
        '\u{feff}',
        '\u{85}',
        '\u{9b}',
        '\u{7f}',
        '\u{e0041}',
        '\u{301}',
        '\u{1f600}',
        '\t',
        '\n',
    ];
    let letter = |rng: &mut Rng| match rng.u8(..4) {
        0 => *rng.choice(&odd).unwrap(),
        _ => rng.alphanumeric(),
    };
    (0..length).map(|_| letter(rng)).collect()
}

/// What one stanza holds.
fn payload(rng: &mut Rng, large: Option<usize>) -> String {
    if let Some(number) = large {
        return match number % 5 {
            0 => format!(
                "<x xmlns='a'>{}{}</x>",
                "<a>".repeat(15_000),
                "</a>".repeat(15_000)
            ),
            1 => format!("<x xmlns='a'>{}</x>", "<a/>".repeat(45_000)),
            2 => format!("<body>{}</body>", "OS ".repeat(60_000)),
            3 => format!("<x xmlns='a' b='{}'/><body>OS</body>", "c".repeat(100_000)),
            _ => format!(
                "<body>VERSION</body><thread>{}</thread>",
                "t".repeat(150_000)
            ),
        };
    }
    let length = rng.usize(..200);
    let odd = text(rng, length);
    match rng.u8(..12) {
        0 => "<body>VNC START</body>".into(),
        1 => format!("<body>{odd}</body><body xml:lang='de'>OS</body><body xml:lang='{}'>x</body>", rng.u32(..)),
        2 => "<body>OS</body><delay xmlns='urn:xmpp:delay' stamp='yesterday'/>".into(),
        3 => format!(
            "<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message \
             xmlns='jabber:client' from='owner@{DOMAIN}/x'><body>RELOAD</body></message></forwarded></sent>"
        ),
        4 => format!("<query xmlns='jabber:iq:roster'><item jid='owner@{DOMAIN}' subscription='remove'/></query>"),
        5 => "<x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/><status code='x'/></x>".into(),
        6 => format!("<error type='{}'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", rng.alphanumeric()),
        7 => "<query xmlns='http://jabber.org/protocol/disco#info' node='&lt;&amp;'/>".into(),
        8 => "<command xmlns='http://jabber.org/protocol/commands' node='x' action='execute'/>".into(),
        9 => format!("<ping xmlns='urn:xmpp:ping'>{}{}</ping>", "<p>".repeat(60), "</p>".repeat(60)),
        10 => format!("<subject>{odd}</subject><thread parent='{}'>{0}</thread>", rng.u64(..)),
        _ => format!("<body>{odd}</body>"),
    }
}

/// A stanza that means harm.
fn stanza(rng: &mut Rng, large: Option<usize>) -> String {
    let inside = payload(rng, large);
    let id = rng.u64(..);
    let name = ["message", "message", "presence", "iq"][rng.usize(..4)];
    let kinds: &[&str] = match name {
        "message" => &["chat", "normal", "groupchat", "headline", "error"],
        "presence" => &["subscribe", "subscribed", "unavailable", "probe", "error"],
        _ => &["get", "set", "result", "error"],
    };
    let kind = rng.choice(kinds).unwrap();
    format!("<{name} type='{kind}' id='{id}' to='{RESOURCE}'>{inside}</{name}>")
}

/// Bytes of the program's memory that are really there.
fn resident(program: &Program) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{}/statm", program.pid())).unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

fn seed() -> u64 {
    let set = std::env::var("HM_SEED").ok();
    let seed = set.map_or_else(|| fastrand::u64(..), |text| text.parse().unwrap());
    eprintln!("HM_SEED={seed}");
    seed
}

/// Sends so many, and waits until the program has looked at them all.
async fn flood(from: &mut Raw, rng: &mut Rng, count: usize, owner: &Human) {
    let begin = std::time::Instant::now();
    for n in 1..=count {
        let large = (n % LARGE == LARGE / 2).then_some(n / LARGE);
        from.says(&stanza(rng, large)).await;
    }
    // The server answers in order: it has taken them all.
    let id = format!("end{}", rng.u64(..));
    from.says(&format!(
        "<iq type='get' id='{id}' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>"
    ))
    .await;
    from.hears(&id).await;
    eprintln!(
        "{count} stanzas went through the server after {:?}",
        begin.elapsed()
    );
    assert!(owner.asks("VERSION").await.starts_with("HostMessenger "));
}

#[tokio::test]
async fn ten_thousand_hostile_stanzas_from_a_stranger_change_nothing() {
    let mut rng = Rng::with_seed(seed());
    let stage = Stage::set("language: en\ntargets: []\n").await;
    let (owner, program) = stage.owner_and_program().await;
    let mut stranger = Raw::login("stranger", &stage.prosody).await;
    let mut support = Raw::login("support", &stage.prosody).await;
    flood(&mut stranger, &mut rng, WARM_UP / 2, &owner).await;
    flood(&mut support, &mut rng, WARM_UP / 2, &owner).await;
    let before = resident(&program);
    flood(&mut stranger, &mut rng, STANZAS / 2, &owner).await;
    flood(&mut support, &mut rng, STANZAS / 2, &owner).await;
    let grown = resident(&program).saturating_sub(before);
    eprintln!("{before} bytes before, {grown} more");
    assert!(grown < GROWTH, "{grown} bytes");
    let heard = stranger.heard().await;
    // To a probe the server answers in our name: unsubscribed. That, and errors, tell nothing.
    let told = heard.split('<').filter(|tag| {
        let stanza = tag.starts_with("message") || tag.starts_with("presence");
        let refusal = ["error", "unsubscribed", "unavailable"].iter();
        let refusal = refusal
            .clone()
            .any(|kind| tag.contains(&format!("type='{kind}'")));
        stanza && tag.contains("from='host@") && !refusal
    });
    assert_eq!(told.collect::<Vec<_>>(), Vec::<&str>::new());
    let log = program.log();
    let said = |message: &str| log.iter().filter(|line| line["message"] == message).count();
    assert_eq!(
        (
            said("connected"),
            said("disconnected"),
            said("actor restarting")
        ),
        (1, 0, 0)
    );
    assert_eq!(stage.proxy.taken(), 1, "the link was lost");
    // Told once, whatever the stranger did.
    assert_eq!(owner.lines_heard("stranger@hm.test tried"), 1);
}

#[tokio::test]
async fn ten_thousand_hostile_stanzas_from_the_server_change_nothing() {
    let mut rng = Rng::with_seed(seed());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let home = Home::with(&format!(
        "account: {{jid: host@{DOMAIN}, password: host-secret, server: \"127.0.0.1:{port}\", tls: none}}
access: {{owner: owner@{DOMAIN}}}
targets: []
"
    ));
    let program = Program::start(&home);
    let mut server = Rogue::serve(&listener).await;
    server.answers_until("xmpp-bind").await;
    let mut before = 0;
    for n in 1..=WARM_UP + STANZAS {
        let large = (n % LARGE_OF_ROGUE == 0).then_some(n / LARGE_OF_ROGUE);
        let mut stanza = stanza(&mut rng, large);
        if n % 3 == 0 {
            // In anyone's name, with tags of any length.
            let from = [
                "owner@hm.test/x",
                "hm.test",
                "host@hm.test",
                "eve@evil.test",
            ][rng.usize(..4)];
            let id = "i".repeat(if n % LARGE_OF_ROGUE == 3 { 1 << 20 } else { 9 });
            stanza = stanza.replacen(" id='", &format!(" from='{from}' id='{id}"), 1);
        }
        if n == 1_500 || n == 6_500 {
            // As long as ten thousand ordinary ones.
            stanza = format!("<message>{}</message>", "<a><b>c</b></a>".repeat(1 << 20));
        }
        assert!(server.says(&stanza).await, "the program has gone at {n}");
        if n % 500 == 0 {
            let ping = "<ping xmlns='urn:xmpp:ping'/>";
            server
                .says(&format!(
                    "<iq type='get' id='p{n}' from='{DOMAIN}'>{ping}</iq>"
                ))
                .await;
            server
                .answers_until(&format!("'p{n}'").replace('\'', ""))
                .await;
        }
        if n == WARM_UP {
            before = resident(&program);
        }
    }
    let grown = resident(&program).saturating_sub(before);
    eprintln!("{before} bytes before, {grown} more");
    assert!(grown < GROWTH, "{grown} bytes");
    // What is no XML ends this session, and the next one begins.
    server.says("<message><body>&nonsense;</a>").await;
    let mut server = Rogue::serve(&listener).await;
    server.answers_until("xmpp-bind").await;
    let restarted = program
        .logs_where("actor restarting", |line| line["actor"] == "connection")
        .await;
    assert!(
        !restarted["reason"].as_str().unwrap().contains("panic"),
        "{restarted}"
    );
}
