//! `run`: starts the tree, waits for a signal or `quit`, drains.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use hostmessenger_actors::authorizer::ConsoleLine;
use hostmessenger_actors::journal::store::Store;
use hostmessenger_actors::journal::{NoteEnrolment, Notify};
use hostmessenger_actors::supervision::seats::Surroundings;
use hostmessenger_actors::supervision::tree::Tree;
use hostmessenger_actors::supervision::{Report, aside, tell};
use hostmessenger_actors::text::clean;
use hostmessenger_actors::time::Clock;
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_actors::wording::{commands as say, console as say_console};
use hostmessenger_config::{AlertTo, Config, init};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::configuration::{self, Found};
use super::reload::{self, TreeSlot};
use super::{Options, RunOptions};
use crate::console::{self, Input, Names};
use crate::enroll::record;
use crate::outcome::{Ending, Outcome};
use crate::service::Service;
use crate::signals::{Signal, Signals};
use crate::tray::Tray;
use crate::{limits, logging};

/// A signal that comes sooner after the first is its echo.
const ECHO: Duration = Duration::from_secs(1);
/// First checks are spread over ten seconds.
const SETTLED: Duration = Duration::from_secs(15);

/// Runs until stopped.
pub(super) fn run(options: &Options, run: &RunOptions) -> Outcome {
    let (file, unpacked) = match configuration::find(options)? {
        Some(file) => (file, false),
        None => (first_run()?, true),
    };
    let Found::Good(config) = configuration::load(&file, options) else {
        return Ok(Ending::BadConfiguration);
    };
    let level = logging::level(&config.log.level, options.verbose, options.quiet);
    #[cfg(windows)]
    if run.log_file {
        let file = config.data_dir.join("hostmessenger.log");
        hostmessenger_config::create_private_dirs(&config.data_dir)
            .and_then(|()| logging::into_file(&file))
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    logging::start(config.log.format, level);
    limits::raise();
    if hostmessenger_config::is_unguarded(&config.file) {
        tracing::warn!(file = %config.file.display(), "{}", configuration::UNGUARDED);
    }
    if unpacked {
        tracing::info!(file = %file.display(), "configuration unpacked");
    }
    actix_rt::System::new().block_on(serve(*config, options, run))
}

/// With no configuration anywhere one is unpacked beside the program, or else where the user's
/// configurations are.
fn first_run() -> anyhow::Result<PathBuf> {
    let env = hostmessenger_config::environment().into_iter();
    let user = hostmessenger_config::user_config_dir(env);
    let user = user.map(|dir| dir.join(hostmessenger_config::FOLDER));
    let mut last = None;
    for dir in configuration::own_folder().into_iter().chain(user) {
        match init(&dir) {
            Ok(_) => return Ok(dir.join(hostmessenger_config::FILE_NAME)),
            Err(error) => last = Some(error),
        }
    }
    match last {
        Some(error) => Err(error)
            .context("no configuration could be unpacked; name a folder: hostmessenger init DIR"),
        None => bail!("there is no folder for a configuration; name one: hostmessenger init DIR"),
    }
}

async fn serve(config: Config, options: &Options, run: &RunOptions) -> Outcome {
    let mut signals = Signals::listen().context("signals cannot be handled")?;
    let mut service = Service::find();
    let slot = TreeSlot::default();
    let surroundings = Surroundings {
        clock: Clock::start(),
        tls: TlsStore::load()?,
        store: Store::open(&config.data_dir)?,
        guard: guard_command()?,
        say: Rc::new(logging::say),
        reload: reload::reload(&slot, options),
        change_owner: reload::change_owner(&slot, options),
    };
    let names = Names::default();
    let mut input = console_of(run, &config, &names)?;
    let account = config
        .account
        .as_ref()
        .map(|account| account.jid.to_string());
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        config = %config.file.display(),
        targets = config.targets.len(),
        account,
        "started"
    );
    greet(&config, run);
    let (tree, mut reports) = Tree::start(config, surroundings);
    slot.replace(Rc::downgrade(&tree));
    know_names(&names, &tree);
    note_enrolment(&tree);
    service.ready(&tree);
    aside(settle());
    let mut tray = Tray::start(&tree, !run.no_tray);
    let ending = loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Stop => break Ok(Ending::Good),
                Signal::Reload => reload_on_signal(&tree, options, &names, &service).await,
            },
            () = service.hungry() => service.feed(tree.progress()),
            report = reports.recv() => match report {
                Some(Report::Fatal { reason, .. }) => break Err(anyhow::anyhow!(reason)),
                Some(Report::KeepsFailing { actor, reason }) => tell_owner(&tree, &actor, &reason),
                None => break Ok(Ending::Good),
            },
            line = next_line(&mut input) => match line {
                Input::Line(line, answer) => answer_line(&tree, line, answer),
                Input::Quit => break Ok(Ending::Good),
                Input::End => input = None,
            },
            () = tray.quit() => break Ok(Ending::Good),
        }
        know_names(&names, &tree);
    };
    service.stopping(tree.config().language, ending.as_ref().err());
    drain(&tree, tray, &mut signals).await;
    service.finish();
    ending
}

