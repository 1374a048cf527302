//! The menu (`com.canonical.dbusmenu`): its entries, properties and methods. Pure.
//!
//! The entries are always the same ones, so their ids hold and the layout is told once; only what
//! they say changes.

use hostmessenger_actors::wording::tray as say;
use zvariant::{ObjectPath, Signature, Value};

use super::super::Order;
use super::bus::{Refusal, Reply};
use super::objects::{Answer, Call};
use super::values::{BY_NAME, by_name, list, structure, text, variant};
use super::{Click, Shown};

/// Where it is.
pub(super) const PATH: &str = "/MenuBar";
/// What it is.
pub(super) const INTERFACE: &str = "com.canonical.dbusmenu";

/// Of the layout, which never changes.
const REVISION: u32 = 1;
/// The menu itself.
const ROOT: i32 = 0;

static NAMES: Signature = Signature::static_array(&Signature::Str);
/// An id and its properties.
static PROPERTIES_OF: Signature = Signature::static_structure(&[&Signature::I32, &BY_NAME]);
/// An id and the names of properties that it has no more.
static NAMES_OF: Signature = Signature::static_structure(&[&Signature::I32, &NAMES]);

/// An entry; its id is its place, from 1 on.
struct Entry {
    /// None: a line between others.
    label: Option<String>,
    /// What comes of a click; none: it is grey.
    click: Option<Click>,
}

type Properties = Vec<(&'static str, Value<'static>)>;

impl Entry {
    fn line() -> Self {
        let (label, click) = (None, None);
        Self { label, click }
    }

    fn new(label: String, click: impl Into<Option<Click>>) -> Self {
        Self {
            // A single one would underline a key.
            label: Some(label.replace('_', "__")),
            click: click.into(),
        }
    }

    fn properties(&self) -> Properties {
        match &self.label {
            None => vec![("type", text("separator"))],
            Some(label) => vec![
                ("label", text(&**label)),
                ("enabled", Value::Bool(self.click.is_some())),
            ],
        }
    }
}

fn entries(shown: &Shown) -> Vec<Entry> {
    let (look, lang) = (&shown.look, shown.look.lang());
    let stop = look.notice.is_some().then_some(Order::StopVnc);
    let mut entries = vec![
        // GNOME shows no tooltips.
        Entry::new(look.tooltip.clone(), None),
        Entry::line(),
        Entry::new(say::status(lang), Click::Order(Order::Status)),
        Entry::new(say::check_now(lang), Click::Order(Order::CheckNow)),
        Entry::new(say::stop_vnc(lang), stop.map(Click::Order)),
    ];
    if shown.asks_password {
        entries.push(Entry::new(say::vnc_password(lang), Click::Password));
    }
    entries.push(Entry::line());
    entries.push(Entry::new(say::quit(lang), Click::Order(Order::Quit)));
    entries
}

fn with_ids(entries: &[Entry]) -> impl Iterator<Item = (i32, &Entry)> {
    (ROOT + 1..).zip(entries)
}

/// All that is known of an id.
fn properties(entries: &[Entry], id: i32) -> Option<Properties> {
    if id == ROOT {
        return Some(vec![("children-display", text("submenu"))]);
    }
    let mut all = with_ids(entries);
    all.find_map(|(other, entry)| (other == id).then(|| entry.properties()))
}

/// Those that were asked for; nobody names any who wants all.
fn chosen(mut properties: Properties, names: &[&str]) -> Value<'static> {
    properties.retain(|(name, _)| names.is_empty() || names.contains(name));
    by_name(properties)
}

/// Where the menu of the icon is.
pub(super) fn path() -> Value<'static> {
    Value::ObjectPath(ObjectPath::from_static_str_unchecked(PATH))
}

/// What the menu itself has; see [`property`].
pub(super) const PROPERTIES: [&str; 4] = ["Version", "TextDirection", "Status", "IconThemePath"];

/// One of [`PROPERTIES`].
pub(super) fn property(name: &str) -> Option<Value<'static>> {
    Some(match name {
        "Version" => Value::U32(3),
        "TextDirection" => text("ltr"),
        "Status" => text("normal"),
        "IconThemePath" => list(&Signature::Str, Vec::new()),
        _ => return None,
    })
}

/// What is told of when this one is shown in place of that.
pub(super) fn changes(before: &Shown, now: &Shown) -> Option<Vec<Value<'static>>> {
    let (before, now) = (entries(before), entries(now));
    let both = with_ids(&now).zip(&before);
    let changed: Vec<_> = both
        .filter_map(|((id, entry), before)| {
            let properties = entry.properties();
            let differs = properties != before.properties();
            differs.then(|| structure(vec![Value::I32(id), by_name(properties)]))
        })
        .collect();
    let gone = list(&NAMES_OF, Vec::new());
    (!changed.is_empty()).then(|| vec![list(&PROPERTIES_OF, changed), gone])
}

