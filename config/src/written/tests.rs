use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

use super::*;
use crate::keys::{COMMON, KINDS, ROOM, TOP};
use crate::shape::{Key, Shape};

type Fields = &'static [&'static str];

/// Asks a type for the names of its fields.
struct Ask<'a>(&'a mut Fields);

impl<'de> Deserializer<'de> for Ask<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: Fields,
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(Self::Error::custom("asked"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn agree<T: for<'de> Deserialize<'de>>(keys: &[Key]) {
    let mut fields: Fields = &[];
    drop(T::deserialize(Ask(&mut fields)));
    let names: Vec<_> = keys.iter().map(|key| key.name).collect();
    assert_eq!(fields, names, "{}", std::any::type_name::<T>());
}

fn inner(keys: &'static [Key], name: &str) -> &'static [Key] {
    match keys
        .iter()
        .find(|key| key.name == name)
        .map(|key| key.shape)
    {
        Some(Shape::Table(keys)) => keys,
        _ => &[],
    }
}

#[test]
fn every_key_of_the_list_has_a_field_and_every_field_a_key() {
    agree::<Config>(TOP);
    agree::<Account>(inner(TOP, "account"));
    agree::<Access>(inner(TOP, "access"));
    agree::<VncCode>(inner(inner(TOP, "access"), "vnc_code"));
    agree::<Alerts>(inner(TOP, "alerts"));
    agree::<Flapping>(inner(inner(TOP, "alerts"), "flapping"));
    agree::<Defaults>(inner(TOP, "defaults"));
    agree::<Vnc>(inner(TOP, "vnc"));
    agree::<HostInfo>(inner(TOP, "host_info"));
    agree::<History>(inner(TOP, "history"));
    agree::<Log>(inner(TOP, "log"));
    assert_eq!(ROOM.len(), 2);
}

#[test]
fn the_keys_of_targets_have_their_fields() {
    agree::<Target>(COMMON);
    let kind = |name| {
        KINDS
            .iter()
            .find(|kind| kind.name == name)
            .map_or(&[][..], |k| k.keys)
    };
    agree::<Disk>(kind("disk"));
    agree::<Web>(kind("web"));
    agree::<WebExpect>(inner(kind("web"), "expect"));
    agree::<Ftp>(kind("ftp"));
    agree::<FtpExpect>(inner(kind("ftp"), "expect"));
    agree::<Port>(kind("port"));
    agree::<PortExpect>(inner(kind("port"), "expect"));
    #[cfg(feature = "faults")]
    agree::<Fault>(kind("fault"));
}
