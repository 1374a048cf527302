//! Servers that fall silent: the deadline holds in every phase, and says how far it came.

use super::script::{PROCEED, STARTTLS};
use super::*;

const SOON: Duration = Duration::from_millis(600);

/// Logs in at a server that stays silent from this step on.
async fn silent_from(step: usize) -> LoginError {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    tokio::spawn(async move {
        let mut conn = plain(&listener).await;
        if step > 0 {
            conn.greet(STARTTLS).await;
            conn.until("</starttls>").await;
        }
        if step < 2 {
            return drop(conn.rest().await);
        }
        conn.say(PROCEED).await;
        if step == 2 {
            return drop(conn.rest().await);
        }
        let acceptor = tokio_rustls::TlsAcceptor::from(config);
        let io = acceptor.accept(conn.io).await.unwrap();
        let said = String::new();
        let mut conn = Conn { io, said };
        if step > 3 {
            conn.greet(&mechanisms(&["SCRAM-SHA-256"])).await;
        }
        if step > 4 {
            scram(&mut conn, true).await;
        }
        conn.rest().await;
    });
    match login(at, &authority).run(SOON).await {
        Ok(_) => panic!("logged in at step {step}"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left_in_every_phase() {
    for (step, phase) in [
        (0, "greeting"),
        (1, "greeting"),
        (2, "TLS handshake"),
        (3, "greeting"),
        (4, "login"),
        (5, "login"),
    ] {
        let error = silent_from(step).await.to_string();
        assert!(error.starts_with("no answer from 127.0.0.1:"), "{error}");
        assert!(error.ends_with(&format!("({phase})")), "{step}: {error}");
    }
}
