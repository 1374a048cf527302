//! An administrator makes the account of a host, on both servers, by the servers' own commands.

use hostmessenger_actors::enrolment::{
    AddedBy, Administrator, CommandError, Host, Introduced, NewAccount, OpenError, Session,
    acquaint, new_password,
};
use hostmessenger_actors::tls::TlsStore;
use hostmessenger_config::{Account, AccountTls, HostPort};
use secrecy::{ExposeSecret, SecretString};
use tokio_xmpp::jid::BareJid;
use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::roster::{Roster, Subscription};

use crate::peers::ejabberd::Ejabberd;
use crate::peers::prosody::{BOSS, DOMAIN, password};
use crate::peers::server::{AnyServer, Server};
use crate::peers::{Home, Human, Program, Prosody};

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

/// What the server itself says of an account's contact.
async fn subscription(human: &Human, contact: &str) -> Option<Subscription> {
    let (ver, items) = (None, Vec::new());
    let id = format!("roster-{}", fastrand::u64(..));
    let answer = human.requests(Iq::from_get(id, Roster { ver, items }));
    let Iq::Result { payload, .. } = answer.await else {
        panic!("no roster");
    };
    let roster = Roster::try_from(payload.unwrap()).unwrap();
    let mut items = roster.items.into_iter();
    let item = items.find(|item| item.jid.as_str() == contact)?;
    Some(item.subscription)
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

async fn an_account_is_made_once(server: AnyServer) {
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
    log_in(&server, &new, secret).await.unwrap();
}

#[tokio::test]
async fn an_account_is_made_once_on_prosody() {
    an_account_is_made_once(prosody().await).await;
}

#[tokio::test]
async fn an_account_is_made_once_on_ejabberd() {
    an_account_is_made_once(ejabberd().await).await;
}

/// The owner is the administrator, and online with a client of his own that clicks nothing.
async fn owner_and_host_see_each_other(server: AnyServer) {
    let watching = Human::unseen(BOSS, &server).await;
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    boss.add(&new, &secret).await.unwrap();
    let session = log_in(&server, &new, secret.clone()).await.unwrap();
    let mut host = NewAccount::new(session);
    let owner = jid(&format!("{BOSS}@{DOMAIN}"));
    let all = Introduced {
        vcard: true,
        nickname: true,
    };
    assert_eq!(host.introduce(&owner, "Web 1").await.unwrap(), all);
    acquaint(&mut boss, &mut host, "Web 1", "Boss")
        .await
        .unwrap();
    host.close().await;
    let of_boss = subscription(&watching, NEW).await;
    assert_eq!(of_boss, Some(Subscription::Both));
    // Once more changes nothing.
    boss.befriend(&new, "Web 1").await.unwrap();
    let mut listed = Host {
        jid: new.clone(),
        name: "Web 1".into(),
        visible: true,
        online: false,
        version: None,
    };
    assert_eq!(boss.hosts().await.unwrap(), [listed.clone()]);
    let home = home(&server, &secret, BOSS);
    let program = Program::start(&home);
    program.logs("connected").await;
    listed.online = true;
    listed.version = Some(format!("HostMessenger {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(boss.hosts().await.unwrap(), [listed]);
    boss.forget(&new).await.unwrap();
    assert_eq!(boss.hosts().await.unwrap(), []);
    boss.forget(&new).await.unwrap();
    assert_eq!(subscription(&watching, NEW).await, None);
}

#[tokio::test]
async fn owner_and_host_see_each_other_without_a_click_on_prosody() {
    owner_and_host_see_each_other(prosody().await).await;
}

#[tokio::test]
async fn owner_and_host_see_each_other_without_a_click_on_ejabberd() {
    owner_and_host_see_each_other(ejabberd().await).await;
}

/// The owner is somebody else: the administrator cannot speak for him, so he is asked.
async fn another_owner_is_asked(server: AnyServer) {
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    boss.add(&new, &secret).await.unwrap();
    let session = log_in(&server, &new, secret.clone()).await.unwrap();
    let mut host = NewAccount::new(session);
    host.introduce(&jid("owner@hm.test"), "Web 1")
        .await
        .unwrap();
    host.close().await;
    // This one says yes to everything.
    let owner = Human::login("owner", &server).await;
    let home = home(&server, &secret, "owner");
    let program = Program::start(&home);
    program.logs("connected").await;
    owner
        .sees("the host", |presence| {
            let from = presence.from.as_ref().map(ToString::to_string);
            from.as_deref() == Some("web01@hm.test/hostmessenger")
        })
        .await;
    assert_eq!(subscription(&owner, NEW).await, Some(Subscription::Both));
    assert_eq!(boss.hosts().await.unwrap(), []);
}

#[tokio::test]
async fn another_owner_is_asked_on_prosody() {
    another_owner_is_asked(prosody().await).await;
}

#[tokio::test]
async fn another_owner_is_asked_on_ejabberd() {
    another_owner_is_asked(ejabberd().await).await;
}

async fn who_is_no_administrator_is_refused(server: AnyServer) {
    let mut owner = administrator(&server, "owner").await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    let support = jid("support@hm.test");
    for error in [
        owner.add(&new, &secret).await.unwrap_err(),
        owner.remove(&support).await.unwrap_err(),
        owner.change_password(&support, &secret).await.unwrap_err(),
        owner.end_sessions(&support).await.unwrap_err(),
    ] {
        let CommandError::NotAdministrator { who, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(who.as_str(), "owner@hm.test");
    }
    assert!(log_in(&server, &new, secret).await.is_err());
    let still = log_in(&server, &support, password("support").into()).await;
    still.unwrap();
}

#[tokio::test]
async fn who_is_no_administrator_is_refused_by_prosody() {
    who_is_no_administrator_is_refused(prosody().await).await;
}

#[tokio::test]
async fn who_is_no_administrator_is_refused_by_ejabberd() {
    who_is_no_administrator_is_refused(ejabberd().await).await;
}

async fn a_removed_account_is_gone(server: AnyServer) {
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    boss.add(&new, &secret).await.unwrap();
    let home = home(&server, &secret, BOSS);
    let program = Program::start(&home);
    program.logs("connected").await;
    boss.remove(&new).await.unwrap();
    program.logs("disconnected").await;
    let refused = log_in(&server, &new, secret).await;
    assert!(refused.err().unwrap().is_wrong_password());
    let again = boss.remove(&new).await;
    let none = CommandError::NoSuchAccount { jid: new };
    assert_eq!(again, Err(none));
}

#[tokio::test]
async fn a_removed_account_loses_its_sessions_and_its_password_on_prosody() {
    a_removed_account_is_gone(prosody().await).await;
}

#[tokio::test]
async fn a_removed_account_loses_its_sessions_and_its_password_on_ejabberd() {
    a_removed_account_is_gone(ejabberd().await).await;
}

/// Neither of the two can lock; another password and the end of its sessions do the same.
async fn an_account_is_shut_out(server: AnyServer, by_hand: [&str; 2]) {
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    boss.add(&new, &secret).await.unwrap();
    let locked = boss.lock(&new).await.unwrap_err();
    let unlocked = boss.unlock(&new).await.unwrap_err();
    for (error, line) in [locked, unlocked].into_iter().zip(by_hand) {
        let CommandError::NoCommand {
            administrator,
            by_hand,
            ..
        } = error
        else {
            panic!("{error}");
        };
        assert!(administrator);
        assert_eq!(by_hand, line);
    }
    let home = home(&server, &secret, BOSS);
    let program = Program::start(&home);
    program.logs("connected").await;
    let other = new_password().unwrap();
    boss.change_password(&new, &other).await.unwrap();
    boss.end_sessions(&new).await.unwrap();
    program.logs("disconnected").await;
    assert!(log_in(&server, &new, secret).await.is_err());
    log_in(&server, &new, other.clone()).await.unwrap();
    // What may not be touched.
    let own = jid(&format!("{BOSS}@{DOMAIN}"));
    let error = boss.remove(&own).await.unwrap_err();
    assert_eq!(error, CommandError::Own { jid: own });
    let error = boss.add(&jid("web01@example.org"), &other).await;
    assert!(matches!(error, Err(CommandError::NotThisDomain { .. })));
    let nobody = jid("nobody@hm.test");
    let error = boss.change_password(&nobody, &other).await.unwrap_err();
    assert!(
        matches!(
            error,
            CommandError::NoSuchAccount { .. } | CommandError::Refused { .. }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn an_account_is_shut_out_by_another_password_on_prosody() {
    let by_hand = [
        "prosodyctl shell user disable web01@hm.test",
        "prosodyctl shell user enable web01@hm.test",
    ];
    an_account_is_shut_out(prosody().await, by_hand).await;
}

#[tokio::test]
async fn an_account_is_shut_out_by_another_password_on_ejabberd() {
    let by_hand = [
        "ejabberdctl ban_account web01 hm.test locked",
        "ejabberdctl unban_account web01 hm.test",
    ];
    an_account_is_shut_out(ejabberd().await, by_hand).await;
}

/// Without `admin_adhoc`; `announce` brings another command of an administrator's.
async fn registering() -> AnyServer {
    let modules = ["announce", "register_ibr"];
    let more = "  allow_registration = true\n";
    Prosody::administered(&modules, more).await.into()
}

#[tokio::test]
async fn where_there_is_no_command_an_administrator_registers_the_account() {
    let server = registering().await;
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    assert_eq!(boss.add(&new, &secret).await, Ok(AddedBy::Registration));
    log_in(&server, &new, secret.clone()).await.unwrap();
    let other = new_password().unwrap();
    let error = boss.add(&new, &other).await.unwrap_err();
    assert_eq!(error, CommandError::Exists { jid: new.clone() });
    log_in(&server, &new, secret).await.unwrap();
}

#[tokio::test]
async fn where_there_is_no_command_nobody_else_registers_one() {
    let server = registering().await;
    let mut owner = administrator(&server, "owner").await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    let error = owner.add(&new, &secret).await.unwrap_err();
    let CommandError::NoCommand { administrator, .. } = &error else {
        panic!("{error}");
    };
    assert!(!administrator);
    let said = error.to_string();
    assert!(said.contains("is no administrator there"), "{said}");
    assert!(said.ends_with("prosodyctl adduser web01@hm.test"), "{said}");
    assert!(log_in(&server, &new, secret).await.is_err());
}

#[tokio::test]
async fn where_there_is_neither_the_error_says_what_to_type() {
    let server = Prosody::administered(&["announce"], "").await.into();
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    let error = boss.add(&new, &secret).await.unwrap_err();
    assert!(!error.is_uncertain());
    let said = error.to_string();
    assert!(said.contains("does not offer it"), "{said}");
    assert!(said.ends_with("prosodyctl adduser web01@hm.test"), "{said}");
}

/// What neither of the two can is there as a module of the test's own, with a lock that holds.
#[tokio::test]
async fn a_locked_account_is_out_until_it_is_unlocked() {
    let server = Prosody::administered(&["admin_adhoc", "test_lock"], "").await;
    let server = AnyServer::from(server);
    let mut boss = administrator(&server, BOSS).await;
    let (new, secret) = (jid(NEW), new_password().unwrap());
    boss.add(&new, &secret).await.unwrap();
    let home = home(&server, &secret, BOSS);
    let program = Program::start(&home);
    program.logs("connected").await;
    boss.lock(&new).await.unwrap();
    program.logs("disconnected").await;
    let refused = log_in(&server, &new, secret.clone()).await;
    assert!(refused.err().unwrap().is_wrong_password());
    boss.unlock(&new).await.unwrap();
    log_in(&server, &new, secret).await.unwrap();
    let mut owner = administrator(&server, "owner").await;
    let error = owner.lock(&new).await.unwrap_err();
    assert!(
        matches!(error, CommandError::NotAdministrator { .. }),
        "{error}"
    );
}
