//! Chaos: real servers, a real owner, and faults drawn from a seed; what contract, section 5,
//! promises is counted at the end. `tests/chaos --help` runs it longer.
//!
//! Changes are made to many targets while faults strike; the program's own log says which changes
//! it saw, the owner's client and archive say which it told. `verdict.rs` compares the two.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a run tells what it does, and ends with a report"
)]

#[path = "../peers/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "some peers serve the end-to-end tests alone"
)]
mod peers;

mod clock;
mod corrupt;
mod disk;
mod line_works;
mod lines;
mod load;
mod plan;
mod recorder;
mod report;
mod run;
mod scene;
mod settings;
mod silence;
mod strike;
mod told;
mod verdict;

use run::Run;
use scene::Flavour;

#[tokio::test]
async fn prosody_with_archive_and_resumption() {
    Run::set(Flavour::Prosody).await.finish().await;
}

#[tokio::test]
async fn ejabberd_with_archive_and_resumption() {
    Run::set(Flavour::Ejabberd).await.finish().await;
}

#[tokio::test]
async fn prosody_without_archive_or_resumption() {
    Run::set(Flavour::Bare).await.finish().await;
}
