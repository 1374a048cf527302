//! How fast the program reacts, from the outside: commands through a real XMPP server, a thousand alerts at
//! once, healthy probes beside ten thousand that panic. And what it needs over an hour of flapping targets.
//!
//!   cargo bench --features faults --bench reaction              prints times
//!   cargo bench --features faults --bench reaction -- soak 60   prints the memory of each of so many minutes
//!
//! Nothing is asserted, since machines differ. Its servers are those of the tests, so it runs where these run.

#[cfg(unix)]
mod measured;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo says whether it is a bench; as a test it only has to be built.
    let measures = arguments.iter().any(|argument| argument == "--bench");
    match arguments.first().map(String::as_str) {
        _ if !measures => {}
        #[cfg(unix)]
        Some("soak") => measured::memory(arguments.get(1).and_then(|minutes| minutes.parse().ok())),
        #[cfg(unix)]
        _ => measured::reactions(),
        #[cfg(not(unix))]
        _ => {}
    }
}
