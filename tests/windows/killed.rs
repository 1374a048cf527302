//! `kill -9` with an alert on its way, as Task Manager does it: the alert comes, and comes once.

use std::time::Duration;

use crate::peers::free_port::free_port;
use crate::peers::proxy::Way;
use crate::peers::{Human, Listener, until};
use crate::scene::{watching, watching_port};

fn heard(owner: &Human) -> (usize, usize) {
    (owner.lines_heard("DOWN shop"), owner.lines_heard("UP shop"))
}

/// `kill -9` while the line keeps back what goes this way.
async fn killed_while_held(way: Way) {
    let port = free_port();
    let open = Listener::on(port).await;
    let (stage, owner, mut program) = watching(&watching_port(port)).await;
    stage.proxy.hold(way, true);
    open.close().await;
    program.target_goes("shop", "DOWN").await;
    if way == Way::ToProgram {
        owner.hears_line("DOWN shop: ").await;
    }
    program.crash().await;
    // What the line still holds is lost with it.
    stage.proxy.cut();
    stage.proxy.ease();
    let _program = stage.program_for(&owner).await;
    owner.hears_line("DOWN shop: connection refused").await;
    let _back = Listener::on(port).await;
    owner.hears_line("UP shop: ").await;
    owner.asks("VERSION").await;
    assert_eq!(heard(&owner), (1, 1), "{:?}", owner.texts());
}

#[tokio::test]
async fn before_the_server_has_an_alert_it_costs_none() {
    killed_while_held(Way::ToServer).await;
}

#[tokio::test]
async fn before_the_server_has_acknowledged_an_alert_it_doubles_none() {
    killed_while_held(Way::ToProgram).await;
}

#[tokio::test]
async fn at_any_moment_after_a_failure_it_costs_no_alert_and_doubles_none() {
    let port = free_port();
    let mut open = Listener::on(port).await;
    let (stage, owner, mut program) = watching(&watching_port(port)).await;
    // From before the check that fails to after the alert is told and acknowledged.
    for (round, pause) in [0, 300, 600, 900, 1_200, 1_500].into_iter().enumerate() {
        open.close().await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        program.crash().await;
        program = stage.program_for(&owner).await;
        until("the failure is told", || {
            (heard(&owner).0 > round).then_some(())
        })
        .await;
        open = Listener::on(port).await;
        until("its end is told", || {
            (heard(&owner).1 > round).then_some(())
        })
        .await;
        owner.asks("VERSION").await;
        let once = (round + 1, round + 1);
        assert_eq!(
            heard(&owner),
            once,
            "killed after {pause} ms: {:?}",
            owner.texts()
        );
    }
}
