//! An account is made once, by an administrator, and by nobody else.

use hostmessenger_actors::enrolment::{AddedBy, CommandError, new_password};

use super::{NEW, administrator, ejabberd, jid, log_in, prosody};
use crate::peers::prosody::{BOSS, password};
use crate::peers::server::AnyServer;

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
