//! The desktop of Windows. What it shows lives in a process of its own, [`screen`], for two reasons: a
//! panic in a window's procedure cannot be caught and would end the monitor; and when this process is
//! killed the other one takes the icon away, which Windows itself does only when the mouse comes by.
//!
//! They talk in lines over its standard input and output: [`wire`]. When this end is closed it ends.

use std::process::Stdio;
use std::time::Duration;

use hostmessenger_actors::supervision::aside;
use hostmessenger_windows::desktop;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

use super::{Face, Order, Show};

mod answer;
mod notice;
mod password;
pub(crate) mod screen;
mod shown;
mod wire;

use wire::Word;

/// The hidden subcommand.
pub(crate) const SUBCOMMAND: &str = "tray-window";
/// No console of its own: without it a black window would open (`CreateProcess`, process creation
/// flags). With it Ctrl-C on ours does not reach it.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;
/// Pauses before it is started again.
const AGAIN: Duration = Duration::from_secs(1);
const AGAIN_AT_MOST: Duration = Duration::from_secs(60);
/// So often in a row it may fail before its icon was there; then there is no desktop for us.
const TRIES: u32 = 3;
/// How long it may take to remove the icon: when Windows shuts down all has to be over in 5 s.
const FAREWELL: Duration = Duration::from_secs(1);

/// The desktop's, where there is one.
pub(super) fn face() -> Option<Face> {
    if !desktop::is_visible() {
        tracing::debug!("no desktop that can be seen, no icon");
        return None;
    }
    let (shows, to_show) = mpsc::unbounded_channel();
    let (order, orders) = mpsc::unbounded_channel();
    let task = aside(run(to_show, order));
    Some(Face {
        shows,
        orders,
        task,
    })
}

/// Shows until nobody has anything to show any more.
async fn run(mut shows: mpsc::UnboundedReceiver<Show>, orders: mpsc::UnboundedSender<Order>) {
    let (mut last, mut failures, mut pause) = (None, 0, AGAIN);
    loop {
        let mut ready = false;
        let ended = match Screen::start() {
            Ok(mut screen) => {
                screen
                    .show(&mut shows, &orders, &mut last, &mut ready)
                    .await
            }
            Err(error) => Err(error),
        };
        let Err(error) = ended else { return };
        failures = if ready { 1 } else { failures + 1 };
        if failures == 1 {
            tracing::warn!(%error, "icon ended, shown again");
        }
        if failures >= TRIES && !ready {
            tracing::warn!(%error, "no icon: it cannot be shown");
            return;
        }
        pause = if ready {
            AGAIN
        } else {
            (pause * 2).min(AGAIN_AT_MOST)
        };
        if tokio::time::timeout(pause, until_over(&mut shows, &mut last))
            .await
            .is_ok()
        {
            return;
        }
    }
}

/// Keeps what is to be shown until nobody has anything to show any more.
async fn until_over(shows: &mut mpsc::UnboundedReceiver<Show>, last: &mut Option<Show>) {
    while let Some(show) = shows.recv().await {
        if let Show::Look(_) = show {
            *last = Some(show);
        }
    }
}

/// The other process.
struct Screen {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Screen {
    fn start() -> std::io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The log is ours alone; what a library prints there has no form.
            .stderr(Stdio::null())
            .creation_flags(CREATE_NO_WINDOW)
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        Ok(Self {
            input: child.stdin.take(),
            child,
            output: BufReader::new(output).lines(),
        })
    }

    /// Passes both ways. `Ok`: nobody has anything to show any more, and the icon is gone.
    async fn show(
        &mut self,
        shows: &mut mpsc::UnboundedReceiver<Show>,
        orders: &mpsc::UnboundedSender<Order>,
        last: &mut Option<Show>,
        ready: &mut bool,
    ) -> std::io::Result<()> {
        if let Some(look) = last {
            self.write(look).await?;
        }
        loop {
            tokio::select! {
                show = shows.recv() => match show {
                    None => return self.end().await,
                    Some(show) => {
                        self.write(&show).await?;
                        if let Show::Look(_) = show {
                            *last = Some(show);
                        }
                    }
                },
                line = self.output.next_line() => match line?.as_deref().map(wire::read) {
                    None => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                    Some(Some(Word::Ready)) => *ready = true,
                    Some(Some(Word::Order(order))) => {
                        let _ending = orders.send(order);
                    }
                    Some(None) => tracing::debug!("word of the icon not understood"),
                },
            }
        }
    }

    async fn write(&mut self, show: &Show) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(show)?;
        line.push(b'\n');
        let input = self.input.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
        input.write_all(&line).await?;
        input.flush().await
    }

    async fn end(&mut self) -> std::io::Result<()> {
        // The end of its input says the same, but some systems take a second or two to tell it.
        if let Some(mut input) = self.input.take() {
            input.write_all(wire::END).await?;
            input.flush().await?;
        }
        if tokio::time::timeout(FAREWELL, self.child.wait())
            .await
            .is_err()
        {
            tracing::debug!("the icon takes its time, ended");
            self.child.start_kill()?;
        }
        Ok(())
    }
}
