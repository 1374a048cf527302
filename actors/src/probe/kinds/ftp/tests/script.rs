//! A scripted server: answers each command by the first line of its script that fits.

use super::*;

/// What becomes of a command.
#[derive(Clone)]
pub(super) enum Act {
    Say(String),
    /// No answer, ever.
    Stall,
    /// The connection is reset.
    Reset,
    /// Opens a data port and says so, in this form with `PORT`, or `P1` and `P2`, filled in.
    Open(String),
    /// Sends this listing over the data connection.
    List(String),
}

pub(super) fn say(text: &str) -> Act {
    Act::Say(format!("{text}\r\n"))
}

/// A server on loopback with what it heard.
pub(super) struct Scripted {
    pub(super) port: u16,
    pub(super) heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Lines that most scripts share; a script's own come first.
pub(super) fn with_login(own: &[(&'static str, Act)]) -> Vec<(&'static str, Act)> {
    let mut script = own.to_vec();
    script.extend([
        ("GREETING", say("220 ready")),
        ("USER", say("331 password?")),
        ("PASS", say("230 welcome")),
        ("TYPE", say("200 ok")),
        ("PBSZ", say("200 ok")),
        ("PROT", say("200 ok")),
        ("QUIT", say("221 bye")),
        ("", say("500 what?")),
    ]);
    script
}

/// Serves one session in the clear.
pub(super) async fn serve(script: Vec<(&'static str, Act)>) -> Scripted {
    serve_over(script, async |stream| Ok(stream)).await
}

/// Serves one session over what `wrap` makes of the connection.
pub(super) async fn serve_over<W, F, Fut>(script: Vec<(&'static str, Act)>, wrap: F) -> Scripted
where
    W: control::Wire + 'static,
    F: FnOnce(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = std::io::Result<W>> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        if let Some((_, Act::Reset)) = script.iter().find(|(verb, _)| *verb == "GREETING") {
            stream.set_zero_linger()?;
            return Ok(());
        }
        let mut session = ServedSession {
            wire: BufReader::new(Box::new(wrap(stream).await?)),
            data: None,
        };
        session.act("GREETING", &script).await?;
        loop {
            let mut line = String::new();
            if session.wire.read_line(&mut line).await? == 0 {
                return std::io::Result::Ok(());
            }
            log.lock().unwrap().push(line.trim_end().to_owned());
            session.act(&line, &script).await?;
        }
    });
    Scripted { port, heard }
}

struct ServedSession {
    wire: BufReader<Box<dyn control::Wire>>,
    data: Option<TcpListener>,
}

impl ServedSession {
    async fn act(&mut self, line: &str, script: &[(&'static str, Act)]) -> std::io::Result<()> {
        let act = script.iter().find(|(verb, _)| line.starts_with(verb));
        match act.map(|(_, act)| act.clone()) {
            None | Some(Act::Stall) => std::future::pending().await,
            // Closed with something unread, which makes the kernel send a reset.
            Some(Act::Reset) => Err(std::io::ErrorKind::ConnectionReset.into()),
            Some(Act::Say(text)) => self.wire.write_all(text.as_bytes()).await,
            Some(Act::Open(form)) => {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let port = listener.local_addr()?.port();
                let form = form
                    .replace("PORT", &port.to_string())
                    .replace("P1", &(port / 256).to_string())
                    .replace("P2", &(port % 256).to_string());
                self.data = Some(listener);
                self.wire.write_all(format!("{form}\r\n").as_bytes()).await
            }
            Some(Act::List(listing)) => {
                let listener = self.data.take().ok_or(std::io::ErrorKind::NotConnected)?;
                self.wire.write_all(b"150 here it comes\r\n").await?;
                let (mut data, _) = listener.accept().await?;
                data.write_all(listing.as_bytes()).await?;
                data.shutdown().await?;
                drop(data);
                self.wire.write_all(b"226 done\r\n").await
            }
        }
    }
}
