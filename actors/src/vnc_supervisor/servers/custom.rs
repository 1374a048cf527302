//! `vnc.command`: a program that is not known here, with placeholders in its words.

use std::net::SocketAddr;

use super::{Arguments, Wish};

/// Replaces `{port} {address} {password_file} {display}` in each word but the program's.
pub(super) fn arguments(wish: &Wish, listen: SocketAddr) -> Arguments {
    let words = wish.vnc.command.iter().skip(1);
    Arguments::of(words.map(|word| fill(word, wish, listen)))
}

/// From left to right, once: what was filled in is not looked at again.
fn fill(word: &str, wish: &Wish, listen: SocketAddr) -> String {
    let values = [
        ("{port}", listen.port().to_string()),
        ("{address}", listen.ip().to_string()),
        ("{password_file}", wish.password_file.display().to_string()),
        ("{display}", wish.display.to_owned()),
    ];
    let (mut filled, mut rest) = (String::new(), word);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let known = values.iter().find(|(name, _)| from.starts_with(name));
        let (value, taken) = known.map_or(("{", 1), |(name, value)| (value, name.len()));
        filled.push_str(value);
        rest = &from[taken..];
    }
    filled + rest
}
