//! Takes out of what the server sends whatever would harm the XML library: the library has no limit
//! on depth (a stanza 10,000 levels deep, from anyone, overflowed the stack and ended the program),
//! none on size, and gives up the link over a long attribute.
//!
//! Traps: a stanza is thinned out but never left out, since XEP-0198 counts stanzas. And nothing may
//! be cut within a character, a reference or a tag. Well-formed XML stays so; what is not
//! well-formed is left for the library to refuse.

use std::mem;

/// Elements in each other, the stream among them; what we understand has a dozen.
pub(in crate::connection) const MAX_DEPTH: usize = 40;
/// Bytes of one stanza. A server's own limit for what strangers send is about as high.
pub(in crate::connection) const MAX_STANZA: usize = 256 << 10;
/// Elements of one stanza: each costs some hundred bytes of memory, however short it is.
pub(in crate::connection) const MAX_ELEMENTS: usize = 10_000;
/// Bytes of a tag: two long addresses fit. The library's limit for a single attribute is 8,192.
pub(in crate::connection) const MAX_TAG: usize = 8_000;

/// What stands in the place of a stanza whose tag is too long: no sender, no body.
const EMPTY: (&[u8], &[u8]) = (b"<message xmlns='jabber:client'>", b"</message>");
const CDATA: &[u8] = b"<![CDATA[";

/// The server sent what no XMPP stream may hold (RFC 6120, 11.1), or a tag of its own without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("XML that XMPP does not allow")]
pub(in crate::connection) struct Forbidden;

/// Where in the XML we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Text,
    /// Within `&amp;`.
    Reference,
    Markup,
    /// Within an attribute's value that ends with this.
    Quoted(u8),
}

/// The state between two reads.
#[derive(Debug, Default)]
pub(in crate::connection) struct Sieve {
    at: At,
    /// A tag or other markup that is not complete yet, as far as it is kept.
    tag: Vec<u8>,
    /// It is longer than that.
    too_long: bool,
    /// The last bytes of it, kept or not.
    last: [u8; 3],
    /// How many elements are open.
    depth: usize,
    /// At which depth an element is that is left out with all that is in it.
    left_out: Option<usize>,
    /// That is a stanza, and [`EMPTY`] stands for it.
    replaced: bool,
    /// No more of this stanza is passed on but the end tags of what was.
    full: bool,
    /// Of this stanza, passed on so far; the end tags are not counted.
    bytes: usize,
    elements: usize,
}

impl Sieve {
    /// Appends to `out` what of `bytes` may be passed on; what is not complete is kept.
    pub(in crate::connection) fn pass(
        &mut self,
        bytes: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Forbidden> {
        for &byte in bytes {
            match self.at {
                At::Text | At::Reference if byte == b'<' => {
                    self.at = At::Markup;
                    self.markup(byte);
                }
                At::Text | At::Reference => self.text(byte, out),
                At::Markup | At::Quoted(_) => {
                    self.markup(byte);
                    self.look_for_end(byte, out)?;
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, byte: u8, out: &mut Vec<u8>) {
        // Only here may the text be cut: neither within a reference nor within a character.
        if self.at == At::Text && !(0x80..0xc0).contains(&byte) {
            self.full |= self.depth > 1 && self.bytes >= MAX_STANZA;
        }
        match (self.at, byte) {
            (At::Text, b'&') => self.at = At::Reference,
            (At::Reference, b';') => self.at = At::Text,
            _ => {}
        }
        if self.is_passed_on() {
            self.bytes += 1;
            out.push(byte);
        }
    }

    fn is_passed_on(&self) -> bool {
        self.left_out.is_none() && !self.full
    }

    fn markup(&mut self, byte: u8) {
        self.last = [self.last[1], self.last[2], byte];
        if self.tag.len() < MAX_TAG {
            self.tag.push(byte);
        } else {
            self.too_long = true;
        }
    }

    fn look_for_end(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Forbidden> {
        let kind = self.tag.get(1).copied();
        let ended = match (kind, self.at) {
            (_, At::Quoted(quote)) => {
                if byte == quote {
                    self.at = At::Markup;
                }
                false
            }
            (Some(b'!'), _) if !CDATA.starts_with(&self.tag[..self.tag.len().min(CDATA.len())]) => {
                return Err(Forbidden);
            }
            (Some(b'!'), _) => self.last == *b"]]>",
            (Some(b'?'), _) => byte == b'>' && self.last[1] == b'?',
            (Some(b'/'), _) => byte == b'>',
            _ if matches!(byte, b'"' | b'\'') => {
                self.at = At::Quoted(byte);
                false
            }
            _ => byte == b'>',
        };
        if !ended {
            return Ok(());
        }
        self.at = At::Text;
        let tag = mem::take(&mut self.tag);
        let too_long = mem::take(&mut self.too_long);
        match kind {
            Some(b'!') => self.cdata(&tag, too_long, out),
            Some(b'?' | b'/') if too_long => return Err(Forbidden),
            Some(b'?') if self.depth > 1 => return Err(Forbidden),
            Some(b'?') => out.extend(tag),
            Some(b'/') => self.close(&tag, out),
            _ => return self.open(&tag, too_long, out),
        }
        Ok(())
    }

    fn cdata(&mut self, section: &[u8], too_long: bool, out: &mut Vec<u8>) {
        self.full |= self.depth > 1 && (too_long || self.bytes + section.len() > MAX_STANZA);
        if self.is_passed_on() {
            self.bytes += section.len();
            out.extend(section);
        }
    }

    fn open(&mut self, tag: &[u8], too_long: bool, out: &mut Vec<u8>) -> Result<(), Forbidden> {
        let ends_itself = self.last[1] == b'/';
        if self.depth == 1 && is_stream(tag) {
            // A new stream on the same connection, after the login.
            self.depth = 0;
        }
        let level = self.depth + 1;
        if level <= 2 {
            (self.bytes, self.elements, self.full) = (0, 0, false);
        }
        self.full |= self.bytes + tag.len() > MAX_STANZA || self.elements == MAX_ELEMENTS;
        if self.is_passed_on() && level <= MAX_DEPTH && !too_long {
            self.bytes += tag.len();
            self.elements += 1;
            out.extend(tag);
        } else if level == 1 {
            return Err(Forbidden);
        } else if level == 2 {
            out.extend(EMPTY.0);
            if ends_itself {
                out.extend(EMPTY.1);
            } else {
                (self.left_out, self.replaced) = (Some(level), true);
            }
        } else if !ends_itself {
            self.left_out.get_or_insert(level);
        }
        self.depth += usize::from(!ends_itself);
        Ok(())
    }

    fn close(&mut self, tag: &[u8], out: &mut Vec<u8>) {
        if self.left_out.is_none() {
            out.extend(tag);
        } else if self.left_out == Some(self.depth) {
            self.left_out = None;
            if mem::take(&mut self.replaced) {
                out.extend(EMPTY.1);
            }
        }
        self.depth = self.depth.saturating_sub(1);
    }
}

/// Whether this is the tag of a stream, under whatever prefix.
fn is_stream(tag: &[u8]) -> bool {
    let name = tag[1..].split(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte));
    let name = name.into_iter().next().unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next() == Some(b"stream")
}

#[cfg(test)]
mod tests;
