//! The end of the session, at logoff and shutdown, as Wine plays it.
//!
//! Wine tells it to all programs of one desktop, and those of the other tests are on the usual one; so this one has a
//! desktop of its own, by the name of its file. Windows need a screen: that is Xvfb's.

use std::path::Path;
use std::process::{Command, Stdio};

use tokio_xmpp::parsers::presence::Type;

use crate::peers::human::RESOURCE;
use crate::peers::runner::Runner;
use crate::peers::{Program, RUN, Xvfb};
use crate::scene::{NOTHING_WATCHED, stage};

/// The program under a name that no other test uses.
const NAME: &str = "ends-with-session.exe";
/// What Wine keeps about programs of that name.
const KEY: &str = r"HKCU\Software\Wine\AppDefaults\ends-with-session.exe";

/// A desktop for it, called `ending`; it is forgotten with its value.
struct Desktop;

impl Desktop {
    fn new() -> Self {
        let key = format!(r"{KEY}\Explorer");
        reg(&["add", &key, "/v", "Desktop", "/d", "ending", "/f"]);
        Self
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        reg(&["delete", KEY, "/f"]);
    }
}

fn reg(arguments: &[&str]) {
    let mut reg = Runner::Wine.command(Path::new("reg"));
    let status = reg.args(arguments).stdout(Stdio::null()).status();
    assert!(status.unwrap().success(), "reg {arguments:?}");
}

#[tokio::test]
async fn the_end_of_the_session_ends_it_in_order_and_the_owner_sees_it_go() {
    let (screen, _desktop) = (Xvfb::start().await, Desktop::new());
    let seen = |command: &mut Command| {
        command
            .env("DISPLAY", &screen.display)
            .env("XAUTHORITY", &screen.xauthority);
    };
    let stage = stage(NOTHING_WATCHED).await;
    let exe = stage.home.path().join(NAME);
    std::fs::copy(Runner::Wine.program(), &exe).unwrap();
    let owner = stage.human("owner").await;
    let mut command = stage.home.command_of(&exe, &RUN);
    seen(&mut command);
    let mut program = Program::of(&mut command);
    program.logs("connected").await;
    owner.meets(0).await;

    let mut end = Runner::Wine.command(Path::new("explorer"));
    seen(end.args(["/desktop=ending", "wineboot", "--end-session"]));
    let mut end = end.stdin(Stdio::null()).spawn().unwrap();
    assert_eq!(program.ends().await, Some(0));
    program.reads_all().await;
    let log = program.log();
    assert_eq!(log.last().unwrap()["message"], "stopped", "{log:?}");
    owner
        .sees("that the program went", |presence| {
            presence.type_ == Type::Unavailable
                && presence.from.as_ref().map(ToString::to_string).as_deref() == Some(RESOURCE)
        })
        .await;
    assert!(end.wait().unwrap().success());
}
