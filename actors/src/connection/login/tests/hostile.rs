//! Servers, and people in between, that are not what they say.

use super::script::{PROCEED, STARTTLS};
use super::*;

#[tokio::test]
async fn a_server_that_does_not_know_the_password_is_not_believed() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    tokio::spawn(async move {
        let mut conn = starttls(&listener, config).await.unwrap();
        conn.greet(&mechanisms(&["SCRAM-SHA-256"])).await;
        scram(&mut conn, false).await;
        conn.rest().await;
    });
    let error = refused(&login(at, &authority)).await;
    assert!(matches!(error, LoginError::NoProof { .. }), "{error}");
}

#[tokio::test]
async fn success_without_a_challenge_is_no_proof() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    tokio::spawn(async move {
        let mut conn = starttls(&listener, config).await.unwrap();
        conn.greet(&mechanisms(&["SCRAM-SHA-256"])).await;
        conn.until("</auth>").await;
        conn.say(&nonza("success", "v=AAAA")).await;
        conn.rest().await;
    });
    let error = refused(&login(at, &authority)).await;
    assert!(matches!(error, LoginError::NoProof { .. }), "{error}");
}

#[tokio::test]
async fn where_starttls_was_taken_out_nothing_more_is_said() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let server = tokio::spawn(async move {
        let mut conn = plain(&listener).await;
        conn.greet(&mechanisms(&["PLAIN", "SCRAM-SHA-1"])).await;
        conn.rest().await
    });
    let mut login = login(at, &authority);
    login.account.allow_plain = true;
    let error = refused(&login).await;
    assert!(matches!(error, LoginError::NoStartTls), "{error}");
    assert_eq!(server.await.unwrap(), "");
}

#[tokio::test]
async fn what_is_slipped_in_before_the_handshake_is_refused() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    tokio::spawn(async move {
        let mut conn = plain(&listener).await;
        conn.greet(STARTTLS).await;
        conn.until("</starttls>").await;
        conn.say(&format!("{PROCEED}<stream:features/>")).await;
        conn.rest().await;
    });
    let error = refused(&login(at, &authority)).await;
    assert!(
        error.to_string().contains("before the TLS handshake"),
        "{error}"
    );
}

#[tokio::test]
async fn a_certificate_must_be_for_the_domain_in_time_and_of_a_trusted_authority() {
    let other = Authority::new();
    for (name, from, until, trusted, why) in [
        (
            "other.test",
            -1,
            30,
            true,
            "certificate is not for xmpp.test",
        ),
        // Not even for the address that we connect to: it is the domain that counts.
        (
            "127.0.0.1",
            -1,
            30,
            true,
            "certificate is not for xmpp.test",
        ),
        (DOMAIN, -30, -1, true, "certificate expired"),
        (DOMAIN, -1, 30, false, "unknown authority"),
    ] {
        let authority = Authority::new();
        let (listener, at) = listen().await;
        let config = authority.server(name, from, until);
        let server = tokio::spawn(async move { starttls(&listener, config).await.is_err() });
        let trust = if trusted { &authority } else { &other };
        let error = refused(&login(at, trust)).await;
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(error.remedy(), Remedy::Retry);
        assert!(server.await.unwrap(), "the handshake went through");
    }
}

#[tokio::test]
async fn a_stream_error_is_told_by_its_name_and_a_conflict_waits_long() {
    for (condition, remedy) in [
        ("host-unknown", Remedy::Retry),
        ("conflict", Remedy::RetryAfter(error::AFTER_CONFLICT)),
    ] {
        let authority = Authority::new();
        let (listener, at) = listen().await;
        tokio::spawn(async move {
            let mut conn = plain(&listener).await;
            conn.until("<stream:stream").await;
            conn.say(&format!(
                "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
                 id='1' version='1.0'><stream:error><{condition} \
                 xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
            ))
            .await;
            conn.rest().await;
        });
        let error = refused(&login(at, &authority)).await;
        assert!(error.to_string().contains(condition), "{error}");
        assert_eq!(error.remedy(), remedy);
    }
}

#[tokio::test]
async fn something_that_is_not_xmpp_is_refused() {
    for answer in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "<html>",
        "\u{1b}[31m",
    ] {
        let authority = Authority::new();
        let (listener, at) = listen().await;
        tokio::spawn(async move {
            let mut conn = plain(&listener).await;
            conn.say(answer).await;
        });
        let error = refused(&login(at, &authority)).await;
        assert!(
            matches!(error, LoginError::Protocol(_)),
            "{answer}: {error}"
        );
    }
}
