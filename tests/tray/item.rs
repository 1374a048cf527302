//! The icon as a desktop reads it (`StatusNotifierItem`) and its menu (`com.canonical.dbusmenu`).

use std::collections::HashMap;

use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, Proxy, proxy::CacheProperties};

use crate::peers::wait::PLENTY;

/// A node of the menu: its id, properties and children.
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// An icon.
pub(crate) struct Item {
    pub(crate) item: Proxy<'static>,
    pub(crate) menu: Proxy<'static>,
}

/// An entry of its menu.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: i32,
    pub(crate) label: String,
    pub(crate) enabled: bool,
}

async fn proxy(bus: &Connection, name: &str, path: &str, interface: &str) -> Proxy<'static> {
    let builder = zbus::proxy::Builder::<Proxy<'static>>::new(bus)
        .destination(name.to_owned())
        .unwrap()
        .path(path.to_owned())
        .unwrap()
        .interface(interface.to_owned())
        .unwrap();
    builder
        .cache_properties(CacheProperties::No)
        .build()
        .await
        .unwrap()
}

impl Item {
    pub(crate) async fn of(bus: &Connection, name: &str) -> Self {
        let item = proxy(
            bus,
            name,
            "/StatusNotifierItem",
            "org.kde.StatusNotifierItem",
        );
        let menu = proxy(bus, name, "/MenuBar", "com.canonical.dbusmenu");
        Self {
            item: item.await,
            menu: menu.await,
        }
    }

    /// The tooltip's first line.
    pub(crate) async fn tooltip(&self) -> String {
        type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let tooltip: ToolTip = self
            .item
            .get_property::<OwnedValue>("ToolTip")
            .await
            .unwrap()
            .try_into()
            .unwrap();
        tooltip.2
    }

    /// Waits until it says this.
    pub(crate) async fn says(&self, what: &str) {
        let said = async {
            while !self.tooltip().await.contains(what) {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PLENTY, said).await;
        assert!(waited.is_ok(), "{what:?} in {:?}", self.tooltip().await);
    }

    /// The picture in its smallest size, alpha first.
    pub(crate) async fn picture(&self) -> (i32, Vec<u8>) {
        let pictures: Vec<(i32, i32, Vec<u8>)> = self
            .item
            .get_property::<OwnedValue>("IconPixmap")
            .await
            .unwrap()
            .try_into()
            .unwrap();
        let (width, height, data) = pictures.into_iter().next().unwrap();
        assert_eq!(width, height);
        (width, data)
    }

    /// The menu, without its lines.
    pub(crate) async fn menu(&self) -> Vec<Entry> {
        let names: Vec<&str> = Vec::new();
        let reply: (u32, Node) = self.menu.call("GetLayout", &(0, -1, names)).await.unwrap();
        reply.1.2.iter().filter_map(|value| entry(value)).collect()
    }

    /// The entry with this label.
    pub(crate) async fn entry(&self, label: &str) -> Entry {
        let menu = self.menu().await;
        let found = menu.iter().find(|entry| entry.label == label);
        found
            .unwrap_or_else(|| panic!("{label:?} in {menu:?}"))
            .clone()
    }

    /// Clicks on an entry.
    pub(crate) async fn click(&self, label: &str) {
        let entry = self.entry(label).await;
        assert!(entry.enabled, "{entry:?}");
        let event = (entry.id, "clicked", Value::from(0_i32), 0_u32);
        let _done: () = self.menu.call("Event", &event).await.unwrap();
    }
}

/// The name of the error that this call is answered with.
pub(crate) async fn refusal<B>(whose: &Proxy<'_>, method: &str, body: &B) -> String
where
    B: serde::Serialize + zbus::zvariant::DynamicType + Sync,
{
    match whose.call_method(method, body).await {
        Err(zbus::Error::MethodError(name, _, _)) => name.to_string(),
        other => panic!("{other:?}"),
    }
}

fn entry(value: &Value<'_>) -> Option<Entry> {
    let value = match value {
        Value::Value(inner) => inner,
        other => other,
    };
    let Value::Structure(entry) = value else {
        return None;
    };
    let [Value::I32(id), Value::Dict(properties), _] = entry.fields() else {
        return None;
    };
    let label: Option<String> = properties.get(&"label").ok().flatten();
    let enabled: Option<bool> = properties.get(&"enabled").ok().flatten();
    Some(Entry {
        id: *id,
        label: label?,
        enabled: enabled.unwrap_or(true),
    })
}
