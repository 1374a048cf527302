//! Screen resolution: every screen of the display servers that are set for us, X11 or Wayland; where
//! there is none, or none answers, the monitors that the kernel sees.
//!
//! A trap: connecting to a display server that is stopped succeeds, and the first answer never comes.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::join_all;

use super::apart::{self, Sentence, Told, failure, plain, sentence};
use super::lines::Line;
use crate::text::clean;
use crate::wording::host_info as say;

#[cfg(target_os = "linux")]
mod drm;
#[cfg(target_os = "linux")]
mod wayland;
#[cfg(target_os = "linux")]
mod x11;

/// For each display server; all are asked at once. Shorter than the line's deadline, so that one that
/// is stuck leaves time for what another said.
const PATIENCE: Duration = Duration::from_secs(4);

/// More are not shown, whatever a display server says.
const MOST: usize = 32;

/// A screen, in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Screen {
    name: String,
    width: u32,
    height: u32,
}

/// Who can tell, in the order in which they are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A display such as `:0`.
    X11(String),
    /// The socket of a compositor.
    Wayland(PathBuf),
    /// The kernel's connectors, under this folder.
    Drm(PathBuf),
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::X11(display) => format!("X11 {display}"),
            Self::Wayland(socket) => format!("Wayland {}", socket.display()),
            Self::Drm(_) => "DRM".to_owned(),
        }
    }

    #[cfg(target_os = "linux")]
    fn find_out(&self) -> Result<Vec<Screen>, String> {
        match self {
            Self::X11(display) => x11::screens(display),
            Self::Wayland(socket) => wayland::screens(socket),
            Self::Drm(folder) => Ok(drm::screens(folder)),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn find_out(&self) -> Result<Vec<Screen>, String> {
        Err("not supported on this system".to_owned())
    }

    async fn ask(self) -> (Self, Told) {
        let asked = self.clone();
        let find_out = move || match asked.find_out() {
            Ok(screens) if screens.is_empty() => Err(sentence(say::no_screens_there)),
            Ok(screens) => Ok(plain(told(&screens))),
            Err(why) => Err(failure(why)),
        };
        let question = (Line::Screens, self.name());
        let told = apart::ask(question, PATIENCE, find_out).await;
        (self, told)
    }
}

/// `HDMI-1 1920x1080, DP-1 2560x1440`
fn told(screens: &[Screen]) -> String {
    let told = screens.iter().take(MOST).map(|screen| {
        let Screen {
            name,
            width,
            height,
        } = screen;
        format!("{} {width}x{height}", clean(name, 40))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Who is asked. A display that is configured comes first; then the session's Wayland, whose X11 is
/// only an imitation; then the session's X11, or `:0` where it is there; and the kernel.
fn sources(configured: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Vec<Source> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut sources = Vec::new();
    if let Some(display) = configured {
        sources.push(Source::X11(display.to_owned()));
    }
    if let Some(display) = set("WAYLAND_DISPLAY") {
        // An absolute path needs no folder.
        let folder = set("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .unwrap_or_default();
        sources.push(Source::Wayland(folder.join(display)));
    }
    let usual = || {
        let there = std::path::Path::new("/tmp/.X11-unix/X0").exists();
        there.then(|| ":0".to_owned())
    };
    if configured.is_none()
        && let Some(display) = set("DISPLAY").or_else(usual)
    {
        sources.push(Source::X11(display));
    }
    sources.push(Source::Drm("/sys/class/drm".into()));
    sources
}

/// The line of OS.
pub(super) async fn ask(configured: Option<&str>) -> Told {
    ask_all(sources(configured, |name| std::env::var(name).ok())).await
}

/// The first that tells; what was said in vain before it is told as well.
pub(super) async fn ask_all(sources: Vec<Source>) -> Told {
    let mut failed: Vec<(String, Sentence)> = Vec::new();
    for (source, told) in join_all(sources.into_iter().map(Source::ask)).await {
        let of_kernel = matches!(source, Source::Drm(_));
        match told {
            Ok(screens) if failed.is_empty() || !of_kernel => return Ok(screens),
            Ok(screens) => {
                return Ok(sentence(move |lang| {
                    say::screens_but(lang, screens(lang), reasons(lang, &failed))
                }));
            }
            // The kernel knows of no monitor: nothing that went wrong.
            Err(_) if of_kernel => {}
            Err(why) => failed.push((source.name(), why)),
        }
    }
    if failed.is_empty() {
        return Ok(sentence(say::no_screen));
    }
    Err(sentence(move |lang| reasons(lang, &failed)))
}

fn reasons(lang: crate::wording::Language, failed: &[(String, Sentence)]) -> String {
    let told = failed
        .iter()
        .map(|(name, why)| say::display_failed(lang, clean(name, 100), why(lang)));
    told.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[cfg(target_os = "linux")]
pub(super) mod tests;
