//! `enroll`: an administrator makes a client for a host.

use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_actors::wording::Language;
use hostmessenger_config::BareJid;

use super::administrator::AdministratorOptions;
use super::println;
use crate::enroll::{self, Plan, folder};
use crate::logging;
use crate::outcome::{Ending, Outcome};

/// Options of `enroll`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct EnrollOptions {
    #[command(flatten)]
    administrator: AdministratorOptions,
    /// The address that the host will have
    #[arg(long, value_name = "JID", value_parser = hostmessenger_config::parse_jid)]
    jid: BareJid,
    /// Who will command it; default: the administrator
    #[arg(long, value_name = "JID", value_parser = hostmessenger_config::parse_jid)]
    owner: Option<BareJid>,
    /// What it is called in contact lists; default: the address up to the '@'
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The language of its answers; default: this machine's
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    language: Option<Tongue>,
    /// The program to put into the folder, the Windows one, say; default: this one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// The folder to make; what has anything in it is refused
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Also pack the folder into one file beside it
    #[arg(long, value_enum, value_name = "FORMAT")]
    archive: Option<ArchiveKind>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tongue {
    /// English
    En,
    /// German
    De,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ArchiveKind {
    /// DIR.tar.zst
    #[value(name = "tar.zst")]
    TarZst,
    /// DIR.zip
    Zip,
}

/// Makes account and folder, or nothing.
pub(super) fn run(options: EnrollOptions) -> Outcome {
    let plan = plan(&options)?;
    let packed = options.archive.map(|kind| match kind {
        ArchiveKind::TarZst => folder::Archive::TarZst,
        ArchiveKind::Zip => folder::Archive::Zip,
    });
    let packed = packed
        .map(|kind| folder::archive_of(&plan.dir, kind).map(|file| (kind, file)))
        .transpose()?;
    actix_rt::System::new().block_on(async {
        let tls = TlsStore::load()?;
        enroll::run(&plan, &tls, progress).await
    })?;
    println(&format!(
        "{} is enrolled, and obeys {}.\nIts folder: {}",
        plan.jid,
        plan.owner,
        plan.dir.display()
    ));
    let packed_any = packed.is_some();
    if let Some((kind, file)) = packed {
        folder::archive(&plan.dir, &file, kind)
            .context("the client is enrolled, but its folder could not be packed")?;
        println(&format!("Packed:     {}", file.display()));
    }
    println(next_step(&plan.dir, packed_any));
    if plan.owner != plan.admin.jid {
        println(&format!(
            "{} will be asked once whether {} may be a contact.",
            plan.owner, plan.jid
        ));
    }
    Ok(Ending::Good)
}

/// What is to be done with the folder, in words for the system that it is for.
fn next_step(dir: &std::path::Path, packed: bool) -> &'static str {
    match (dir.join(folder::WINDOWS).exists(), packed) {
        (false, _) => "Copy it to the host, or onto a stick, and start the program in it.",
        (true, true) => {
            "It is for Windows: unpack it there, then double-click start.cmd, or install-service.cmd to have Windows start it."
        }
        (true, false) => {
            "It is for Windows: copy it there, or onto a stick, then double-click start.cmd, or install-service.cmd to have\n\
             Windows start it. (--archive zip makes one file of it that Windows can open.)"
        }
    }
}

fn plan(options: &EnrollOptions) -> anyhow::Result<Plan> {
    let dir = std::path::absolute(&options.out).context("the current folder cannot be read")?;
    // Before the password is asked for: what is refused should be refused at once.
    folder::is_free(&dir)?;
    let admin = options.administrator.account()?;
    let owner = options.owner.clone().unwrap_or_else(|| admin.jid.clone());
    let local = || options.jid.node().map(ToString::to_string);
    Ok(Plan {
        jid: options.jid.clone(),
        owner,
        name: options.name.clone().or_else(local).unwrap_or_default(),
        language: match options.language {
            Some(Tongue::En) => Language::En,
            Some(Tongue::De) => Language::De,
            None => hostmessenger_config::machine_language(),
        },
        dir,
        binary: options.binary.clone(),
        admin,
    })
}

/// Steps go where logs go.
fn progress(step: &str) {
    logging::say_error(&format!("{step} …"));
}
