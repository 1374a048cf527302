//! SRV records of a real name server (dnsmasq): a server that is down is passed over.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
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
    /// Starts it on a port that is free for both UDP and TCP. Between the look and the start somebody
    /// else may take it; then it ends at once, and another port is looked for.
    async fn start(records: &[String]) -> (Self, TokioResolver) {
        loop {
            let mut server = Self::on(free_port(), records);
            if let Some(resolver) = server.comes_up().await {
                return (server, resolver);
            }
        }
    }

    fn on(port: u16, records: &[String]) -> Self {
        let process = Command::new("dnsmasq")
            .args(["--keep-in-foreground", "--no-resolv", "--no-hosts"])
            .args(["--conf-file=/dev/null", "--pid-file=", "--user=root"])
            .args(["--bind-interfaces", "--listen-address=127.0.0.1"])
            .arg("--address=/up.test/127.0.0.1")
            .arg(format!("--port={port}"))
            .args(records)
            .stderr(Stdio::null())
            .spawn()
            .expect("dnsmasq is installed (tests/run does it)");
        Self { process, port }
    }

    /// A resolver that asks it, once it answers; `None` where it has ended.
    async fn comes_up(&mut self) -> Option<TokioResolver> {
        let begun = std::time::Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PLENTY, "the name server does not answer");
            // A new one each time: it would remember that there was no answer.
            let resolver = self.resolver();
            if resolver.lookup_ip("up.test.").await.is_ok() {
                return Some(resolver);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    fn resolver(&self) -> TokioResolver {
        let mut server = NameServerConfig::udp(Ipv4Addr::LOCALHOST.into());
        for connection in &mut server.connections {
            connection.port = self.port;
        }
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .build()
            .unwrap()
    }
}

/// Below the ports that the system hands out by itself, so that it stays free until it is used.
fn free_port() -> u16 {
    loop {
        let port = fastrand::u16(8_000..10_000);
        let udp = UdpSocket::bind(("127.0.0.1", port));
        if udp.is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.process.kill();
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
    let records = [record(dead_at.port(), 1), record(at.port(), 2)];
    let (_names, resolver) = NameServer::start(&records).await;
    let login = without_server(&authority, resolver);
    let logged_in = login.run(PLENTY).await.map_err(|error| error.to_string());
    assert_eq!(logged_in.map(|l| l.peer), Ok(at.to_string()));
    server.await.unwrap();
}

#[tokio::test]
async fn a_domain_that_says_it_has_no_service_is_believed() {
    let authority = Authority::new();
    let record = format!("--srv-host=_xmpp-client._tcp.{DOMAIN}");
    let (_names, resolver) = NameServer::start(&[record]).await;
    let login = without_server(&authority, resolver);
    let error = refused(&login).await;
    assert!(matches!(error, LoginError::NoService { .. }), "{error}");
}
