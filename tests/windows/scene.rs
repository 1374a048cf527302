//! The usual scene, with the program for Windows in it.

use crate::peers::runner::Runner;
use crate::peers::{Home, Human, Program, Stage};

/// Nothing to do but to answer.
pub(crate) const NOTHING_WATCHED: &str = "language: en\ntargets: []\n";

/// A server, a line to it, and a folder for the program, with these lines at the end of its configuration.
pub(crate) async fn stage(more: &str) -> Stage {
    Stage::set_for(Runner::Wine, more).await
}

/// A folder with this configuration.
pub(crate) fn home(yaml: &str) -> Home {
    let home = Home::empty_for(Runner::Wine);
    home.configure(yaml);
    home
}

/// The scene with one target called shop, that is up.
pub(crate) async fn watching(target: &str) -> (Stage, Human, Program) {
    let yaml = format!("language: en\ntargets:\n  - {{name: shop, {target}}}\n");
    let stage = stage(&yaml).await;
    let (owner, program) = stage.owner_and_program().await;
    program.target_goes("shop", "UP").await;
    (stage, owner, program)
}

/// For [`watching`]: a port of this machine.
pub(crate) fn watching_port(port: u16) -> String {
    format!("kind: port, host: 127.0.0.1, port: {port}")
}
