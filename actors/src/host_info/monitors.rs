//! Screen resolution on Windows: every monitor with its own pixels and its scaling, the primary one
//! first.
//!
//! A trap: how large a monitor seems depends on what the program has declared about scaling. So the
//! thread looks as a program does that knows of none, and the scaling is what is missing to the pixels.

use hostmessenger_windows::desktop;
use hostmessenger_windows::screens::as_unscaled;
use winsafe::prelude::*;
use winsafe::{DEVMODE, EnumDisplaySettings, GmidxEnum, HDC, HMONITOR, co};

use super::apart::{self, Told, sentence};
use super::lines::{Line, PATIENCE};
use crate::wording::{Language, host_info as say};

/// More are not shown.
const MOST: usize = 32;

/// A monitor that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Monitor {
    primary: bool,
    /// In its own pixels.
    width: u32,
    height: u32,
    /// What a program sees that knows nothing of scaling.
    seen_width: u32,
}

/// The line of OS. The display of the configuration is X11's, and means nothing here.
pub(super) async fn ask(_display: Option<&str>) -> Told {
    apart::ask((Line::Screens, String::new()), PATIENCE, || {
        // Without a desktop Windows invents a monitor.
        if !desktop::is_visible() {
            return Ok(sentence(say::no_desktop));
        }
        let monitors = as_unscaled(monitors);
        if monitors.is_empty() {
            return Err(sentence(say::no_screens_there));
        }
        Ok(sentence(move |lang| told(lang, &monitors)))
    })
    .await
}

fn monitors() -> Vec<Monitor> {
    let mut handles = Vec::new();
    // What was found before a failure is worth telling.
    let all = HDC::NULL.EnumDisplayMonitors(None, |handle, _, _| {
        handles.push(handle);
        handles.len() < MOST
    });
    if let Err(error) = all {
        tracing::debug!(%error, "monitors not fully read");
    }
    let mut monitors: Vec<_> = handles.iter().filter_map(monitor).collect();
    monitors.sort_by_key(|monitor| !monitor.primary);
    monitors
}

fn monitor(handle: &HMONITOR) -> Option<Monitor> {
    let info = handle.GetMonitorInfo().ok()?;
    let seen = info.rcMonitor;
    let seen_width = seen.right.checked_sub(seen.left)?.unsigned_abs();
    let seen_height = seen.bottom.checked_sub(seen.top)?.unsigned_abs();
    let mut mode = DEVMODE::default();
    let current = GmidxEnum::Enum(co::ENUM_SETTINGS::CURRENT);
    let told = EnumDisplaySettings(Some(&info.szDevice()), current, &mut mode);
    let pixels = matches!(told, Ok(true)).then_some((mode.dmPelsWidth, mode.dmPelsHeight));
    // Mirrored remote sessions tell no mode: what is seen is what there is.
    let (width, height) = pixels
        .filter(|(width, height)| *width > 0 && *height > 0)
        .unwrap_or((seen_width, seen_height));
    Some(Monitor {
        primary: info.dwFlags.raw() & co::MONITORINFOF::PRIMARY.raw() != 0,
        width,
        height,
        seen_width,
    })
}

/// In percent; what is seen is whole pixels, so the last digit may be off by one.
fn scaling(monitor: &Monitor) -> Option<u32> {
    let twice = u64::from(monitor.width)
        .checked_mul(200)?
        .checked_div(monitor.seen_width.into())?;
    u32::try_from(twice.div_ceil(2)).ok()
}

/// `screen 1 3840x2160 at 150 %, screen 2 1920x1080`
fn told(lang: Language, monitors: &[Monitor]) -> String {
    let told = monitors.iter().enumerate().map(|(at, monitor)| {
        let screen = say::screen(lang, at + 1, monitor.width, monitor.height);
        match scaling(monitor) {
            Some(percent) if percent != 100 => say::scaled(lang, screen, percent),
            _ => screen,
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(width: u32, height: u32, seen_width: u32) -> Monitor {
        Monitor {
            primary: true,
            width,
            height,
            seen_width,
        }
    }

    #[test]
    fn scaling_is_told_only_where_there_is_any() {
        let monitors = [monitor(3840, 2160, 2560), monitor(1920, 1080, 1920)];
        assert_eq!(
            told(Language::En, &monitors),
            "screen 1 3840x2160 at 150 %, screen 2 1920x1080"
        );
        assert_eq!(
            told(Language::De, &monitors[..1]),
            "Bildschirm 1 3840x2160 bei 150 %"
        );
    }

    #[test]
    fn scaling_is_right_although_what_is_seen_is_rounded() {
        for (width, seen, percent) in [
            (1366, 1093, 125),
            (1366, 1092, 125),
            (2880, 1646, 175),
            (3000, 1500, 200),
            (1920, 1920, 100),
        ] {
            assert_eq!(scaling(&monitor(width, 1, seen)), Some(percent), "{width}");
        }
        assert_eq!(scaling(&monitor(1920, 1080, 0)), None);
    }

    #[tokio::test]
    async fn this_machine_tells_its_screens_or_why_it_has_none() {
        let told = ask(Some(":0")).await.ok().expect("an answer")(Language::En);
        let good = told.starts_with("screen 1 ") || told.starts_with("none: ");
        assert!(good, "{told}");
    }
}
