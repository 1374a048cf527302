//! Message Archive Management (XEP-0313): which of our own messages does the server have? Asked
//! backwards from the newest, so that a clock that is wrong on either side does no harm. Pure.
//!
//! A newcomer's trap: results come as messages. Only those that carry our query's id, and come from
//! the archive that was asked, count.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::Message;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;

use crate::connection::new_id;
use crate::xml::attribute;

/// Messages asked for at once.
const PAGE: usize = 100;
/// Pages looked at; who has said more since then is not asked further.
const MOST_PAGES: u32 = 20;
/// So much older than the first attempt nothing can be, however wrong a clock is.
const MARGIN: SignedDuration = SignedDuration::from_hours(48);

/// A search for messages of ours in one archive.
#[derive(Debug)]
pub(crate) struct Search {
    /// Whose archive: a room's, or our own.
    pub room: Option<BareJid>,
    query_id: String,
    wanted: HashSet<String>,
    found: HashSet<String>,
    not_before: Timestamp,
    pages: u32,
    /// Where the next page ends.
    before: String,
    /// Something older than any wanted message was seen.
    too_old: bool,
}

/// What comes after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another page.
    Ask,
    /// It is known now.
    Done,
}

impl Search {
    /// For stanzas with these origin ids, first sent at that time.
    pub(crate) fn new(
        room: Option<BareJid>,
        wanted: impl IntoIterator<Item = String>,
        sent: Timestamp,
    ) -> Self {
        Self {
            room,
            query_id: new_id(),
            wanted: wanted.into_iter().collect(),
            found: HashSet::new(),
            not_before: sent.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN),
            pages: 0,
            before: String::new(),
            too_old: false,
        }
    }

    /// The request for the next page.
    pub(crate) fn question(&self) -> Element {
        let line = |tag: &str, text: &str| Element::builder(tag, ns::RSM).append(text).build();
        let set = Element::builder("set", ns::RSM)
            .append(line("max", &PAGE.to_string()))
            .append(line("before", &self.before));
        let query = Element::builder("query", ns::MAM).append(set);
        attribute(query, "queryid", self.query_id.as_str()).build()
    }

    /// Takes a result. False: the message is none of this search.
    pub(crate) fn result(&mut self, message: &Message, own: &BareJid) -> bool {
        let Some(result) = result_of(message) else {
            return false;
        };
        let archive = self.room.as_ref().unwrap_or(own);
        let from_archive = match &message.from {
            Some(from) => from == &Jid::from(archive.clone()),
            None => self.room.is_none(),
        };
        if result.attr("queryid") != Some(self.query_id.as_str()) || !from_archive {
            return false;
        }
        if let Some(forwarded) = result.get_child("forwarded", ns::FORWARD) {
            self.look_at(forwarded, own);
        }
        true
    }

    fn look_at(&mut self, forwarded: &Element, own: &BareJid) {
        let stamp = forwarded.get_child("delay", ns::DELAY);
        let stamp = stamp.and_then(|delay| delay.attr("stamp")?.parse::<Timestamp>().ok());
        self.too_old |= stamp.is_some_and(|stamp| stamp < self.not_before);
        let Some(message) = forwarded.get_child("message", ns::JABBER_CLIENT) else {
            return;
        };
        // In a room our address there is another one; the id is known to nobody who has not got it.
        let ours = self.room.is_some()
            || message
                .attr("from")
                .is_none_or(|from| Jid::new(from).is_ok_and(|from| from.to_bare() == *own));
        let origin = message.get_child("origin-id", ns::SID);
        let id = origin.map_or_else(|| message.attr("id"), |origin| origin.attr("id"));
        if let Some(id) = id.filter(|id| ours && self.wanted.contains(*id)) {
            self.found.insert(id.to_owned());
        }
    }

    /// The page has ended, with this answer.
    pub(crate) fn page_ended(&mut self, answer: Option<&Element>) -> Next {
        self.pages += 1;
        let complete = answer.is_none_or(|fin| fin.attr("complete") == Some("true"));
        let set = answer.and_then(|fin| fin.get_child("set", ns::RSM));
        let first = set.and_then(|set| set.get_child("first", ns::RSM));
        let first = first.map(Element::text).unwrap_or_default();
        let all = self.found.len() == self.wanted.len();
        let stuck = first.is_empty() || first == self.before;
        if all || complete || self.too_old || stuck || self.pages >= MOST_PAGES {
            return Next::Done;
        }
        self.before = first;
        Next::Ask
    }

    /// What the server has of what was wanted.
    pub(crate) fn found(self) -> HashSet<String> {
        self.found
    }

    /// How many were looked for.
    pub(crate) fn wanted(&self) -> usize {
        self.wanted.len()
    }
}

/// The result of an archive query, if the message is one.
fn result_of(message: &Message) -> Option<&Element> {
    let is = |payload: &&Element| payload.is("result", ns::MAM);
    message.payloads.iter().find(is)
}

/// Asks how the server archives what we send.
pub(crate) fn preferences() -> Element {
    Element::builder("prefs", ns::MAM).build()
}

