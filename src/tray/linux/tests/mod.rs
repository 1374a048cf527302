//! What a desktop asks of us, and what it is answered.

use hostmessenger_actors::alerts::Link;
use hostmessenger_actors::glance::Glance;
use hostmessenger_actors::wording::Language;
use zvariant::Value;

use super::bus::{Refusal, Reply};
use super::objects::{Answer, Call, answer};
use super::values::{structure, text, variant};
use super::{Click, Look, Shown, item, menu};
use crate::tray::Order;

mod of_the_menu;

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
fn shown(lang: Language) -> Shown {
    let look = Look::of(&Glance {
        lang,
        health: None,
        link: Link::None,
        session: None,
    });
    Shown {
        look,
        asks_password: true,
    }
}

fn seen() -> Shown {
    let mut shown = shown(Language::En);
    shown.look.notice = Some("somebody sees this screen".to_owned());
    shown
}

fn ask(shown: &Shown, whose: (&str, &str), member: &str, arguments: Vec<Value<'_>>) -> Answer {
    let call = Call {
        path: whose.0,
        interface: whose.1,
        member,
        arguments,
    };
    answer(Some(shown), &call)
}

fn done(answer: Answer) -> Vec<Value<'static>> {
    match answer.reply {
        Reply::Done(values) => values,
        Reply::Refused(why) => panic!("{why:?}"),
    }
}

fn signature(answer: Answer) -> String {
    let body = structure(done(answer));
    let signature = body.value_signature().to_string();
    signature.trim_matches(['(', ')']).to_owned()
}

fn refusal(answer: Answer) -> Refusal {
    assert!(answer.clicks.is_empty());
    match answer.reply {
        Reply::Refused(why) => why,
        Reply::Done(values) => panic!("{values:?}"),
    }
}

#[test]
fn each_property_has_the_type_that_is_told_of_it() {
    for (path, interface, all, told) in [
        (
            item::PATH,
            item::INTERFACE,
            &item::PROPERTIES[..],
            include_str!("../item.xml"),
        ),
        (
            menu::PATH,
            menu::INTERFACE,
            &menu::PROPERTIES,
            include_str!("../menu.xml"),
        ),
    ] {
        let get = |member: &str, more: &[&str]| {
            let arguments = [&interface].into_iter().chain(more).map(|name| text(*name));
            done(ask(
                &seen(),
                (path, PROPERTIES),
                member,
                arguments.collect(),
            ))
        };
        for name in all {
            let [Value::Value(value)] = &get("Get", &[name])[..] else {
                panic!("{name}");
            };
            let kind = value.value_signature();
            let line = format!(r#"<property name="{name}" type="{kind}" access="read"/>"#);
            assert!(told.contains(&line), "{line}");
        }
        let [Value::Dict(every)] = &get("GetAll", &[])[..] else {
            panic!("{interface}");
        };
        assert_eq!(every.iter().count(), all.len());
        assert_eq!(told.matches("<property").count(), all.len());
    }
}

#[test]
fn what_there_is_not_is_refused_by_the_name_that_all_know_it_by() {
    let item = (item::PATH, item::INTERFACE);
    let properties = (item::PATH, PROPERTIES);
    let set = |name: &str| vec![text(item::INTERFACE), text(name), variant(text("x"))];
    for (whose, member, arguments, expected) in [
        (
            ("/elsewhere", item::INTERFACE),
            "Activate",
            vec![],
            Refusal::Object,
        ),
        (
            (item::PATH, menu::INTERFACE),
            "Event",
            vec![],
            Refusal::Interface,
        ),
        (
            ("/", PROPERTIES),
            "GetAll",
            vec![text("any")],
            Refusal::Interface,
        ),
        (item, "Explode", vec![], Refusal::Method),
        (
            item,
            "ContextMenu",
            vec![Value::I32(1), Value::I32(1)],
            Refusal::Method,
        ),
        (("/", ""), "Activate", vec![], Refusal::Method),
        (item, "Activate", vec![], Refusal::Arguments),
        (
            item,
            "Scroll",
            vec![Value::I32(1), Value::I32(1)],
            Refusal::Arguments,
        ),
        (
            properties,
            "Get",
            vec![text(item::INTERFACE)],
            Refusal::Arguments,
        ),
        (
            properties,
            "Get",
            vec![text(""), text("Age")],
            Refusal::Property,
        ),
        (properties, "Set", set("Title"), Refusal::ReadOnly),
        (properties, "Set", set("Age"), Refusal::Property),
    ] {
        let refused = refusal(ask(&seen(), whose, member, arguments));
        assert_eq!(refused, expected, "{whose:?} {member}");
    }
}

#[test]
fn a_call_that_names_no_interface_means_the_one_that_has_the_method() {
    let call = Call {
        path: item::PATH,
        interface: "",
        member: "Activate",
        arguments: vec![Value::I32(0), Value::I32(0)],
    };
    let clicks = answer(Some(&seen()), &call).clicks;
    assert!(matches!(clicks[..], [Click::Order(Order::Status)]));
    // Before there is anything to show there is no object.
    assert_eq!(refusal(answer(None, &call)), Refusal::Object);
    let told = ask(&seen(), ("/", ""), "Introspect", vec![]);
    assert_eq!(signature(told), "s");
    assert!(
        done(ask(
            &seen(),
            (item::PATH, ""),
            "Scroll",
            vec![Value::I32(1), text("x")]
        ))
        .is_empty()
    );
}
