//! Monitors that the kernel sees, with no display server at all: `/sys/class/drm`.

use std::fs;
use std::path::Path;

use super::Screen;

/// Connected monitors, each with its first mode, which is the one it prefers.
pub(super) fn screens(folder: &Path) -> Vec<Screen> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut screens: Vec<_> = entries
        .filter_map(|entry| screen(&entry.ok()?.path()))
        .collect();
    screens.sort_by(|a, b| a.name.cmp(&b.name));
    screens
}

fn screen(connector: &Path) -> Option<Screen> {
    let status = fs::read_to_string(connector.join("status")).ok()?;
    if status.trim() != "connected" {
        return None;
    }
    let modes = fs::read_to_string(connector.join("modes")).ok()?;
    let (width, height) = modes.lines().next()?.trim().split_once('x')?;
    // `card0-HDMI-A-1`: the card says nothing to people. Interlaced modes end in `i`.
    let name = connector.file_name()?.to_string_lossy();
    Some(Screen {
        name: name.split_once('-')?.1.to_owned(),
        width: width.parse().ok()?,
        height: height.trim_end_matches('i').parse().ok()?,
    })
}
