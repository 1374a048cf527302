//! An administrator makes the account of a host, on both servers, by the servers' own commands.

use hostmessenger_actors::enrolment::{Administrator, OpenError, Session};
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{Account, AccountTls, HostPort};
use secrecy::{ExposeSecret, SecretString};
use tokio_xmpp::jid::BareJid;

use crate::peers::ejabberd::Ejabberd;
use crate::peers::prosody::{DOMAIN, password};
use crate::peers::server::{AnyServer, Server};
use crate::peers::{Home, Prosody};

mod accounts;
mod contacts;
mod ends;
mod registration;

/// The new account.
const NEW: &str = "web01@hm.test";

fn jid(text: &str) -> BareJid {
    BareJid::new(text).unwrap()
}

async fn prosody() -> AnyServer {
    let modules = ["smacks", "admin_adhoc", "vcard_legacy", "pep"];
    Prosody::administered(&modules, "").await.into()
}

async fn ejabberd() -> AnyServer {
    let modules = [
        "mod_adhoc: {}",
        "mod_configure: {}",
        "mod_vcard: {}",
        "mod_pubsub: {plugins: [flat, pep], force_node_config: {}}",
    ];
    Ejabberd::administered(&modules).await.into()
}

fn account(server: &AnyServer, who: &BareJid, password: SecretString) -> Account {
    Account {
        jid: who.clone(),
        password,
        server: Some(HostPort {
            host: "127.0.0.1".into(),
            port: server.port(),
        }),
        tls: AccountTls::StartTls,
        ca_file: Some(server.ca_file()),
        resource: "test".into(),
        allow_plain: false,
    }
}

async fn log_in(
    server: &AnyServer,
    who: &BareJid,
    password: SecretString,
) -> Result<Session, OpenError> {
    let tls = TlsStore::load().unwrap();
    Session::open(&account(server, who, password), &tls).await
}

/// One of the accounts that the server has from the start.
async fn administrator(server: &AnyServer, name: &str) -> Administrator {
    let who = jid(&format!("{name}@{DOMAIN}"));
    let session = log_in(server, &who, password(name).into()).await;
    Administrator::new(session.unwrap())
}

/// The program, as the account.
fn home(server: &AnyServer, secret: &SecretString, owner: &str) -> Home {
    Home::with(&format!(
        "account:
  jid: {NEW}
  password: \"{}\"
  server: 127.0.0.1:{}
  ca_file: {}
access: {{owner: {owner}@{DOMAIN}}}
",
        secret.expose_secret(),
        server.port(),
        server.ca_file().display()
    ))
}
