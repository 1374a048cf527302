//! The icon (`StatusNotifierItem`): its properties and methods. Pure.

use zvariant::{Signature, Value};

use super::super::Order;
use super::super::icon;
use super::bus::{Refusal, Reply};
use super::objects::{Answer, Call};
use super::values::{list, structure, text};
use super::{Click, Shown, menu};

/// Where it is.
pub(super) const PATH: &str = "/StatusNotifierItem";
/// What it is.
pub(super) const INTERFACE: &str = "org.kde.StatusNotifierItem";

/// In pixels; the desktop takes the one that fits best.
const SIZES: [u32; 5] = [16, 22, 24, 32, 48];
static BYTES: Signature = Signature::static_array(&Signature::U8);
/// Width, height, pixels.
static PICTURE: Signature =
    Signature::static_structure(&[&Signature::I32, &Signature::I32, &BYTES]);

/// All that it has; see [`property`].
pub(super) const PROPERTIES: [&str; 16] = [
    "Category",
    "Id",
    "Title",
    "Status",
    "WindowId",
    "IconThemePath",
    "Menu",
    "ItemIsMenu",
    "IconName",
    "IconPixmap",
    "OverlayIconName",
    "OverlayIconPixmap",
    "AttentionIconName",
    "AttentionIconPixmap",
    "AttentionMovieName",
    "ToolTip",
];

/// One of [`PROPERTIES`].
pub(super) fn property(shown: &Shown, name: &str) -> Option<Value<'static>> {
    Some(match name {
        "Category" => text("SystemServices"),
        "Id" => text("hostmessenger"),
        "Title" => text("HostMessenger"),
        "Status" => text("Active"),
        "WindowId" => Value::I32(0),
        "Menu" => menu::path(),
        // A click is not to open the menu: it asks how it stands.
        "ItemIsMenu" => Value::Bool(false),
        "IconPixmap" => list(&PICTURE, SIZES.map(|size| picture(shown, size)).into()),
        "OverlayIconPixmap" | "AttentionIconPixmap" => list(&PICTURE, Vec::new()),
        "IconThemePath" | "IconName" | "OverlayIconName" | "AttentionIconName"
        | "AttentionMovieName" => text(""),
        "ToolTip" => structure(vec![
            text(""),
            list(&PICTURE, Vec::new()),
            text(&*shown.look.tooltip),
            text(""),
        ]),
        _ => return None,
    })
}

/// Alpha comes first here (`StatusNotifierItem`, "Icons").
fn picture(shown: &Shown, size: u32) -> Value<'static> {
    let seen = shown.look.notice.is_some();
    let mut pixels = icon::draw(shown.look.colour, seen, size);
    pixels
        .chunks_exact_mut(4)
        .for_each(|pixel| pixel.rotate_right(1));
    let size = i32::try_from(size).unwrap_or(0);
    structure(vec![
        Value::I32(size),
        Value::I32(size),
        Value::from(pixels),
    ])
}

/// What is told of when this one is shown in place of that.
pub(super) fn changes(before: &Shown, now: &Shown) -> Vec<&'static str> {
    let drawn = |shown: &Shown| (shown.look.colour, shown.look.notice.is_some());
    let icon = (drawn(before) != drawn(now)).then_some("NewIcon");
    let tooltip = (before.look.tooltip != now.look.tooltip).then_some("NewToolTip");
    icon.into_iter().chain(tooltip).collect()
}

/// Does what is asked of it.
pub(super) fn answer(call: &Call<'_>) -> Answer {
    let done = |clicks| Answer {
        reply: Reply::Done(Vec::new()),
        clicks,
    };
    match (call.member, &call.arguments[..]) {
        ("Activate", [Value::I32(_), Value::I32(_)]) => done(vec![Click::Order(Order::Status)]),
        ("SecondaryActivate", [Value::I32(_), Value::I32(_)])
        | ("Scroll", [Value::I32(_), Value::Str(_)])
        | ("ProvideXdgActivationToken", [Value::Str(_)]) => done(Vec::new()),
        ("Activate" | "SecondaryActivate" | "Scroll" | "ProvideXdgActivationToken", _) => {
            Refusal::Arguments.into()
        }
        // `ContextMenu` too: desktops that ask for one show the menu of `Menu` then.
        _ => Refusal::Method.into(),
    }
}
