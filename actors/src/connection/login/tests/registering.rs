//! In-band registration at servers that ask too much, or have us try twice.

use super::*;
use crate::connection::login::Registration;

const REGISTER: &str = "<register xmlns='http://jabber.org/features/iq-register'/>";

/// Answers a request with what is inside the query.
async fn answer<S: super::script::Io>(conn: &mut Conn<S>, inside: &str) {
    let request = conn.until("</iq>").await;
    let id = request.split_once(" id=").unwrap().1;
    let id = id[1..].split(['\'', '"']).next().unwrap();
    conn.say(&format!(
        "<iq type='result' id='{id}'><query xmlns='jabber:iq:register'>{inside}</query></iq>"
    ))
    .await;
}

fn registering(at: SocketAddr, authority: &Authority) -> Login {
    Login {
        register: Some(Registration::default()),
        ..login(at, authority)
    }
}

#[tokio::test]
async fn a_server_that_wants_to_know_more_is_told_nothing() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    let server = tokio::spawn(async move {
        let mut conn = starttls(&listener, config).await.unwrap();
        let features = mechanisms(&["SCRAM-SHA-256"]) + REGISTER;
        conn.greet(&features).await;
        answer(&mut conn, "<username/><password/><email/>").await;
        conn.rest().await
    });
    let login = registering(at, &authority);
    let error = refused(&login).await;
    assert!(
        error.to_string().ends_with("wants to know email"),
        "{error}"
    );
    assert!(!login.register.as_ref().unwrap().is_sent());
    drop(login);
    let rest = server.await.unwrap();
    assert!(!rest.contains(PASSWORD) && !rest.contains("<iq"), "{rest}");
}

#[tokio::test]
async fn a_server_that_does_not_offer_it_is_not_asked() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    let server = tokio::spawn(async move {
        let mut conn = starttls(&listener, config).await.unwrap();
        conn.greet(&mechanisms(&["SCRAM-SHA-256"])).await;
        conn.rest().await
    });
    let error = refused(&registering(at, &authority)).await;
    assert!(matches!(error, LoginError::NotRegistered { .. }), "{error}");
    let rest = server.await.unwrap();
    assert!(!rest.contains("<iq") && !rest.contains("<auth"), "{rest}");
}

#[tokio::test]
async fn what_was_registered_is_not_registered_again_by_the_second_try() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    let server = tokio::spawn(async move {
        let features = mechanisms(&["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]) + REGISTER;
        let mut conn = starttls(&listener, Arc::clone(&config)).await.unwrap();
        conn.greet(&features).await;
        answer(&mut conn, "<username/><password/>").await;
        answer(&mut conn, "").await;
        conn.until("</auth>").await;
        conn.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>")
            .await;
        let first = conn.said.clone();
        drop(conn);
        let mut conn = starttls(&listener, config).await.unwrap();
        conn.greet(&features).await;
        scram(&mut conn, true).await;
        bindable(&mut conn).await;
        (first, conn.said)
    });
    let login = registering(at, &authority);
    let logged_in = login.run(PLENTY).await;
    assert_eq!(logged_in.map(|l| l.mechanism).ok(), Some("SCRAM-SHA-256"));
    assert!(login.register.as_ref().unwrap().is_sent());
    let (first, second) = server.await.unwrap();
    assert!(
        first.contains(PASSWORD) && !second.contains("<iq"),
        "{second}"
    );
}
