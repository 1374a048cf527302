//! A whole check, from the probe's mailbox over the wire to what the journal makes of it, against a
//! server on this machine. Steady: nothing is written, as at nearly all checks.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use hostmessenger_actors::alerts::State;
use hostmessenger_actors::journal::{AskStatus, Journal};
use hostmessenger_actors::probe::verdict::Verdict;
use hostmessenger_actors::probe::{Probe, ProbeNow, ProbeSpec};
use hostmessenger_actors::supervision::{Child, Life};
use hostmessenger_config::Config;

use crate::{only_this_is_counted, stage};

/// They are asked in turn, so that each has long had its answer from the journal when it is asked again.
const TARGETS: usize = 50;
/// Rounds after which all is steady, and what is made only once is made.
const BEFORE: usize = 25;

/// How much is free of a disk that answers. Its helper's thread is not counted.
pub(crate) fn disk(calls: usize) {
    check(
        calls,
        &|_| "kind: disk, path: /, min_free: 1B".into(),
        |_| Ok(()),
    );
}

/// Connect, and somebody is there.
pub(crate) fn port(calls: usize) {
    check(
        calls,
        &|port| format!("kind: port, host: 127.0.0.1, port: {port}"),
        |mut caller| {
            // Until he has closed.
            caller.read_to_end(&mut Vec::new()).map(drop)
        },
    );
}

/// Connect, ask, read the answer and judge it.
pub(crate) fn web(calls: usize) {
    check(
        calls,
        &|port| format!("kind: web, url: 'http://127.0.0.1:{port}/'"),
        |mut caller| {
            let (mut request, mut piece) = (Vec::new(), [0; 4096]);
            while !request.ends_with(b"\r\n\r\n") {
                let read = caller.read(&mut piece)?;
                request.extend_from_slice(&piece[..read]);
                if read == 0 {
                    return Ok(());
                }
            }
            caller.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        },
    );
}

/// Connect, read the greeting, log in, judge the welcome, and say QUIT.
pub(crate) fn ftp(calls: usize) {
    check(
        calls,
        &|port| format!("kind: ftp, host: 127.0.0.1, port: {port}"),
        |mut caller| {
            caller.write_all(b"220 ready\r\n")?;
            let mut heard = BufReader::new(caller.try_clone()?);
            for reply in [
                &b"331 password?\r\n"[..],
                b"230 welcome\r\n",
                b"221 bye\r\n",
            ] {
                heard.read_until(b'\n', &mut Vec::new())?;
                caller.write_all(reply)?;
            }
            Ok(())
        },
    );
}

/// Answers on a thread of its own, which is not counted. Returns the port.
fn server(answer: fn(TcpStream) -> std::io::Result<()>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for caller in listener.incoming() {
            // Who goes away early shows at the other end.
            let _gone = caller.and_then(answer);
        }
    });
    port
}

fn config(kind: &str) -> Config {
    let mut text = "language: en\ndata_dir: data\ntargets:\n".to_owned();
    for n in 0..TARGETS {
        writeln!(text, "  - {{name: shop {n}, {kind}, every: 1h}}").unwrap();
    }
    stage::read(tempfile::tempdir().unwrap().path(), &text)
}

fn start(config: &Config, journal: &Addr<Journal>) -> Vec<Addr<Probe>> {
    let with = stage::probing(journal.clone().recipient());
    let probe = |target| {
        let spec = ProbeSpec {
            target,
            with: Rc::clone(&with),
            first_in: Duration::from_secs(3_600),
        };
        Probe::new(spec, Life::new("probe")).start()
    };
    config.targets.iter().cloned().map(probe).collect()
}

async fn ask(probes: impl Iterator<Item = &Addr<Probe>>) {
    for probe in probes {
        let outcome = probe.send(ProbeNow).await.unwrap().unwrap();
        assert_eq!(outcome.finding.verdict, Verdict::Ok, "{outcome:?}");
    }
}

fn check(calls: usize, kind: &dyn Fn(u16) -> String, answer: fn(TcpStream) -> std::io::Result<()>) {
    let config = config(&kind(server(answer)));
    let (system, dir) = (actix_rt::System::new(), tempfile::tempdir().unwrap());
    let (journal, probes) = system.block_on(async {
        let journal = stage::journal(dir.path(), &config, stage::nobody());
        let probes = start(&config, &journal);
        ask([&probes; BEFORE].into_iter().flatten()).await;
        (journal, probes)
    });
    only_this_is_counted(&mut || {
        system.block_on(ask(probes.iter().cycle().take(calls)));
    });
    let states = system.block_on(journal.send(AskStatus)).unwrap();
    assert!(states.iter().all(|status| status.state == State::Up));
}
