//! `list`: the administrator's hosts.

use comfy_table::{Table as Grid, presets};
use hostmessenger_actors::enrolment::Host;
use hostmessenger_actors::tls::TlsStore;
use serde_json::json;

use super::administrator::AdministratorOptions;
use super::{Table, println};
use crate::outcome::{Ending, Outcome};

/// Options of `list`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    administrator: AdministratorOptions,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Table::Table)]
    output: Table,
}

/// Shows them.
pub(super) fn run(options: &ListOptions) -> Outcome {
    let hosts = actix_rt::System::new().block_on(async {
        let mut admin = options.administrator.login(&TlsStore::load()?).await?;
        let hosts = admin.hosts().await;
        admin.close().await;
        anyhow::Ok(hosts?)
    })?;
    match options.output {
        Table::Json => println(&as_json(&hosts)),
        Table::Table if hosts.is_empty() => {
            println("No host has been enrolled by this administrator.");
        }
        Table::Table => println(&as_table(&hosts)),
    }
    Ok(Ending::Good)
}

fn as_json(hosts: &[Host]) -> String {
    let row = |host: &Host| {
        json!({
            "jid": host.jid.to_string(),
            "name": host.name,
            "online": host.visible.then_some(host.online),
            "version": host.version,
        })
    };
    json!({"hosts": hosts.iter().map(row).collect::<Vec<_>>()}).to_string()
}

fn as_table(hosts: &[Host]) -> String {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    grid.set_header(["HOST", "NAME", "ONLINE", "VERSION"]);
    for host in hosts {
        let online = match (host.visible, host.online) {
            (false, _) => "not shown to you",
            (true, true) => "yes",
            (true, false) => "no",
        };
        grid.add_row([
            host.jid.as_str(),
            &host.name,
            online,
            host.version.as_deref().unwrap_or("-"),
        ]);
    }
    grid.trim_fmt()
}
