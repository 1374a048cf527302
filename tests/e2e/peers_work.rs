//! The peers themselves: a test that nothing can fail would prove nothing.

use crate::peers::human::body;
use crate::peers::prosody::DOMAIN;
use crate::peers::{Human, Prosody, Proxy, Xvfb};
use tokio_xmpp::jid::Jid;

#[tokio::test]
async fn two_humans_hear_each_other() {
    let prosody = Prosody::start().await;
    let owner = Human::login("owner", &prosody).await;
    let support = Human::login("support", &prosody).await;
    let (mut message, _) = Human::message("hello");
    message.to = Some(Jid::new(&format!("owner@{DOMAIN}")).unwrap());
    support.send(message.into());
    let heard = owner
        .hears("hello", |message| body(message) == "hello")
        .await;
    assert_eq!(heard.from, Some(support.jid()));
    assert!(support.messages().is_empty());
}

#[tokio::test]
async fn the_line_can_be_cut_and_mended() {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;
    let prosody = Prosody::start().await;
    let proxy = Proxy::before(prosody.port).await;
    let connect = || TcpStream::connect(("127.0.0.1", proxy.port));
    let mut line = connect().await.unwrap();
    crate::peers::until("it is taken", || (proxy.taken() == 1).then_some(())).await;
    proxy.refuse();
    assert!(!matches!(line.read(&mut [0; 1]).await, Ok(1..)));
    assert!(!matches!(
        connect().await.unwrap().read(&mut [0; 1]).await,
        Ok(1..)
    ));
}

#[tokio::test]
async fn a_screen_takes_clients_with_its_cookie() {
    let screen = Xvfb::start().await;
    let mut xdpyinfo = std::process::Command::new(crate::peers::guard::which("xdpyinfo"));
    xdpyinfo
        .env("DISPLAY", &screen.display)
        .env("XAUTHORITY", &screen.xauthority);
    let told = xdpyinfo.output().unwrap();
    assert!(
        String::from_utf8_lossy(&told.stdout).contains("800x600"),
        "{told:?}"
    );
}
