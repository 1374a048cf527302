//! Others on the bus: desktops that restart, and programs that ask for what there is not.

use std::collections::HashMap;

use futures_util::StreamExt;
use tokio::time::timeout;
use zbus::message::Type;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, MessageStream, connection};

use crate::bus::{Bus, Desktop, Notice};
use crate::item::{Item, refusal};
use crate::peers::free_port::free_port;
use crate::peers::wait::PLENTY;
use crate::peers::{Home, Program};
use crate::{audit, home, start};

/// Ids with their properties.
type Group = Vec<(i32, HashMap<String, OwnedValue>)>;

async fn somebody(bus: &Bus) -> Connection {
    let builder = connection::Builder::address(bus.address.as_str()).unwrap();
    builder.build().await.unwrap()
}

/// The notice that stays.
fn stays(notice: &Notice) -> bool {
    notice.title == "Remote control is on"
}

/// A desktop that shows the icon, by its name, and the notice of a program whose screen can be seen.
async fn seen(bus: &Bus) -> (Desktop, Home, Program, String, Notice) {
    let desktop = Desktop::on(bus).await;
    let home = home(free_port(), free_port());
    let mut program = start(&home, bus);
    let name = desktop.item().await;
    program.ask("VNC START").await;
    let notice = desktop.notice("the notice", stays).await;
    (desktop, home, program, name, notice)
}

#[tokio::test]
async fn a_desktop_that_restarts_shows_the_icon_and_the_notice_again() {
    let bus = Bus::start();
    let (desktop, _home, mut program, name, _) = seen(&bus).await;
    desktop.bus.close().await.unwrap();

    let desktop = Desktop::on(&bus).await;
    assert_eq!(desktop.item().await, name);
    let notice = desktop.notice("the notice again", stays).await;
    desktop.press(notice.id, "stop").await;
    program.logs("remote control stopped").await;
    let icon = Item::of(&desktop.bus, &name).await;
    icon.says("HostMessenger: 1 of 1 down").await;
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn a_change_is_told_to_the_desktop() {
    let (bus, port) = (Bus::start(), free_port());
    let desktop = Desktop::on(&bus).await;
    let open = crate::peers::Listener::on(port).await;
    let home = home(port, free_port());
    let mut program = start(&home, &bus);
    let icon = Item::of(&desktop.bus, &desktop.item().await).await;
    icon.says("HostMessenger: all 1 up").await;
    let mut told = Vec::new();
    for (whose, signal) in [
        (&icon.item, "NewIcon"),
        (&icon.item, "NewToolTip"),
        (&icon.menu, "ItemsPropertiesUpdated"),
    ] {
        told.push((signal, whose.receive_signal(signal).await.unwrap()));
    }
    open.close().await;
    for (signal, stream) in &mut told {
        let heard = timeout(PLENTY, stream.next()).await;
        assert!(matches!(heard, Ok(Some(_))), "{signal}");
    }
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn what_there_is_not_is_refused_and_what_is_too_long_not_read() {
    let bus = Bus::start();
    let desktop = Desktop::on(&bus).await;
    let home = home(free_port(), free_port());
    let mut program = start(&home, &bus);
    let icon = Item::of(&desktop.bus, &desktop.item().await).await;
    let (quit, Item { item, menu }) = (icon.entry("Quit").await.id, &icon);
    let group: Group = menu
        .call("GetGroupProperties", &(vec![3, 99], vec!["label"]))
        .await
        .unwrap();
    assert_eq!((group.len(), group[0].0), (1, 3));
    assert_eq!(
        group[0].1["label"],
        OwnedValue::from(zbus::zvariant::Str::from("Status"))
    );

    let error = |name: &str| format!("org.freedesktop.DBus.Error.{name}");
    assert_eq!(refusal(item, "Explode", &()).await, error("UnknownMethod"));
    assert_eq!(refusal(item, "Activate", &"x").await, error("InvalidArgs"));
    let event = |id: i32, data: &str| (id, "clicked", Value::from(data.to_owned()), 0_u32);
    assert_eq!(
        refusal(menu, "Event", &event(99, "")).await,
        error("InvalidArgs")
    );
    let set = item.set_property("Title", "x").await.unwrap_err();
    assert!(
        matches!(set, zbus::fdo::Error::PropertyReadOnly(_)),
        "{set:?}"
    );

    // Nobody is answered who wants no answer, nor who says too much.
    let mut heard = MessageStream::from(&desktop.bus);
    menu.call_noreply("Explode", &()).await.unwrap();
    menu.call_noreply("Event", &event(quit, &"much".repeat(100_000)))
        .await
        .unwrap();
    let status = menu.get_property::<String>("Status").await.unwrap();
    assert_eq!(status, "normal");
    let first = loop {
        let message = timeout(PLENTY, heard.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        if matches!(message.message_type(), Type::Error | Type::MethodReturn) {
            break message;
        }
    };
    assert_eq!(first.message_type(), Type::MethodReturn, "{first:?}");
    assert_eq!(program.stop().await, Some(0));
    assert!(!audit(&home).contains("tray"));
}

#[tokio::test]
async fn only_who_shows_the_notice_can_say_that_its_button_was_pressed() {
    let bus = Bus::start();
    let (desktop, home, mut program, name, notice) = seen(&bus).await;
    let stranger = somebody(&bus).await;
    let (whose, pressed) = ("org.freedesktop.Notifications", (notice.id, "stop"));
    let path = "/org/freedesktop/Notifications";
    stranger
        .emit_signal(Some(name.as_str()), path, whose, "ActionInvoked", &pressed)
        .await
        .unwrap();
    let icon = Item::of(&stranger, &name).await;
    icon.click("Status").await;
    desktop
        .notice("the status", |notice| notice.title == "Status")
        .await;
    assert!(icon.entry("Stop VNC").await.enabled);
    assert_eq!(program.stop().await, Some(0));
    assert!(!audit(&home).contains("VNC STOP"));
}