/// How this client was made, where it was enrolled.
fn note_enrolment(tree: &Tree) {
    if let Some(entry) = record::read(&tree.config().file) {
        tell(tree.journal(), NoteEnrolment(entry));
    }
}

/// What the start and the first checks took beyond what the next ones take goes back to the system.
async fn settle() {
    tokio::time::sleep(SETTLED).await;
    hostmessenger_memory::give_back();
    hostmessenger_memory::let_go_of_code();
}

/// A second signal to stop. One that comes at once is the first one's echo: `timeout`, a shell or a
/// service manager may signal the process and its group.
async fn impatience(signals: &mut Signals) {
    let deaf_until = Instant::now() + ECHO;
    while signals.next().await != Signal::Stop || Instant::now() < deaf_until {}
}

/// Winds down; a second signal ends it without.
async fn drain(tree: &Tree, tray: Tray, signals: &mut Signals) {
    tokio::select! {
        () = tree.stop() => tracing::info!("stopped"),
        () = impatience(signals) => tracing::warn!("stopped without winding down"),
    }
    // Remote control has ended by now, and with it its notice.
    tray.stop().await;
    logging::print_above(None);
}

/// What can be completed from now on.
fn know_names(names: &Names, tree: &Tree) {
    let targets = tree.services().targets.borrow();
    *names.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&targets);
}

fn guard_command() -> anyhow::Result<Vec<std::ffi::OsString>> {
    let own = std::env::current_exe().context("the program's own path is not known")?;
    Ok(vec![own.into_os_string(), "vnc-guard".into()])
}

fn console_of(
    run: &RunOptions,
    config: &Config,
    names: &Names,
) -> anyhow::Result<Option<mpsc::UnboundedReceiver<Input>>> {
    if run.no_console {
        return Ok(None);
    }
    let history = config.data_dir.join("console-history");
    let input = console::start(history, Arc::clone(names)).context("the console cannot be read")?;
    Ok(Some(input))
}

/// The first screen.
fn greet(config: &Config, run: &RunOptions) {
    if !run.no_console {
        console::show(&say_console::greeting(
            config.language,
            env!("CARGO_PKG_VERSION"),
            config.file.display(),
            say_console::count_targets(config.language, config.targets.len()),
        ));
        if config.account.is_none() {
            console::show(&say_console::no_account(config.language));
        }
    }
}

async fn next_line(input: &mut Option<mpsc::UnboundedReceiver<Input>>) -> Input {
    match input {
        Some(lines) => lines.recv().await.unwrap_or(Input::End),
        None => std::future::pending().await,
    }
}

fn answer_line(tree: &Tree, line: String, answer: tokio::sync::oneshot::Sender<String>) {
    let asked = tree.authorizer().send(ConsoleLine(line));
    let lang = tree.config().language;
    aside(async move {
        let text = asked
            .await
            .unwrap_or_else(|_| say::no_answer_from(lang, "authorizer"));
        // The console may have ended meanwhile.
        let _gone = answer.send(text);
    });
}

/// An actor keeps failing: the owner hears of it once.
fn tell_owner(tree: &Tree, actor: &str, reason: &str) {
    let notice = Notify {
        to: vec![AlertTo::Owner],
        text: say::keeps_failing(tree.config().language, actor, clean(reason, 500)),
    };
    tell(tree.journal(), notice);
}

async fn reload_on_signal(tree: &Rc<Tree>, options: &Options, names: &Names, service: &Service) {
    service.reloading();
    let answer = reload::now(tree, options, tree.config().language, "signal".into()).await;
    know_names(names, tree);
    service.reloaded();
    tracing::info!(result = answer, "configuration reloaded");
}
