//! Kind `fault`, in test builds only: a check, or a probe, that misbehaves on demand.

use actix::{AsyncContext, Context};
use hostmessenger_config::{Fault, Kind};

use crate::probe::Probe;
use crate::probe::verdict::{Finding, Reason};

/// Misbehaves as told while the trigger file exists.
///
/// # Panics
/// With mode `check-panic`: that is what it is for.
#[expect(clippy::unused_async, reason = "all kinds are async")]
pub async fn check(options: &Fault) -> Finding {
    if !options.trigger.exists() {
        return Finding::ok(None, Reason::Fault("quiet".into()));
    }
    match options.mode.as_str() {
        "check-panic" => panic!("fault: check-panic asked for"),
        _ => Finding::failed(None, Reason::Fault("asked to fail".into())),
    }
}

/// The same for the actor itself: `panic` panics in its handler, `hang` makes it deaf, `block`
/// holds the thread that all actors share, for as long as the trigger is there.
///
/// # Panics
/// With mode `panic`: that is what it is for.
pub fn strike(kind: &Kind, ctx: &mut Context<Probe>) {
    let Kind::Fault(options) = kind else { return };
    if !options.trigger.exists() {
        return;
    }
    match options.mode.as_str() {
        "panic" => panic!("fault: panic asked for\nand a second line"),
        "hang" => ctx.wait(actix::fut::wrap_future(std::future::pending::<()>())),
        "block" => block(&options.trigger),
        _ => {}
    }
}

#[expect(clippy::disallowed_methods, reason = "that is the fault")]
fn block(trigger: &std::path::Path) {
    while trigger.exists() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
