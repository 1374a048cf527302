//! Whether a file holds a secret itself, so that its mode matters. Asked of the file alone: a
//! password in it is no better kept for being overridden by a variable.

use config::{Value, ValueKind};

use crate::keys::{KINDS, TOP};
use crate::shape::{Key, Shape};

/// Headers that carry a password.
const HEADERS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// Whether there is a value at a secret key, whatever its type.
pub(crate) fn holds_secret(tree: &Value) -> bool {
    in_table(tree, TOP)
}

fn in_table(value: &Value, keys: &[Key]) -> bool {
    let ValueKind::Table(map) = &value.kind else {
        return false;
    };
    keys.iter().any(|key| {
        let value = map.get(key.name);
        value.is_some_and(|value| in_shape(value, &key.shape))
    })
}

fn in_shape(value: &Value, shape: &Shape) -> bool {
    match (shape, &value.kind) {
        (Shape::Text(text), kind) => text.secret && !matches!(kind, ValueKind::Nil),
        (Shape::Table(keys), _) => in_table(value, keys),
        (Shape::List { of, .. }, ValueKind::Array(list)) => {
            list.iter().any(|element| in_shape(element, of))
        }
        // Of any kind: a target whose kind has a slip in it holds its password all the same.
        (Shape::Target, _) => KINDS.iter().any(|kind| in_table(value, kind.keys)),
        (Shape::Headers, ValueKind::Table(map)) => {
            let is_secret = |name: &String| HEADERS.iter().any(|h| name.eq_ignore_ascii_case(h));
            map.keys().any(is_secret)
        }
        _ => false,
    }
}
