//! SRV records of a real name server (dnsmasq): a server that is down is passed over.

use std::net::{Ipv4Addr, UdpSocket};
use std::process::{Child, Command, Stdio};

use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;

use super::*;

/// A name server on a free port of loopback; ended with the test.
struct NameServer {
    process: Child,
    port: u16,
}

impl NameServer {
    fn start(records: &[String]) -> Self {
        let port = UdpSocket::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .unwrap()
            .port();
        let process = Command::new("dnsmasq")
            .args([
                "--keep-in-foreground",
                "--no-resolv",
                "--no-hosts",
                "--conf-file=/dev/null",
            ])
            .args([
                "--pid-file=",
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--user=root",
            ])
            .arg(format!("--port={port}"))
            .args(records)
            .stderr(Stdio::null())
            .spawn()
            .expect("dnsmasq is installed (tests/run does it)");
        Self { process, port }
    }

    async fn resolver(&self) -> TokioResolver {
        let mut server = NameServerConfig::udp(Ipv4Addr::LOCALHOST.into());
        for connection in &mut server.connections {
            connection.port = self.port;
        }
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .build()
            .unwrap();
        // It is up once it answers anything.
        let up = async {
            while resolver.lookup_ip("up.test.").await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PLENTY, up).await.unwrap();
        resolver
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn without_server(authority: &Authority, resolver: TokioResolver) -> Login {
    let mut login = login(([127, 0, 0, 1], 1).into(), authority);
    login.account.server = None;
    login.resolver = Some(Arc::new(resolver));
    login
}

#[tokio::test]
async fn a_dead_server_of_the_first_priority_is_followed_by_the_second() {
    let authority = Authority::new();
    let (dead, dead_at) = listen().await;
    drop(dead);
    let (listener, at) = listen().await;
    let config = certificate(&authority);
    let server = tokio::spawn(async move {
        let mut conn = starttls(&listener, config).await.unwrap();
        conn.greet(&mechanisms(&["SCRAM-SHA-256"])).await;
        scram(&mut conn, true).await;
        bindable(&mut conn).await;
    });
    let record = |port: u16, priority: u16| {
        format!("--srv-host=_xmpp-client._tcp.{DOMAIN},127.0.0.1,{port},{priority},0")
    };
    let names = NameServer::start(&[
        record(dead_at.port(), 1),
        record(at.port(), 2),
        "--address=/up.test/127.0.0.1".into(),
    ]);
    let login = without_server(&authority, names.resolver().await);
    let logged_in = login.run(PLENTY).await.map_err(|error| error.to_string());
    assert_eq!(logged_in.map(|l| l.peer), Ok(at.to_string()));
    server.await.unwrap();
}

#[tokio::test]
async fn a_domain_that_says_it_has_no_service_is_believed() {
    let authority = Authority::new();
    let names = NameServer::start(&[
        format!("--srv-host=_xmpp-client._tcp.{DOMAIN}"),
        "--address=/up.test/127.0.0.1".into(),
    ]);
    let login = without_server(&authority, names.resolver().await);
    let error = refused(&login).await;
    assert!(matches!(error, LoginError::NoService { .. }), "{error}");
}
