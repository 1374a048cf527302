//! Where the server has no command for it.

use hostmessenger_actors::enrolment::{AddedBy, CommandError, new_password};

use super::{NEW, administrator, jid, log_in};
use crate::peers::Prosody;
use crate::peers::prosody::BOSS;
use crate::peers::server::AnyServer;

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
