use hostmessenger_actors::wording::Language;
use zvariant::{Array, Signature, Value};

use super::super::bus::Refusal;
use super::super::objects::Answer;
use super::super::values::{list, structure, text, variant};
use super::super::{Click, Shown, item, menu};
use super::{ask, done, refusal, seen, shown, signature};
use crate::tray::Order;

const QUIT: i32 = 8;
const STOP: i32 = 5;

fn menu_is_asked(member: &str, arguments: Vec<Value<'_>>) -> Answer {
    ask(&seen(), (menu::PATH, menu::INTERFACE), member, arguments)
}

fn ids(ids: &[i32]) -> Value<'static> {
    Value::Array(Array::from(ids.to_vec()))
}

fn names(names: &[&str]) -> Value<'static> {
    list(
        &Signature::Str,
        names.iter().map(|name| text(*name)).collect(),
    )
}

fn event(id: i32, kind: &str) -> Vec<Value<'static>> {
    vec![
        Value::I32(id),
        text(kind),
        variant(Value::I32(0)),
        Value::U32(0),
    ]
}

#[test]
fn a_menu_is_told_as_a_tree_and_entry_by_entry() {
    let layout = |parent, depth, wanted: &[&str]| {
        let arguments = vec![Value::I32(parent), Value::I32(depth), names(wanted)];
        menu_is_asked("GetLayout", arguments)
    };
    assert_eq!(signature(layout(0, -1, &[])), "u(ia{sv}av");
    let children = |answer| match &done(answer)[..] {
        [_, Value::Structure(root)] => match root.fields() {
            [_, _, Value::Array(children)] => children.len(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(children(layout(0, -1, &[])), 8);
    assert_eq!(children(layout(0, 0, &[])), 0);
    assert_eq!(children(layout(QUIT, -1, &["label"])), 0);
    assert_eq!(refusal(layout(9, -1, &[])), Refusal::Arguments);

    let group = |of: &[i32]| {
        let group = menu_is_asked("GetGroupProperties", vec![ids(of), names(&["label"])]);
        match &done(group)[..] {
            [Value::Array(found)] => found.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((group(&[]), group(&[QUIT, 99, QUIT])), (9, 1));
    let property = |id, name| menu_is_asked("GetProperty", vec![Value::I32(id), text(name)]);
    assert_eq!(done(property(QUIT, "label")), [variant(text("Quit"))]);
    assert_eq!(refusal(property(QUIT, "age")), Refusal::Arguments);
    assert_eq!(
        done(menu_is_asked("AboutToShow", vec![Value::I32(0)])),
        [Value::Bool(false)]
    );
    let about = menu_is_asked("AboutToShowGroup", vec![ids(&[0, 99])]);
    assert_eq!(done(about), [ids(&[]), ids(&[99])]);
}

#[test]
fn a_click_on_an_entry_is_its_order_and_on_a_grey_one_nothing() {
    let clicks = |shown: &Shown, events: Vec<Value<'static>>| {
        ask(shown, (menu::PATH, menu::INTERFACE), "Event", events).clicks
    };
    let (seen, alone) = (seen(), shown(Language::De));
    assert!(matches!(
        clicks(&seen, event(STOP, "clicked"))[..],
        [Click::Order(Order::StopVnc)]
    ));
    assert!(matches!(
        clicks(&seen, event(6, "clicked"))[..],
        [Click::Password]
    ));
    for (shown, id, kind) in [
        (&alone, STOP, "clicked"),
        (&seen, 2, "clicked"),
        (&seen, QUIT, "hovered"),
    ] {
        assert!(clicks(shown, event(id, kind)).is_empty(), "{id} {kind}");
    }
    for id in [0, -1, 9, i32::MIN, i32::MAX] {
        let refused = refusal(menu_is_asked("Event", event(id, "clicked")));
        assert_eq!(refused, Refusal::Arguments, "{id}");
    }
    let group = |events: Vec<Value<'static>>| {
        let all = Signature::try_from("(isvu)").unwrap_or(Signature::Unit);
        menu_is_asked("EventGroup", vec![list(&all, events)])
    };
    let known = group(vec![
        structure(event(99, "clicked")),
        structure(event(QUIT, "clicked")),
    ]);
    assert!(matches!(known.clicks[..], [Click::Order(Order::Quit)]));
    assert_eq!(done(known), [ids(&[99])]);
    assert_eq!(refusal(group(vec![])), Refusal::Arguments);
    assert_eq!(
        refusal(menu_is_asked("EventGroup", vec![ids(&[1])])),
        Refusal::Arguments
    );
}

#[test]
fn what_changes_is_told_and_nothing_else() {
    let (alone, seen) = (shown(Language::En), seen());
    assert!(item::changes(&seen, &seen).is_empty() && menu::changes(&seen, &seen).is_none());
    assert_eq!(item::changes(&alone, &seen), ["NewIcon"]);
    let told = menu::changes(&alone, &seen).unwrap_or_default();
    let [Value::Array(changed), Value::Array(gone)] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(gone.signature().to_string(), "a(ias)");
    assert!(
        matches!(changed.inner(), [Value::Structure(one)] if one.fields()[0] == Value::I32(STOP))
    );
    // In another language every word is another one.
    let german = shown(Language::De);
    assert_eq!(item::changes(&alone, &german), ["NewToolTip"]);
    let told = menu::changes(&alone, &german).unwrap_or_default();
    assert!(
        matches!(&told[..], [Value::Array(changed), _] if changed.len() > 4),
        "{told:?}"
    );
}
