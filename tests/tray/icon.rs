//! The icon and its menu.

use crate::bus::{Bus, Desktop};
use crate::item::Item;
use crate::peers::free_port::free_port;
use crate::peers::{Listener, Program, until};
use crate::{audit, home, start};

async fn item(desktop: &Desktop) -> Item {
    Item::of(&desktop.bus, &desktop.item().await).await
}

#[tokio::test]
async fn the_icon_shows_how_it_stands_and_each_entry_of_its_menu_does_what_it_says() {
    let (bus, port) = (Bus::start(), free_port());
    let desktop = Desktop::on(&bus).await;
    let open = Listener::on(port).await;
    let home = home(port, free_port());
    let mut program = start(&home, &bus);
    let icon = item(&desktop).await;
    icon.says("HostMessenger: all 1 up").await;
    let good = icon.picture().await;
    assert_eq!((good.0, good.1.len()), (16, 16 * 16 * 4));
    assert_eq!(good.1[..4], [0; 4], "a disc has clear corners");

    open.close().await;
    icon.says("1 of 1 down: shop").await;
    assert_ne!(icon.picture().await, good);

    let labels: Vec<String> = icon
        .menu()
        .await
        .into_iter()
        .map(|entry| entry.label)
        .collect();
    let (head, entries) = labels.split_first().unwrap();
    assert!(head.contains("1 of 1 down"), "{head}");
    assert_eq!(entries[..3], ["Status", "Check now", "Stop VNC"]);
    assert_eq!(entries.last().unwrap(), "Quit");
    assert!(!icon.entry("Stop VNC").await.enabled);

    icon.click("Status").await;
    let status = desktop
        .notice("the status", |notice| notice.title == "Status")
        .await;
    assert!(status.text.contains("shop: DOWN since"), "{status:?}");
    icon.click("Check now").await;
    let check = desktop
        .notice("the check", |notice| notice.title == "Check now")
        .await;
    assert!(check.text.contains("connection refused"), "{check:?}");

    icon.click("Quit").await;
    assert_eq!(program.ends().await, Some(0));
    assert_eq!(program.log().last().unwrap()["message"], "stopped");
    let trail = audit(&home);
    for line in ["STATUS", "CHECK ALL", "quit"] {
        let entry = format!(r#""by":"tray","deed":"command","line":"{line}""#);
        assert!(trail.contains(&entry), "{entry} in {trail}");
    }
}

#[tokio::test]
async fn an_icon_comes_with_the_desktop_and_goes_with_the_program() {
    let (bus, port) = (Bus::start(), free_port());
    let home = home(port, free_port());
    let mut program = start(&home, &bus);
    program.target_goes("shop", "DOWN").await;
    let desktop = Desktop::on(&bus).await;
    let name = desktop.item().await;
    Item::of(&desktop.bus, &name)
        .await
        .says("1 of 1 down")
        .await;
    assert_eq!(program.stop().await, Some(0));
    let asked = zbus::fdo::DBusProxy::new(&desktop.bus).await.unwrap();
    let owned = asked.name_has_owner(name.as_str().try_into().unwrap());
    assert!(!owned.await.unwrap());
}

#[tokio::test]
async fn without_a_session_bus_or_with_no_tray_nothing_is_connected_to() {
    let (bus, port) = (Bus::start(), free_port());
    let desktop = Desktop::on(&bus).await;
    let home = home(port, free_port());
    let mut command = home.command(&["--log-format", "json", "run", "--no-tray"]);
    command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let mut unwanted = Program::of(&mut command);
    unwanted.target_goes("shop", "DOWN").await;
    let other = crate::home(port, free_port());
    let mut homeless = Program::with_console(&other);
    homeless.target_goes("shop", "DOWN").await;
    assert!(
        homeless
            .ask("VNC START")
            .await
            .contains("is on: 127.0.0.1:")
    );
    homeless
        .logs("no desktop, so no notice of remote control")
        .await;
    assert_eq!(homeless.stop().await, Some(0));
    // All that is on the bus is the desktop: itself, twice named, and the bus.
    let asked = zbus::fdo::DBusProxy::new(&desktop.bus).await.unwrap();
    let names = asked.list_names().await.unwrap();
    assert_eq!(names.len(), 4, "{names:?}");
    assert_eq!(unwanted.stop().await, Some(0));
}

#[tokio::test]
async fn a_bus_that_ends_takes_nothing_else_along() {
    let (bus, port) = (Bus::start(), free_port());
    let desktop = Desktop::on(&bus).await;
    let home = home(port, free_port());
    let mut program = start(&home, &bus);
    item(&desktop).await.says("1 of 1 down").await;
    drop(bus);
    assert!(program.ask("VNC START").await.contains("is on: 127.0.0.1:"));
    program.logs("notice of remote control not shown").await;
    let open = Listener::on(port).await;
    program.target_goes("shop", "UP").await;
    open.close().await;
    program.types("quit");
    assert_eq!(program.ends().await, Some(0));
    until("ended", || program.has_ended().then_some(())).await;
}
