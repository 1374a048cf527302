//! An administrator makes the account of a host, on both servers, by the servers' own commands.

use hostmessenger_actors::enrolment::{
    AddedBy, Administrator, CommandError, OpenError, Session, new_password,
};
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{Account, AccountTls, HostPort};
use secrecy::SecretString;
use tokio_xmpp::jid::BareJid;

use crate::peers::Prosody;
use crate::peers::ejabberd::Ejabberd;
use crate::peers::prosody::{BOSS, DOMAIN, password};
use crate::peers::server::{AnyServer, Server};

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

async fn an_account_is_made(server: AnyServer) {
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    let refused = log_in(&server, &new, secret.clone()).await;
    assert!(refused.err().unwrap().is_wrong_password());
    assert_eq!(boss.add(&new, &secret).await.unwrap(), AddedBy::Command);
    let session = log_in(&server, &new, secret.clone()).await.unwrap();
    assert_eq!(session.jid().to_bare(), new);
    // Again: it exists, and its password is what it was.
    let other = new_password().unwrap();
    let error = boss.add(&new, &other).await.unwrap_err();
    assert_eq!(error, CommandError::Exists { jid: new.clone() });
    assert!(log_in(&server, &new, other).await.is_err());
    log_in(&server, &new, secret.clone()).await.unwrap();
    // Gone again.
    boss.remove(&new).await.unwrap();
    let refused = log_in(&server, &new, secret).await;
    assert!(refused.err().unwrap().is_wrong_password());
}

#[tokio::test]
async fn an_account_is_made_once_on_prosody() {
    an_account_is_made(prosody().await).await;
}

#[tokio::test]
async fn an_account_is_made_once_on_ejabberd() {
    an_account_is_made(ejabberd().await).await;
}
