//! FTPS against scripted servers with certificates that are wrong in one way each.

use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use super::script::{Scripted, say, serve, serve_over, with_login};
use super::*;
use crate::testing::Authority;

async fn implicit(config: Arc<ServerConfig>) -> Scripted {
    let acceptor = TlsAcceptor::from(config);
    serve_over(with_login(&[]), async move |stream| {
        acceptor.accept(stream).await
    })
    .await
}

fn secure(port: u16, authority: &Authority) -> Ftp {
    let mut options = ftp(port);
    options.tls = FtpTls::Implicit;
    options.ca_file = Some(authority.file());
    options
}

#[tokio::test]
async fn a_good_certificate_of_ones_own_ca_is_trusted() {
    let authority = Authority::new();
    let server = implicit(authority.server("127.0.0.1", -1, 30)).await;
    let finding = run(&secure(server.port, &authority)).await;
    assert_eq!(told(&finding), "ok login: logged in: 230 welcome");
}

#[tokio::test]
async fn an_expired_certificate_is_a_failure_unless_it_is_not_verified() {
    let authority = Authority::new();
    let server = implicit(authority.server("127.0.0.1", -30, -1)).await;
    let finding = run(&secure(server.port, &authority)).await;
    assert_eq!(told(&finding), "failed tls: certificate expired");
    let server = implicit(authority.server("127.0.0.1", -30, -1)).await;
    let mut options = secure(server.port, &authority);
    options.verify_tls = false;
    assert_eq!(run(&options).await.verdict, Verdict::Ok);
}

#[tokio::test]
async fn a_certificate_of_another_host_is_a_failure() {
    let authority = Authority::new();
    let server = implicit(authority.server("ftp.example.org", -1, 30)).await;
    let finding = run(&secure(server.port, &authority)).await;
    assert_eq!(
        told(&finding),
        "failed tls: certificate is not for 127.0.0.1"
    );
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_a_failure() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = implicit(authority.server("127.0.0.1", -1, 30)).await;
    let finding = run(&secure(server.port, &other)).await;
    assert_eq!(
        told(&finding),
        "failed tls: certificate signed by an unknown authority"
    );
}

#[tokio::test]
async fn a_ca_file_that_is_missing_is_our_trouble_and_not_the_servers() {
    let authority = Authority::new();
    let mut options = secure(1, &authority);
    options.ca_file = Some("/no/such/ca.pem".into());
    let finding = run(&options).await;
    assert_eq!(finding.verdict, Verdict::Unknown, "{finding:?}");
}

#[tokio::test]
async fn a_server_without_tls_refuses_it_in_its_own_words() {
    let authority = Authority::new();
    let server = serve(with_login(&[("AUTH", say("502 no TLS here"))])).await;
    let mut options = secure(server.port, &authority);
    options.tls = FtpTls::Explicit;
    let finding = run(&options).await;
    assert_eq!(told(&finding), "failed tls: TLS refused: 502 no TLS here");
    assert!(!server.heard().iter().any(|line| line.starts_with("PASS")));
}

#[tokio::test]
async fn what_is_slipped_in_before_the_handshake_is_not_believed() {
    let authority = Authority::new();
    let server = serve(with_login(&[("AUTH", say("234 go\r\n230 welcome"))])).await;
    let mut options = secure(server.port, &authority);
    options.tls = FtpTls::Explicit;
    let finding = told(&run(&options).await);
    assert!(
        finding.starts_with("failed tls: unencrypted text between"),
        "{finding}"
    );
}

#[tokio::test]
async fn a_stall_in_the_handshake_leaves_its_phase_in_the_trace() {
    let authority = Authority::new();
    let server = serve(with_login(&[("AUTH", say("234 go"))])).await;
    let mut options = secure(server.port, &authority);
    options.tls = FtpTls::Explicit;
    // The scripted server takes the handshake for a command that it waits to see the end of.
    let (tools, trace) = (tools(), Trace::default());
    let check = check(&options, &tools, &trace);
    let wait = tokio::time::timeout(Duration::from_millis(300), check).await;
    assert!(wait.is_err() || wait.is_ok_and(|f| f.verdict == Verdict::Failed));
    assert_eq!(trace.reached().0, Some(Phase::Tls));
}
