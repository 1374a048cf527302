//! The yardstick of the comparison: targets that count who comes, and the cheapest checks that can be made.
//!
//!   bare serve tcp|ftp            listens on two free ports, which it prints: the target, and who asks it
//!                                 `count` there hears how many came, and when the first did (ns since 1970)
//!   bare check http|tcp|banner|ftp|disk ADDRESS|PATH RATE
//!                                 makes so many checks a second, on ticks of 100 ms, until it is killed

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

mod checks;
mod server;

const TICK: Duration = Duration::from_millis(100);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", kind] => server::serve(kind),
        ["check", kind, target, rate] => run(kind, target, rate.parse()?),
        _ => bail!("bare serve KIND | bare check KIND TARGET RATE"),
    }
}

fn run(kind: &str, target: &str, rate: f64) -> Result<()> {
    let check = checks::of(kind)?;
    let (start, mut made) = (Instant::now(), 0.0);
    loop {
        let due = start.elapsed().as_secs_f64() * rate;
        while made < due {
            check(target)?;
            made += 1.0;
        }
        let passed = u32::try_from(start.elapsed().as_millis() / TICK.as_millis())?;
        std::thread::sleep((TICK * (passed + 1)).saturating_sub(start.elapsed()));
    }
}
