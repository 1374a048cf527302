//! Somebody with an ordinary XMPP client: the owner, support, a stranger.
//!
//! All that comes in is kept, so that a test can also say what did *not* come: first wait for
//! something that is sent later, then look.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_xmpp::jid::{BareJid, FullJid, Jid};
use tokio_xmpp::parsers::iq::Iq;
use tokio_xmpp::parsers::message::{Lang, Message, MessageType, Thread};
use tokio_xmpp::parsers::presence::{Presence, Type as PresenceType};
use tokio_xmpp::parsers::roster::Roster;
use tokio_xmpp::xmlstream::Timeouts;
use tokio_xmpp::{Client, Event, Stanza};

use super::connector::Connector;
use super::prosody::{DOMAIN, password};
use super::server::Server;
use super::until;

/// Where the program is logged in.
pub(crate) const HOST: &str = "host@hm.test";

/// The program's full address.
pub(crate) const RESOURCE: &str = "host@hm.test/hostmessenger";

/// What came in, and the way out.
pub(crate) struct Human {
    name: String,
    jid: FullJid,
    inbox: Arc<Inbox>,
    out: mpsc::UnboundedSender<Stanza>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Inbox {
    jid: Mutex<Option<FullJid>>,
    messages: Mutex<Vec<(SystemTime, Message)>>,
    answers: Mutex<Vec<Iq>>,
    presences: Mutex<Vec<Presence>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Human {
    /// Logs in, fetches the roster (Prosody tells about subscriptions only then) and is available.
    /// Accepts every subscription and asks for it in turn.
    pub(crate) async fn login(name: &str, server: &impl Server) -> Self {
        let human = Self::unseen(name, server).await;
        let roster = Roster {
            ver: None,
            items: Vec::new(),
        };
        human.send(Iq::from_get("roster", roster).into());
        human.send(Presence::available().into());
        // The server reflects our own presence: from here on we are reachable.
        human
            .sees("own presence", |presence| {
                presence.from.as_ref() == Some(&human.jid())
            })
            .await;
        human
    }

    /// Logs in and tells nobody: no message comes here.
    pub(crate) async fn unseen(name: &str, server: &impl Server) -> Self {
        let jid = BareJid::new(&format!("{name}@{DOMAIN}")).unwrap();
        let connector = Connector::new(server.direct_port(), &server.ca_file());
        let client =
            Client::new_with_connector(jid, password(name), connector, Timeouts::default());
        let (out, queue) = mpsc::unbounded_channel();
        let inbox = Arc::new(Inbox::default());
        let task = tokio::spawn(live(client, Arc::clone(&inbox), queue));
        let what = format!("{name} is logged in");
        let jid = until(&what, || locked(&inbox.jid).clone()).await;
        Self {
            name: name.into(),
            jid,
            inbox,
            out,
            task,
        }
    }

    /// The full address.
    pub(crate) fn jid(&self) -> Jid {
        self.jid.clone().into()
    }

    /// Sends anything.
    pub(crate) fn send(&self, stanza: Stanza) {
        self.out.send(stanza).unwrap();
    }

    /// Sends a chat message to the program and gives its thread.
    pub(crate) fn says(&self, body: &str) -> String {
        self.says_to(HOST, body)
    }

    /// A chat message to the program, with a thread that nobody else has.
    pub(crate) fn message(body: &str) -> (Message, String) {
        Self::message_to(HOST, body)
    }

    fn message_to(host: &str, body: &str) -> (Message, String) {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let thread = format!("thread-{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        let mut message = Message::new(Some(Jid::new(host).unwrap()));
        message.type_ = MessageType::Chat;
        message.bodies.insert(Lang::new(), body.to_owned());
        message.thread = Some(Thread {
            parent: None,
            id: thread.clone(),
        });
        (message, thread)
    }

    /// Sends a chat message to another host.
    pub(crate) fn says_to(&self, host: &str, body: &str) -> String {
        let (message, thread) = Self::message_to(host, body);
        self.send(message.into());
        thread
    }

    /// Sends a command and waits for the answer: to our full address, in the same thread, as chat.
    pub(crate) async fn asks(&self, command: &str) -> String {
        self.asks_of(HOST, command).await
    }

    /// The same to another host.
    pub(crate) async fn asks_of(&self, host: &str, command: &str) -> String {
        let thread = self.says_to(host, command);
        let what = format!("an answer to {command:?}");
        let answer = self
            .hears(&what, |message| thread_of(message) == Some(&thread))
            .await;
        assert_eq!(answer.type_, MessageType::Chat, "{answer:?}");
        assert_eq!(answer.to.as_ref(), Some(&self.jid()), "{answer:?}");
        body(&answer)
    }

    /// All messages so far.
    pub(crate) fn messages(&self) -> Vec<Message> {
        let messages = locked(&self.inbox.messages);
        messages
            .iter()
            .map(|(_, message)| message.clone())
            .collect()
    }

    /// Those after the first `mark`, with the times of their coming.
    pub(crate) fn messages_after(&self, mark: usize) -> Vec<(SystemTime, Message)> {
        let messages = locked(&self.inbox.messages);
        messages.get(mark..).unwrap_or_default().to_vec()
    }

    /// Sends a request to our own account and waits for the answer.
    pub(crate) async fn requests(&self, request: Iq) -> Iq {
        let id = request.id().to_owned();
        self.send(request.into());
        let what = format!("{} gets an answer to request {id}", self.name);
        until(&what, || {
            let answers = locked(&self.inbox.answers);
            answers.iter().find(|answer| answer.id() == id).cloned()
        })
        .await
    }

    /// The texts of all messages so far.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.messages().iter().map(body).collect()
    }

    /// Waits for a message that is as wanted.
    pub(crate) async fn hears(&self, what: &str, wanted: impl Fn(&Message) -> bool) -> Message {
        let what = format!("{} hears {what}", self.name);
        until(&what, || self.messages().into_iter().find(&wanted)).await
    }

    /// Waits for a message, or one line of it, that begins so.
    pub(crate) async fn hears_line(&self, begin: &str) -> Message {
        let what = format!("a line that begins with {begin:?}");
        let wanted = |message: &Message| body(message).lines().any(|line| line.starts_with(begin));
        self.hears(&what, wanted).await
    }

    /// How many lines heard so far begin so.
    pub(crate) fn lines_heard(&self, begin: &str) -> usize {
        let texts = self.texts();
        texts
            .iter()
            .flat_map(|text| text.lines())
            .filter(|line| line.starts_with(begin))
            .count()
    }

    /// Waits until the program is there for us, as the server tells: before that a command would
    /// wait on the server, and what waited is not obeyed. Only presences after the first `seen` count.
    pub(crate) async fn meets(&self, seen: usize) {
        self.meets_program(RESOURCE, seen).await;
    }

    /// The same for another program, by its full address.
    pub(crate) async fn meets_program(&self, address: &str, seen: usize) {
        let here = |presence: &Presence| {
            let from = presence.from.as_ref().map(ToString::to_string);
            presence.type_ == PresenceType::None && from.as_deref() == Some(address)
        };
        let what = format!("{} meets the program", self.name);
        until(&what, || {
            let presences = self.presences();
            presences[seen..].iter().any(here).then_some(())
        })
        .await;
    }

    /// All presences so far.
    pub(crate) fn presences(&self) -> Vec<Presence> {
        locked(&self.inbox.presences).clone()
    }

    /// Waits for a presence that is as wanted.
    pub(crate) async fn sees(&self, what: &str, wanted: impl Fn(&Presence) -> bool) -> Presence {
        let what = format!("{} sees {what}", self.name);
        until(&what, || self.presences().into_iter().find(&wanted)).await
    }
}

impl Drop for Human {
    fn drop(&mut self) {
        self.task.abort();
        if std::thread::panicking() {
            eprintln!(
                "--- what {} heard ---\n{}",
                self.name,
                self.texts().join("\n---\n")
            );
            eprintln!("--- what {} saw ---\n{:#?}", self.name, self.presences());
        }
    }
}

/// A message's text; empty where there is none.
pub(crate) fn body(message: &Message) -> String {
    message.bodies.values().next().cloned().unwrap_or_default()
}

fn thread_of(message: &Message) -> Option<&String> {
    message.thread.as_ref().map(|thread| &thread.id)
}

async fn live(mut client: Client, inbox: Arc<Inbox>, mut queue: mpsc::UnboundedReceiver<Stanza>) {
    loop {
        let answers = tokio::select! {
            event = client.next() => match event {
                Some(event) => take(event, &inbox),
                None => return,
            },
            stanza = queue.recv() => match stanza {
                Some(stanza) => vec![stanza],
                None => return,
            },
        };
        for stanza in answers {
            // Where the link is gone the test hears nothing and fails by its deadline.
            client.send_stanza(stanza).await.ok();
        }
    }
}

/// Keeps what came in; gives what is to be answered.
fn take(event: Event, inbox: &Inbox) -> Vec<Stanza> {
    match event {
        Event::Online { bound_jid, .. } => {
            *locked(&inbox.jid) = bound_jid.try_as_full().ok().cloned();
        }
        Event::Stanza(Stanza::Message(message)) => {
            locked(&inbox.messages).push((SystemTime::now(), message));
        }
        Event::Stanza(Stanza::Presence(presence)) => {
            let answers = subscription(&presence);
            locked(&inbox.presences).push(presence);
            return answers;
        }
        Event::Stanza(Stanza::Iq(iq)) => locked(&inbox.answers).push(iq),
        Event::Disconnected(_) => {}
    }
    Vec::new()
}

fn subscription(presence: &Presence) -> Vec<Stanza> {
    let Some(from) = &presence.from else {
        return Vec::new();
    };
    if presence.type_ != PresenceType::Subscribe {
        return Vec::new();
    }
    [PresenceType::Subscribed, PresenceType::Subscribe]
        .map(|answer| Presence::new(answer).with_to(from.to_bare()).into())
        .into()
}
