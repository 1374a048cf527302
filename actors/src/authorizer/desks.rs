//! The desks of the owner at the host itself: the console, and the icon in the notification area.
//!
//! Who sits there is who runs the program: every command may be given, at any pace. But VNC's second
//! factor is asked there too.

use std::future::ready;

use actix::prelude::*;
use futures_util::FutureExt;
use futures_util::future::join;

use super::{Authorizer, Role, noting};

/// A line was typed on the console. Answered with the text to show.
#[derive(Message, Debug, Clone)]
#[rtype(result = "String")]
pub struct ConsoleLine(pub String);

/// The same of the icon in the notification area: one more desk of the owner at the host.
#[derive(Message, Debug, Clone)]
#[rtype(result = "String")]
pub struct TrayLine(pub String);

/// The name that the console goes by where senders are told apart.
const CONSOLE: &str = "console";
/// And the icon in the notification area.
pub const TRAY: &str = "tray";

impl Authorizer {
    /// A line from a desk of the owner at the host itself.
    fn at_the_host(&mut self, line: &str, desk: &str) -> ResponseFuture<String> {
        let admitted = self.admit(line, Role::Owner, desk);
        let noted = self.note(desk, noting::deed(line, &admitted));
        let answer = match admitted {
            Err((_, text)) => Box::pin(ready(text)),
            Ok(allowed) => self.run(allowed, Role::Owner, desk.to_owned()),
        };
        Box::pin(join(answer, noted).map(|(text, ())| text))
    }
}

impl Handler<ConsoleLine> for Authorizer {
    type Result = ResponseFuture<String>;

    fn handle(&mut self, ConsoleLine(line): ConsoleLine, _: &mut Context<Self>) -> Self::Result {
        self.at_the_host(&line, CONSOLE)
    }
}

impl Handler<TrayLine> for Authorizer {
    type Result = ResponseFuture<String>;

    fn handle(&mut self, TrayLine(line): TrayLine, _: &mut Context<Self>) -> Self::Result {
        self.at_the_host(&line, TRAY)
    }
}
