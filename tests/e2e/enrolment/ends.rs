//! An account is removed, shut out, locked.

use hostmessenger_actors::enrolment::{CommandError, new_password};

use super::{NEW, administrator, ejabberd, home, jid, log_in, prosody};
use crate::peers::prosody::{BOSS, DOMAIN};
use crate::peers::server::AnyServer;
use crate::peers::{Program, Prosody};

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