/// The preferences under which what we send to these is archived; `None` where it is already. What a
/// person has set stays.
pub(crate) fn to_be_archived(now: &Element, receivers: &[BareJid]) -> Option<Element> {
    let default = now.attr("default");
    // Under `always` nothing is missing; what else there may be nobody knows.
    let default = default.filter(|default| ["never", "roster"].contains(default))?;
    let (mut always, mut never) = (listed(now, "always")?, listed(now, "never")?);
    let before = (always.len(), never.len());
    for receiver in receivers.iter().cloned().map(Jid::from) {
        never.retain(|jid| *jid != receiver);
        if !always.contains(&receiver) {
            always.push(receiver);
        }
    }
    let jid = |jid: &Jid| Element::builder("jid", ns::MAM).append(jid.as_str());
    let list =
        |name: &str, jids: &[Jid]| Element::builder(name, ns::MAM).append_all(jids.iter().map(jid));
    let prefs = attribute(Element::builder("prefs", ns::MAM), "default", default)
        .append(list("always", &always))
        .append(list("never", &never));
    (before != (always.len(), never.len())).then(|| prefs.build())
}

/// Who is in a list of the preferences; `None` where that cannot be read.
fn listed(prefs: &Element, list: &str) -> Option<Vec<Jid>> {
    let list = prefs.get_child(list, ns::MAM);
    let jids = list.into_iter().flat_map(Element::children);
    let jids = jids.filter(|child| child.is("jid", ns::MAM));
    jids.map(|jid| Jid::new(&jid.text()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> BareJid {
        BareJid::new("web01@example.org").unwrap()
    }

    fn search() -> Search {
        let sent = "2026-11-23T12:00:00Z".parse().unwrap();
        Search::new(None, ["a1".to_owned(), "a2".to_owned()], sent)
    }

    fn result(query_id: &str, from: &str, sender: &str, id: &str, stamp: &str) -> Message {
        let element: Element = format!(
            "<message xmlns='jabber:client' {from}><result xmlns='urn:xmpp:mam:2' queryid='{query_id}' id='7'>\
             <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>\
             <message xmlns='jabber:client' from='{sender}' id='x'><body>DOWN</body>\
             <origin-id xmlns='urn:xmpp:sid:0' id='{id}'/></message></forwarded></result></message>"
        )
        .parse()
        .unwrap();
        Message::try_from(element).unwrap()
    }

    fn fin(first: &str, complete: bool) -> Element {
        format!(
            "<fin xmlns='urn:xmpp:mam:2' complete='{complete}'><set xmlns='{}'><first>{first}</first></set></fin>",
            ns::RSM
        )
        .parse()
        .unwrap()
    }

    const NOW: &str = "2026-11-23T12:00:01Z";

    #[test]
    fn our_own_messages_are_found_by_their_origin_id() {
        let mut search = search();
        let id = search.query_id.clone();
        let from = "from='web01@example.org'";
        assert!(search.result(
            &result(&id, from, "web01@example.org/hm", "a1", NOW),
            &own()
        ));
        assert_eq!(search.page_ended(Some(&fin("6", false))), Next::Ask);
        assert!(String::from(&search.question()).contains("<before>6</before>"));
        assert!(search.result(&result(&id, "", "web01@example.org/hm", "a2", NOW), &own()));
        assert_eq!(
            search.page_ended(Some(&fin("5", false))),
            Next::Done,
            "all are found"
        );
        assert_eq!(search.found().len(), 2);
    }

    #[test]
    fn nobody_can_make_us_believe_that_the_server_has_a_message() {
        let mut search = search();
        let id = search.query_id.clone();
        let ours = "web01@example.org/hm";
        let forged = [
            result(&id, "from='evil@example.org'", ours, "a1", NOW),
            result(&id, "from='web01@example.org/other'", ours, "a1", NOW),
            result("guess", "from='web01@example.org'", ours, "a1", NOW),
        ];
        for message in forged {
            assert!(!search.result(&message, &own()));
        }
        // One that somebody else sent, in our archive.
        search.result(&result(&id, "", "evil@example.org/x", "a1", NOW), &own());
        assert!(search.found().is_empty());
    }

    #[test]
    fn the_search_ends_where_the_archive_does_or_is_too_old() {
        let mut ended = search();
        assert_eq!(ended.page_ended(Some(&fin("6", true))), Next::Done);
        let mut empty = search();
        assert_eq!(empty.page_ended(Some(&fin("", false))), Next::Done);
        let mut old = search();
        let id = old.query_id.clone();
        old.result(
            &result(&id, "", "x@y/z", "b", "2026-11-20T00:00:00Z"),
            &own(),
        );
        assert_eq!(old.page_ended(Some(&fin("6", false))), Next::Done);
        let mut endless = search();
        let asked = (0..1_000)
            .take_while(|n| endless.page_ended(Some(&fin(&n.to_string(), false))) == Next::Ask)
            .count();
        assert_eq!(asked, 19);
    }

    #[test]
    fn only_a_server_that_would_not_archive_is_told_to() {
        let owner = BareJid::new("owner@example.org").unwrap();
        let prefs = |text: &str| text.parse::<Element>().unwrap();
        let always =
            prefs("<prefs xmlns='urn:xmpp:mam:2' default='always'><always/><never/></prefs>");
        assert_eq!(to_be_archived(&always, std::slice::from_ref(&owner)), None);
        let never = prefs(
            "<prefs xmlns='urn:xmpp:mam:2' default='never'><always><jid>a@b</jid></always>\
             <never><jid>owner@example.org</jid></never></prefs>",
        );
        let set = to_be_archived(&never, std::slice::from_ref(&owner)).unwrap();
        let set = String::from(&set);
        assert!(
            set.contains("default=\"never\"") || set.contains("default='never'"),
            "{set}"
        );
        assert!(
            set.contains("<jid>a@b</jid><jid>owner@example.org</jid>"),
            "{set}"
        );
        assert_eq!(
            to_be_archived(&set.parse().unwrap(), &[owner]),
            None,
            "once"
        );
    }
}
