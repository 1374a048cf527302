//! What we are on the bus: two objects and the root above them, and the interfaces that all objects
//! have (D-Bus specification, "Standard Interfaces"). `(what is shown, a call) -> an answer`, pure.

use zvariant::Value;

use super::bus::{Refusal, Reply};
use super::values::{by_name, text, variant};
use super::{Click, Shown, item, menu};

const PEER: &str = "org.freedesktop.DBus.Peer";
const INTROSPECTABLE: &str = "org.freedesktop.DBus.Introspectable";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// A call, as it came.
pub(super) struct Call<'m> {
    pub(super) path: &'m str,
    /// Empty: whichever has the method ("Message Types").
    pub(super) interface: &'m str,
    pub(super) member: &'m str,
    pub(super) arguments: Vec<Value<'m>>,
}

/// What comes of it.
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) clicks: Vec<Click>,
}

impl From<Refusal> for Answer {
    fn from(why: Refusal) -> Self {
        Self {
            reply: Reply::Refused(why),
            clicks: Vec::new(),
        }
    }
}

impl From<Vec<Value<'static>>> for Answer {
    fn from(values: Vec<Value<'static>>) -> Self {
        Self {
            reply: Reply::Done(values),
            clicks: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Object {
    Root,
    Item,
    Menu,
}

/// Answers a call; before there is anything to show there is no object.
pub(super) fn answer(shown: Option<&Shown>, call: &Call<'_>) -> Answer {
    let Some(shown) = shown else {
        return Refusal::Object.into();
    };
    let object = match call.path {
        "/" => Object::Root,
        item::PATH => Object::Item,
        menu::PATH => Object::Menu,
        _ => return Refusal::Object.into(),
    };
    let interface = match call.interface {
        "" => object.interface_with(call.member),
        named => named,
    };
    match (object, interface, call.member) {
        (Object::Root, "", _) => Refusal::Method.into(),
        (_, PEER, "Ping") => Vec::new().into(),
        (_, INTROSPECTABLE, "Introspect") => vec![text(object.introspection())].into(),
        (_, PROPERTIES, _) => object.properties(shown, call),
        (Object::Item, item::INTERFACE, _) => item::answer(call),
        (Object::Menu, menu::INTERFACE, _) => menu::answer(shown, call),
        (_, PEER | INTROSPECTABLE, _) => Refusal::Method.into(),
        _ => Refusal::Interface.into(),
    }
}

impl Object {
    /// Its own one.
    fn interface(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Item => item::INTERFACE,
            Self::Menu => menu::INTERFACE,
        }
    }

    fn interface_with(self, member: &str) -> &'static str {
        match member {
            "Ping" => PEER,
            "Introspect" => INTROSPECTABLE,
            "Get" | "GetAll" | "Set" => PROPERTIES,
            _ => self.interface(),
        }
    }

    fn property(self, shown: &Shown, name: &str) -> Option<Value<'static>> {
        match self {
            Self::Root => None,
            Self::Item => item::property(shown, name),
            Self::Menu => menu::property(name),
        }
    }

    /// What there is, for those who look around ("Introspection Data Format").
    fn introspection(self) -> &'static str {
        match self {
            Self::Root => include_str!("root.xml"),
            Self::Item => include_str!("item.xml"),
            Self::Menu => include_str!("menu.xml"),
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Root => &[],
            Self::Item => &item::PROPERTIES,
            Self::Menu => &menu::PROPERTIES,
        }
    }

    fn properties(self, shown: &Shown, call: &Call<'_>) -> Answer {
        let of = match &call.arguments[..] {
            [Value::Str(of), ..] => of.as_str(),
            _ => "",
        };
        // It may be left empty.
        let known = of.is_empty() || self.interface() == of;
        let values = match (call.member, &call.arguments[..]) {
            ("Get", [Value::Str(_), Value::Str(_)])
            | ("GetAll", [Value::Str(_)])
            | ("Set", [Value::Str(_), Value::Str(_), Value::Value(_)])
                if !known =>
            {
                return Refusal::Interface.into();
            }
            ("Get", [Value::Str(_), Value::Str(name)]) => self.property(shown, name).map(variant),
            ("GetAll", [Value::Str(_)]) => {
                let all = self.names().iter();
                let all = all.filter_map(|name| Some((*name, self.property(shown, name)?)));
                Some(by_name(all.collect()))
            }
            ("Set", [Value::Str(_), Value::Str(name), Value::Value(_)]) => {
                let known = self.names().contains(&name.as_str());
                let why = [Refusal::Property, Refusal::ReadOnly][usize::from(known)];
                return why.into();
            }
            ("Get" | "GetAll" | "Set", _) => return Refusal::Arguments.into(),
            _ => return Refusal::Method.into(),
        };
        values.map_or(Refusal::Property.into(), |value| vec![value].into())
    }
}
