use proptest::prelude::*;
use xmpp_parsers::message::Message;

use super::*;

const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams'>";

fn passed(text: &str) -> Result<String, Forbidden> {
    let mut out = Vec::new();
    Sieve::default().pass(text.as_bytes(), &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// What becomes of stanzas in a stream.
fn stanzas(text: &str) -> String {
    let all = passed(&format!("{HEADER}{text}")).unwrap();
    all.strip_prefix(HEADER).unwrap().to_owned()
}

fn message(inside: &str) -> String {
    format!("<message xmlns='jabber:client' from='a@b/c'>{inside}</message>")
}

fn parsed(stanza: &str) -> Message {
    xso::from_bytes(stanza.as_bytes()).unwrap()
}

#[test]
fn what_is_harmless_passes_as_it_is_however_it_is_cut() {
    let text = format!(
        "{HEADER}<stream:features/> \n<iq type='result' id='>&lt;'><q xmlns='a'/></iq>{}<r xmlns='urn:xmpp:sm:3'/>",
        message("<body>a &amp; ä <![CDATA[<b>]]> \"'</body><x xmlns='y' a=\"'/>\"><z/></x>")
    );
    for size in 1..40 {
        let (mut sieve, mut out) = (Sieve::default(), Vec::new());
        for part in text.as_bytes().chunks(size) {
            sieve.pass(part, &mut out).unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}

#[test]
fn what_stands_too_deep_is_left_out_and_the_rest_is_not() {
    let deep = |levels: usize| {
        let inside = format!("{}x{}", "<a>".repeat(levels), "</a>".repeat(levels));
        message(&format!("<x xmlns='y'>{inside}</x><body>OS</body>"))
    };
    let fits = deep(MAX_DEPTH - 3);
    assert_eq!(stanzas(&fits), fits);
    let thinned = stanzas(&deep(1_000_000));
    assert_eq!(thinned, deep(MAX_DEPTH - 3).replace(">x<", "><"));
    assert_eq!(parsed(&thinned).bodies[""], "OS");
    // What follows is not touched.
    assert_eq!(stanzas(&(deep(100) + &fits)), stanzas(&deep(100)) + &fits);
}

#[test]
fn a_stanza_that_is_too_long_is_cut_between_characters_and_stays_well_formed() {
    for unit in [
        "x",
        "ä",
        "&amp;",
        "<a/>",
        "<a>b</a>",
        "<![CDATA[<]]>",
        "\u{1f600}&lt;",
    ] {
        let long = message(&format!(
            "<body>{}</body><thread>t</thread>",
            unit.repeat(300_000)
        ));
        let thinned = stanzas(&long);
        assert!(
            thinned.len() <= MAX_STANZA + 4 * MAX_ELEMENTS + 100,
            "{unit}: {}",
            thinned.len()
        );
        assert!(thinned.matches("<a").count() <= MAX_ELEMENTS);
        assert!(thinned.ends_with("</body></message>"), "{unit}");
        parsed(&thinned);
        let next = message("<body>OS</body>");
        assert!(stanzas(&(long + &next)).ends_with(&next), "{unit}");
    }
}

#[test]
fn a_tag_that_is_too_long_is_left_out_and_a_stanza_with_one_is_empty_but_counts() {
    let long = "x".repeat(1 << 20);
    let inside = message(&format!(
        "<x xmlns='y' a='{long}>'><z/>t</x><{long}/><body>OS</body>"
    ));
    assert_eq!(stanzas(&inside), message("<body>OS</body>"));
    let (begin, end) = ("<message xmlns='jabber:client'>", "</message>");
    let whole = format!("<message id='{long}' from='a@b/c'><body>OS</body></message>");
    assert_eq!(stanzas(&whole), format!("{begin}{end}"));
    let empty = format!("<iq id='{long}'/><r/>");
    assert_eq!(stanzas(&empty), format!("{begin}{end}<r/>"));
}

#[test]
fn the_stream_after_the_login_begins_anew() {
    let fits = message(&format!("{}{}", "<a>".repeat(30), "</a>".repeat(30)));
    let text = format!("{HEADER}<success xmlns='s'>dg==</success>").repeat(30) + &fits;
    assert_eq!(passed(&text).as_deref(), Ok(text.as_str()));
}

#[test]
fn what_xmpp_forbids_ends_the_link() {
    let endless = format!("<stream:stream a='{}'>", "x".repeat(MAX_TAG));
    for text in ["<!DOCTYPE x [", "<!-- x -->", &endless] {
        assert_eq!(passed(text), Err(Forbidden), "{text}");
    }
    assert_eq!(passed(&format!("{HEADER}<a><?x y?>")), Err(Forbidden));
}

/// Well-formed XML of any shape.
fn element() -> impl Strategy<Value = String> {
    let text = "([ a-zä<>&'\"\u{1f600}]|&#x41;){0,20}".prop_map(|text| {
        let text = text
            .replace("&#x41;", "\u{1}")
            .replace('&', "&amp;")
            .replace('<', "&lt;");
        text.replace('\u{1}', "&#x41;").replace("]]>", "")
    });
    let leaf = prop_oneof![
        text,
        Just("<a b='>' c=\"'\"/>".to_owned()),
        Just("<![CDATA[<&]]>".to_owned())
    ];
    leaf.prop_recursive(60, 200, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(|inner| format!("<e>{}</e>", inner.concat()))
    })
}

proptest! {
    #[test]
    fn well_formed_xml_stays_so(inside in element(), repeat in 1usize..4, size in 1usize..100) {
        let text = format!("{HEADER}{}", message(&inside.repeat(repeat)).repeat(2));
        let (mut sieve, mut out) = (Sieve::default(), Vec::new());
        for part in text.as_bytes().chunks(size) {
            sieve.pass(part, &mut out).unwrap();
        }
        prop_assert_eq!(sieve.depth, 1);
        out.extend(b"</stream:stream>");
        let read: xmpp_parsers::minidom::Element = String::from_utf8(out).unwrap().parse().unwrap();
        prop_assert_eq!(read.children().count(), 2);
    }

    #[test]
    fn nothing_however_odd_upsets_it(bytes in any::<Vec<u8>>(), tail in "[<>/!?&;'\"a=\\[\\]-]{0,200}") {
        let mut out = Vec::new();
        let mut sieve = Sieve::default();
        let _forbidden = sieve.pass(&bytes, &mut out).and_then(|()| sieve.pass(tail.as_bytes(), &mut out));
    }
}
