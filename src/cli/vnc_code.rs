//! `vnc-code`: makes the secret of the second factor for VNC START, on this host only, and shows it
//! to an app: as a QR code and as a URI.
//!
//! A newcomer's trap: a QR code is dark on light. Terminals are one or the other, so the code
//! brings its own colours along.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hostmessenger_actors::audit::Deed;
use hostmessenger_actors::authorizer::second_factor::NewSecret;
use hostmessenger_config::Config;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

use super::configuration::{self, Found};
use super::{Options, VncCodeOptions, audit, println};
use crate::outcome::{Ending, Outcome};

/// Where the secret lies, beside the configuration, where that says nothing of it.
const USUAL: &str = "secrets/totp";
/// How often a code may be mistyped.
const TRIES: usize = 3;

/// Makes the secret, shows it, has it confirmed, and only then writes it.
pub(super) fn run(options: &Options, code: &VncCodeOptions) -> Outcome {
    let Some(file) = configuration::find(options)? else {
        bail!("there is no configuration yet; `hostmessenger init` makes one");
    };
    let Found::Good(config) = configuration::load_without_vnc_code(&file, options) else {
        return Ok(Ending::BadConfiguration);
    };
    let (secret_file, is_configured) = place(&config)?;
    // Whatever lies there, a link that leads nowhere, too.
    if !code.replace && secret_file.symlink_metadata().is_ok() {
        bail!(
            "{} is there already; --replace makes a new secret in its place. Nothing was changed",
            secret_file.display()
        );
    }
    let secret = NewSecret::make().context("the system gives no random numbers")?;
    let is_shown = code.show || io::stdout().is_terminal();
    if is_shown {
        show(&secret, &config)?;
        if io::stdin().is_terminal() {
            confirm(&secret)?;
        }
    }
    secret
        .write(&secret_file)
        .with_context(|| format!("{} cannot be written", secret_file.display()))?;
    audit::note(&config, Deed::VncCodeMade);
    tell(&secret_file, is_configured, is_shown);
    Ok(Ending::Good)
}

/// The file of the secret, and whether the configuration names it.
fn place(config: &Config) -> anyhow::Result<(PathBuf, bool)> {
    if let Some(file) = &config.vnc_code_file {
        return Ok((file.clone(), true));
    }
    if config.access.vnc_totp_secret.is_some() {
        bail!(
            "the configuration holds the secret itself, or takes it from a credential of the \
             service; name a file (access.vnc_code.totp_secret_file) to have one made here"
        );
    }
    let folder = config.file.parent().unwrap_or(Path::new("."));
    Ok((folder.join(USUAL), false))
}

fn show(secret: &NewSecret, config: &Config) -> anyhow::Result<()> {
    let account = config.account.as_ref();
    let account = account.map_or_else(|| "localhost".to_owned(), |it| it.jid.to_string());
    let uri = secret.uri(&account);
    let code = QrCode::with_error_correction_level(uri.as_bytes(), EcLevel::L)
        .context("no QR code can be made of this account's name")?;
    let picture = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Dark)
        .light_color(Dense1x2::Light)
        .quiet_zone(true)
        .build();
    println("Scan this with an app for codes (TOTP) on the owner's phone:\n");
    println(&if io::stdout().is_terminal() {
        in_colour(&picture)
    } else {
        picture
    });
    println(&format!("\nor give the app this: {}\n", *uri));
    Ok(())
}

/// Black on white, whatever the terminal's own colours are (ECMA-48, SGR; xterm's 256 colours).
fn in_colour(picture: &str) -> String {
    let lines = picture.lines();
    let lines = lines.map(|line| format!("\x1b[38;5;16;48;5;231m{line}\x1b[0m"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Asks for a code until one is right.
fn confirm(secret: &NewSecret) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        let mut stdout = io::stdout();
        write!(stdout, "The code that the app shows now: ").and_then(|()| stdout.flush())?;
        let mut line = String::new();
        let read = io::stdin().lock().take(1_000).read_line(&mut line);
        if read.context("the terminal cannot be read")? == 0 {
            break;
        }
        let code: String = line.split_whitespace().collect();
        let now = jiff::Timestamp::now().as_second();
        if secret.makes(&code, u64::try_from(now).unwrap_or_default()) {
            return Ok(());
        }
        println("That is not the code of now. Do the clocks of the phone and of this host agree?");
    }
    bail!("the app's code was not confirmed; nothing was changed")
}

fn tell(file: &Path, is_configured: bool, is_shown: bool) {
    println(&format!("The secret is in {}.", file.display()));
    if !is_shown {
        println(
            "It is not shown, since this is no terminal: --replace --show makes and shows a new one.",
        );
    }
    if is_configured {
        println("It counts from the next start or RELOAD on: VNC START [MINUTES] CODE.");
    } else {
        println(
            "For VNC START to ask for codes, add these two lines to the configuration, under \
             'access:', then RELOAD:\n\n  vnc_code:\n    totp_secret_file: secrets/totp",
        );
    }
}
