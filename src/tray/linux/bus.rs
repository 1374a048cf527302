//! The session bus: one way each to call, to answer and to tell (D-Bus specification, "Message
//! Protocol").

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use hostmessenger_actors::supervision::aside;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use zvariant::Value;

use super::draft::Draft;
use super::message::{Kind, Message, Text};
use super::values::text;
use super::wire;

/// No desktop takes longer that is there at all.
const PATIENCE: Duration = Duration::from_secs(5);
/// Messages that wait to be written.
const AT_ONCE: usize = 64;
const HUNG_UP: &str = "the bus hung up";

/// Somebody's object, with the interface of it that we use.
pub(super) struct Object {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) interface: &'static str,
}

/// The bus itself ("Message Bus Specification").
pub(super) const BUS: Object = Object {
    name: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
};

/// What becomes of a call.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    /// It is done; this is the answer.
    Done(Vec<Value<'static>>),
    /// It is not.
    Refused(Refusal),
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Object,
    Interface,
    Method,
    Arguments,
    Property,
    ReadOnly,
}

impl Refusal {
    /// The name that all know it by.
    fn name(self) -> &'static str {
        match self {
            Self::Object => "org.freedesktop.DBus.Error.UnknownObject",
            Self::Interface => "org.freedesktop.DBus.Error.UnknownInterface",
            Self::Method => "org.freedesktop.DBus.Error.UnknownMethod",
            Self::Arguments => "org.freedesktop.DBus.Error.InvalidArgs",
            Self::Property => "org.freedesktop.DBus.Error.UnknownProperty",
            Self::ReadOnly => "org.freedesktop.DBus.Error.PropertyReadOnly",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Object => "no such object",
            Self::Interface => "no such interface",
            Self::Method => "no such method",
            Self::Arguments => "not what this method takes",
            Self::Property => "no such property",
            Self::ReadOnly => "this property is not to be set",
        }
    }
}

/// Those who wait for an answer, by the number of their call; none when the line has ended.
type Waiting = Option<HashMap<u32, oneshot::Sender<Message>>>;

/// A line to the bus; clones are the same one.
#[derive(Clone)]
pub(super) struct Bus {
    waiting: Rc<RefCell<Waiting>>,
    /// To who writes: a message that is called off half-written would be the last one.
    out: mpsc::Sender<Vec<u8>>,
    /// Of the last message.
    number: Rc<Cell<u32>>,
}

/// What comes from the bus.
pub(super) type Messages = BoxStream<'static, Message>;

impl Bus {
    /// Connects and says hello. Answers come only while somebody reads the messages and passes them to
    /// [`Bus::answered`].
    pub(super) async fn connect() -> Result<(Self, Messages), String> {
        let (read, write) = within(wire::connect()).await?;
        let messages = stream::unfold(read, |mut read| async {
            match wire::read(&mut read).await {
                Ok(message) => Some((message, read)),
                Err(error) => {
                    tracing::debug!(%error, "line to the bus ended");
                    None
                }
            }
        });
        let mut messages = messages.boxed();
        let (out, to_write) = mpsc::channel(AT_ONCE);
        aside(wire::write(write, to_write));
        let bus = Self {
            waiting: Rc::new(RefCell::new(Some(HashMap::new()))),
            out,
            number: Rc::default(),
        };
        let reading = async {
            while let Some(message) = messages.next().await {
                bus.answered(message);
            }
        };
        tokio::select! {
            hello = bus.ask("Hello", Vec::new()) => { hello?; }
            () = reading => return Err(HUNG_UP.to_owned()),
        }
        Ok((bus, messages))
    }

    /// Calls a method.
    pub(super) async fn call(
        &self,
        object: &Object,
        member: &'static str,
        arguments: Vec<Value<'static>>,
    ) -> Result<Message, String> {
        let (answer, answered) = oneshot::channel();
        let (number, draft) = (self.number(), Draft::call(object, member, arguments));
        if let Some(waiting) = &mut *self.waiting.borrow_mut() {
            // Those whom the patience left.
            waiting.retain(|_, other| !other.is_closed());
            waiting.insert(number, answer);
        }
        let answered = async {
            self.send(number, draft).await?;
            answered.await.map_err(|_| HUNG_UP.to_owned())
        };
        let answer = within(answered).await?;
        match answer.kind {
            Kind::Error => Err(error(&answer)),
            _ => Ok(answer),
        }
    }

    /// Calls one of the bus's own.
    pub(super) async fn ask(
        &self,
        member: &'static str,
        arguments: Vec<Value<'static>>,
    ) -> Result<Message, String> {
        self.call(&BUS, member, arguments).await
    }

    /// Asks the bus to say who has this name, whenever that changes.
    pub(super) async fn watch(&self, name: &str) -> Result<(), String> {
        let rule = format!(
            "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{name}'"
        );
        self.ask("AddMatch", vec![text(rule)]).await.map(|_| ())
    }

    /// Gives an answer to whoever waits for it.
    pub(super) fn answered(&self, answer: Message) {
        let mut waiting = self.waiting.borrow_mut();
        let waits = answer
            .answers
            .zip(waiting.as_mut())
            .and_then(|(number, all)| all.remove(&number));
        if let Some(waits) = waits {
            let _impatient = waits.send(answer);
        }
    }

    /// Nothing comes any more.
    pub(super) fn ended(&self) {
        *self.waiting.borrow_mut() = None;
    }

    /// Answers a call, where an answer is wanted.
    pub(super) async fn answer(&self, call: &Message, reply: Reply) -> Result<(), String> {
        if !call.wants_answer {
            return Ok(());
        }
        let draft = match reply {
            Reply::Done(values) => Draft::answer(call, None, values),
            Reply::Refused(why) => Draft::answer(call, Some(why.name()), vec![text(why.text())]),
        };
        self.send(self.number(), draft).await
    }

    /// Tells all who listen.
    pub(super) async fn tell(
        &self,
        whose: (&'static str, &'static str),
        member: &'static str,
        values: Vec<Value<'static>>,
    ) -> Result<(), String> {
        let draft = Draft::signal(whose, member, values);
        self.send(self.number(), draft).await
    }

    async fn send(&self, number: u32, draft: Draft) -> Result<(), String> {
        let bytes = draft.bytes(number).map_err(|error| error.to_string())?;
        let sent = self.out.send(bytes).await;
        sent.map_err(|_| HUNG_UP.to_owned())
    }

    /// The next number; none is 0.
    fn number(&self) -> u32 {
        let number = self.number.get().wrapping_add(1).max(1);
        self.number.set(number);
        number
    }
}

/// An error in words: its name, and what there is with it.
fn error(answer: &Message) -> String {
    let name = answer.text(Text::ErrorName);
    match answer.values().first() {
        Some(Value::Str(text)) => format!("{name}: {text}"),
        _ => name.to_owned(),
    }
}

/// What comes of it, before anybody loses patience.
pub(super) async fn within<T, E: ToString>(
    what: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match timeout(PATIENCE, what).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}
