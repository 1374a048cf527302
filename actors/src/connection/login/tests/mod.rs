//! Logins against a scripted server. Those against real ones are in the end-to-end tests.

use std::net::SocketAddr;

use hostmessenger_config::HostPort;
use xmpp_parsers::jid::BareJid;

use super::*;
use crate::testing::Authority;

mod hostile;
mod moved;
mod mute;
mod registering;
mod script;
#[cfg(unix)] // dnsmasq
mod srv_records;

use script::{
    Conn, DOMAIN, PASSWORD, bindable, listen, mechanisms, plain, sasl as nonza, scram, scram_from,
    starttls,
};

/// Long enough for anything here, short enough for a person.
const PLENTY: Duration = Duration::from_secs(20);

fn login(at: SocketAddr, authority: &Authority) -> Login {
    Login {
        account: Account {
            jid: BareJid::new(&format!("web01@{DOMAIN}")).unwrap(),
            password: PASSWORD.into(),
            server: Some(HostPort {
                host: at.ip().to_string(),
                port: at.port(),
            }),
            tls: AccountTls::StartTls,
            ca_file: Some(authority.file()),
            resource: "hostmessenger".into(),
            allow_plain: false,
        },
        tls: TlsStore::load().unwrap(),
        resolver: None,
        memory: LoginMemory::default(),
        register: None,
    }
}

fn certificate(authority: &Authority) -> Arc<rustls::ServerConfig> {
    authority.server(DOMAIN, -1, 30)
}

async fn refused(login: &Login) -> LoginError {
    match login.run(PLENTY).await {
        Ok(logged_in) => panic!("logged in by {}", logged_in.mechanism),
        Err(error) => error,
    }
}

#[tokio::test]
async fn scram_plus_is_bound_to_the_very_channel() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    let server = tokio::spawn(async move {
        let mut conn = starttls(&listener, config).await.unwrap();
        let names = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"];
        conn.greet(&mechanisms(&names)).await;
        let bound = scram(&mut conn, true).await;
        bindable(&mut conn).await;
        let (_, tls) = conn.io.get_ref();
        let exported = tls
            .export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None)
            .unwrap();
        (bound, exported, conn.said)
    });
    let logged_in = login(at, &authority).run(PLENTY).await;
    assert_eq!(
        logged_in.map(|l| l.mechanism).ok(),
        Some("SCRAM-SHA-256-PLUS")
    );
    let (bound, exported, said) = server.await.unwrap();
    assert_eq!(bound, exported);
    assert!(said.contains("to='xmpp.test'"), "{said}");
}

/// The server's side of one login, at a server that means another kind of binding.
async fn refusing_plus(
    listener: &tokio::net::TcpListener,
    config: Arc<rustls::ServerConfig>,
) -> bool {
    let mut conn = starttls(listener, config).await.unwrap();
    conn.greet(&mechanisms(&["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]))
        .await;
    let said = conn.until("mechanism=").await + &conn.until("</auth>").await;
    if said.contains("-PLUS") {
        conn.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>")
            .await;
        return true;
    }
    scram_from(&mut conn, said, true).await;
    bindable(&mut conn).await;
    false
}

#[tokio::test]
async fn a_server_that_means_another_binding_is_logged_in_to_without_and_remembered() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    let server = tokio::spawn(async move {
        let mut bound = Vec::new();
        for _ in 0..3 {
            bound.push(refusing_plus(&listener, Arc::clone(&config)).await);
        }
        bound
    });
    let login = login(at, &authority);
    for _ in 0..2 {
        let logged_in = login.run(PLENTY).await.map(|l| l.mechanism);
        assert_eq!(logged_in.ok(), Some("SCRAM-SHA-256"));
    }
    assert_eq!(server.await.unwrap(), [true, false, false]);
}

#[tokio::test]
async fn direct_tls_names_its_protocol_and_needs_no_starttls() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    let mut config = rustls::ServerConfig::clone(&certificate(&authority));
    config.alpn_protocols = vec![b"xmpp-client".to_vec()];
    let server = tokio::spawn(async move {
        let tcp = plain(&listener).await.io;
        let io = tokio_rustls::TlsAcceptor::from(Arc::new(config))
            .accept(tcp)
            .await
            .unwrap();
        let said = String::new();
        let mut conn = Conn { io, said };
        conn.greet(&mechanisms(&["SCRAM-SHA-256"])).await;
        scram(&mut conn, true).await;
        bindable(&mut conn).await;
        conn.io.get_ref().1.alpn_protocol().map(<[u8]>::to_vec)
    });
    let mut login = login(at, &authority);
    login.account.tls = AccountTls::Direct;
    assert!(login.run(PLENTY).await.is_ok());
    assert_eq!(server.await.unwrap().as_deref(), Some(&b"xmpp-client"[..]));
}

#[tokio::test]
async fn without_tls_scram_is_used_and_only_on_this_machine() {
    let authority = Authority::new();
    let (listener, at) = listen().await;
    tokio::spawn(async move {
        let mut conn = plain(&listener).await;
        conn.greet(&mechanisms(&["SCRAM-SHA-256", "PLAIN"])).await;
        scram(&mut conn, true).await;
        bindable(&mut conn).await;
        conn.rest().await;
    });
    let mut login = login(at, &authority);
    login.account.tls = AccountTls::None;
    let logged_in = login.run(PLENTY).await;
    assert_eq!(logged_in.map(|l| l.mechanism).ok(), Some("SCRAM-SHA-256"));
}

#[tokio::test]
async fn plain_is_sent_only_where_the_owner_said_so() {
    for allowed in [false, true] {
        let authority = Authority::new();
        let (listener, at) = listen().await;
        let config = certificate(&authority);
        let server = tokio::spawn(async move {
            let mut conn = starttls(&listener, config).await.unwrap();
            conn.greet(&mechanisms(&["PLAIN"])).await;
            if allowed {
                conn.until("</auth>").await;
                conn.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
                    .await;
                bindable(&mut conn).await;
            }
            conn.rest().await
        });
        let mut login = login(at, &authority);
        login.account.allow_plain = allowed;
        let result = login.run(PLENTY).await.map(|l| l.mechanism);
        match result {
            Ok(mechanism) => assert!(allowed && mechanism == "PLAIN"),
            Err(error) => {
                assert!(
                    matches!(error, LoginError::NoMechanism { plain: true, .. }),
                    "{error}"
                );
                assert!(!allowed);
                assert_eq!(server.await.unwrap(), "", "nothing more was said");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_for_a_person_to_mend_and_a_busy_server_is_not() {
    for (condition, remedy) in [
        ("not-authorized", Remedy::GiveUp),
        ("temporary-auth-failure", Remedy::Retry),
    ] {
        let authority = Authority::new();
        let (listener, at) = listen().await;
        let config = certificate(&authority);
        tokio::spawn(async move {
            let mut conn = starttls(&listener, config).await.unwrap();
            conn.greet(&mechanisms(&["SCRAM-SHA-1"])).await;
            conn.until("</auth>").await;
            conn.say(&format!(
                "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{condition}/></failure>"
            ))
            .await;
            conn.rest().await;
        });
        let error = refused(&login(at, &authority)).await;
        assert_eq!(error.remedy(), remedy, "{error}");
        assert!(error.to_string().contains(condition), "{error}");
        assert!(!error.to_string().contains(PASSWORD));
    }
}
