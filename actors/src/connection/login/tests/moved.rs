//! Servers that are elsewhere, names that cannot be looked up, addresses that are half there.

use super::*;

const ELSEWHERE: &str = "urn:ietf:params:xml:ns:xmpp-streams";

/// A stream error that sends us to that address.
fn see(other: SocketAddr) -> String {
    format!(
        "<stream:error><see-other-host xmlns='{ELSEWHERE}'>{other}</see-other-host></stream:error></stream:stream>"
    )
}

/// A server that takes one login.
async fn taking(listener: tokio::net::TcpListener, config: Arc<rustls::ServerConfig>) {
    let mut conn = starttls(&listener, config).await.unwrap();
    conn.greet(&mechanisms(&["SCRAM-SHA-256"])).await;
    scram(&mut conn, true).await;
    bindable(&mut conn).await;
    conn.rest().await;
}

#[tokio::test]
async fn a_redirection_within_tls_is_followed_by_the_next_login_and_only_by_that() {
    let authority = Authority::new();
    let (old, at) = listen().await;
    let (new, other) = listen().await;
    let config = certificate(&authority);
    tokio::spawn(taking(new, Arc::clone(&config)));
    tokio::spawn(async move {
        loop {
            let mut conn = starttls(&old, Arc::clone(&config)).await.unwrap();
            conn.until("<stream:stream").await;
            conn.until(">").await;
            conn.say(&format!("{}{}", script::HEADER, see(other))).await;
            conn.rest().await;
        }
    });
    let login = login(at, &authority);
    let error = refused(&login).await;
    assert!(matches!(&error, LoginError::SeeOtherHost { host } if *host == other.to_string()));
    assert_eq!(error.remedy(), Remedy::Retry);
    let logged_in = login.run(PLENTY).await.map(|logged_in| logged_in.peer);
    assert_eq!(logged_in.ok(), Some(other.to_string()));
    assert!(
        matches!(refused(&login).await, LoginError::SeeOtherHost { .. }),
        "back at the old one"
    );
}

#[tokio::test]
async fn a_redirection_from_who_has_not_proved_who_he_is_is_not_followed() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let (_nobody, other) = listen().await;
    tokio::spawn(async move {
        loop {
            let mut conn = plain(&listener).await;
            conn.until("<stream:stream").await;
            conn.until(">").await;
            conn.say(&format!("{}{}", script::HEADER, see(other))).await;
            conn.rest().await;
        }
    });
    let login = login(at, &authority);
    for _ in 0..2 {
        let error = refused(&login).await;
        assert!(matches!(error, LoginError::Stream(_)), "{error}");
    }
    assert_eq!(login.memory.take_elsewhere(), None);
}

#[tokio::test]
async fn where_names_cannot_be_looked_up_the_last_address_that_worked_is_tried() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    tokio::spawn(taking(listener, certificate(&authority)));
    let mut login = login(at, &authority);
    // A name that no name server is ever asked for.
    login.account.server = Some(HostPort {
        host: "not a name".into(),
        port: 5222,
    });
    let error = refused(&login).await;
    assert!(error.to_string().contains("cannot be resolved"), "{error}");
    login.memory.worked(at);
    let logged_in = login.run(PLENTY).await.map(|logged_in| logged_in.peer);
    assert_eq!(logged_in.ok(), Some(at.to_string()));
}

#[tokio::test]
async fn an_address_that_takes_the_connection_and_says_nothing_comes_last_at_the_next_login() {
    let authority = Authority::new();
    let (mute, at) = listen().await;
    let login = login(at, &authority);
    let error = login.run(Duration::from_secs(2)).await.err().unwrap();
    assert!(matches!(error, LoginError::TimedOut { .. }), "{error}");
    let well: SocketAddr = "127.0.0.2:5222".parse().unwrap();
    assert_eq!(login.memory.order(vec![at, well]), [well, at]);
    drop(mute);
}