/// Does what is asked of it.
pub(super) fn answer(shown: &Shown, call: &Call<'_>) -> Answer {
    let entries = entries(shown);
    let values = match (call.member, &call.arguments[..]) {
        (
            "Event",
            [
                Value::I32(id),
                Value::Str(kind),
                Value::Value(_),
                Value::U32(_),
            ],
        ) => {
            return event(entries, &[(*id, kind)], |_| Vec::new());
        }
        ("EventGroup", [events]) => {
            if let Some(events) = each(events, an_event) {
                return event(entries, &events, |unknown| vec![ids(unknown)]);
            }
            None
        }
        ("GetLayout", [Value::I32(parent), Value::I32(depth), names]) => {
            each(names, a_text).and_then(|names| layout(&entries, *parent, *depth, &names))
        }
        ("GetGroupProperties", [ids, names]) => each(ids, an_id)
            .zip(each(names, a_text))
            .map(|(ids, names)| group(&entries, &ids, &names)),
        ("GetProperty", [Value::I32(id), Value::Str(name)]) => {
            let known = properties(&entries, *id).unwrap_or_default();
            let mut known = known.into_iter();
            known.find_map(|(other, value)| (other == name.as_str()).then(|| vec![variant(value)]))
        }
        // What is shown is always what is so: no update is needed.
        ("AboutToShow", [Value::I32(id)]) => {
            properties(&entries, *id).map(|_| vec![Value::Bool(false)])
        }
        ("AboutToShowGroup", [group]) => each(group, an_id).and_then(|group| {
            let unknown = unknown(&entries, &group)?;
            Some(vec![ids(Vec::new()), ids(unknown)])
        }),
        (member, _) if METHODS.contains(&member) => None,
        _ => return Refusal::Method.into(),
    };
    values.map_or(Refusal::Arguments.into(), Answer::from)
}

const METHODS: [&str; 7] = [
    "GetLayout",
    "GetGroupProperties",
    "GetProperty",
    "Event",
    "EventGroup",
    "AboutToShow",
    "AboutToShowGroup",
];

/// A node (`(ia{sv}av)`) with as much below it as was asked for; below 0 is all.
fn layout(
    entries: &[Entry],
    parent: i32,
    depth: i32,
    names: &[&str],
) -> Option<Vec<Value<'static>>> {
    let node = |id, properties, children| {
        let children = list(&Signature::Variant, children);
        structure(vec![Value::I32(id), chosen(properties, names), children])
    };
    let children = if parent == ROOT && depth != 0 {
        with_ids(entries)
            .map(|(id, entry)| variant(node(id, entry.properties(), Vec::new())))
            .collect()
    } else {
        Vec::new()
    };
    let top = node(parent, properties(entries, parent)?, children);
    Some(vec![Value::U32(REVISION), top])
}

/// Of these, each once, or of all where none is named.
fn group(entries: &[Entry], ids: &[i32], names: &[&str]) -> Vec<Value<'static>> {
    let all = (ROOT..).take(entries.len() + 1);
    let asked = all.filter(|id| ids.is_empty() || ids.contains(id));
    let found = asked.filter_map(|id| {
        let properties = chosen(properties(entries, id)?, names);
        Some(structure(vec![Value::I32(id), properties]))
    });
    vec![list(&PROPERTIES_OF, found.collect())]
}

/// Clicks, where these events are that; the ids that are unknown are told, unless all are.
fn event(
    mut entries: Vec<Entry>,
    events: &[(i32, &str)],
    answer: impl FnOnce(Vec<i32>) -> Vec<Value<'static>>,
) -> Answer {
    let clicked = |id: i32, kind: &str| id == ROOT && kind == "clicked";
    if events.is_empty() || events.iter().any(|(id, kind)| clicked(*id, kind)) {
        return Refusal::Arguments.into();
    }
    let named: Vec<i32> = events.iter().map(|(id, _)| *id).collect();
    let Some(unknown) = unknown(&entries, &named) else {
        return Refusal::Arguments.into();
    };
    let clicks = events.iter().filter_map(|(id, kind)| {
        let place = usize::try_from(id.checked_sub(1)?).ok()?;
        let entry = entries.get_mut(place).filter(|_| *kind == "clicked")?;
        entry.click.take()
    });
    Answer {
        clicks: clicks.collect(),
        reply: Reply::Done(answer(unknown)),
    }
}

/// Those of them that there are not; none at all where that is every one.
fn unknown(entries: &[Entry], ids: &[i32]) -> Option<Vec<i32>> {
    let known = |id: &i32| *id == ROOT || with_ids(entries).any(|(other, _)| other == *id);
    let unknown: Vec<i32> = ids.iter().copied().filter(|id| !known(id)).collect();
    (unknown.is_empty() || unknown.len() < ids.len()).then_some(unknown)
}

fn ids(ids: Vec<i32>) -> Value<'static> {
    list(&Signature::I32, ids.into_iter().map(Value::I32).collect())
}

/// All of a list, if each is what it should be.
fn each<'v, T>(list: &'v Value<'_>, read: fn(&'v Value<'v>) -> Option<T>) -> Option<Vec<T>> {
    let Value::Array(list) = list else {
        return None;
    };
    list.inner().iter().map(read).collect()
}

fn an_id(value: &Value<'_>) -> Option<i32> {
    match value {
        Value::I32(id) => Some(*id),
        _ => None,
    }
}

fn a_text<'v>(value: &'v Value<'v>) -> Option<&'v str> {
    match value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

/// An id and what happens to it, of `(isvu)`.
fn an_event<'v>(value: &'v Value<'v>) -> Option<(i32, &'v str)> {
    let Value::Structure(event) = value else {
        return None;
    };
    match event.fields() {
        [id, kind, Value::Value(_), Value::U32(_)] => an_id(id).zip(a_text(kind)),
        _ => None,
    }
}
