//! Values for messages: built by hand, never from types of Rust, for each type that is serialized is code
//! of its own.

use zvariant::{Array, Dict, Signature, StructureBuilder, Value};

/// A string. None has a 0 in it: the bus would hang up on us.
pub(super) fn text(text: impl Into<String>) -> Value<'static> {
    Value::from(text.into().replace('\0', ""))
}

/// A value with its type.
pub(super) fn variant(value: Value<'static>) -> Value<'static> {
    Value::Value(Box::new(value))
}

/// Values in a row that are one.
pub(super) fn structure(fields: Vec<Value<'static>>) -> Value<'static> {
    let fields = fields.into_iter();
    let built = fields.fold(StructureBuilder::new(), StructureBuilder::append_field);
    // Without fields there is none.
    built.build().map_or(Value::U8(0), Value::Structure)
}

/// A list of such.
pub(super) fn list(of: &Signature, items: Vec<Value<'static>>) -> Value<'static> {
    let mut list = Array::new(of);
    for item in items {
        let fits = list.append(item);
        debug_assert!(fits.is_ok(), "{fits:?}");
    }
    Value::Array(list)
}

/// Values by name.
pub(super) fn by_name(entries: Vec<(&'static str, Value<'static>)>) -> Value<'static> {
    let mut map = Dict::new(&Signature::Str, &Signature::Variant);
    for (name, value) in entries {
        let fits = map.append(text(name), variant(value));
        debug_assert!(fits.is_ok(), "{fits:?}");
    }
    Value::Dict(map)
}

/// `a{sv}`.
pub(super) static BY_NAME: Signature = Signature::static_dict(&Signature::Str, &Signature::Variant);
