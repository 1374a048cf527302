//! What the icon, its tooltip and the notice show: `glance -> Look`. Pure.

use hostmessenger_actors::alerts::{HealthSummary, Link};
use hostmessenger_actors::glance::Glance;
use hostmessenger_actors::text;
use hostmessenger_actors::wording::{Language, service, tray as say};
use serde::{Deserialize, Serialize};

/// `NOTIFYICONDATAW.szTip` holds 128 UTF-16 units, with the one that ends it.
const TOOLTIP_UNITS: usize = 127;

/// How it stands, in a colour; each has a shape of its own for those who cannot tell colours apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Colour {
    /// Nothing is known yet.
    Grey,
    /// All is well.
    Green,
    /// A warning, no verdict, or the link is gone.
    Amber,
    /// Something is DOWN.
    Red,
}

/// All that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Look {
    /// The icon's colour and shape.
    pub(crate) colour: Colour,
    /// The tooltip.
    pub(crate) tooltip: String,
    /// What is told while somebody may see this screen.
    pub(crate) notice: Option<String>,
    german: bool,
}

impl Look {
    /// The look of this.
    pub(crate) fn of(glance: &Glance) -> Self {
        let lang = glance.lang;
        let session = glance.session.as_ref();
        Self {
            colour: colour(glance.health.as_ref(), glance.link),
            tooltip: tooltip(glance),
            notice: session.map(|session| say::session(lang, session)),
            german: lang == Language::De,
        }
    }

    /// The language of what stands beside it.
    pub(crate) fn lang(&self) -> Language {
        if self.german {
            Language::De
        } else {
            Language::En
        }
    }
}

/// A DOWN is worse than a link that is gone: it was found out here, and the link may tell it yet.
fn colour(health: Option<&HealthSummary>, link: Link) -> Colour {
    let Some(health) = health else {
        return Colour::Grey;
    };
    let nothing_yet = health.total > 0 && health.unjudged == health.total;
    if !health.down.is_empty() {
        Colour::Red
    } else if nothing_yet {
        Colour::Grey
    } else if !health.warning.is_empty() || health.unjudged > 0 || link == Link::Down {
        Colour::Amber
    } else {
        Colour::Green
    }
}

fn tooltip(glance: &Glance) -> String {
    let lang = glance.lang;
    let mut parts = vec!["HostMessenger".to_owned()];
    if glance.session.is_some() {
        parts.push(say::seen(lang));
    }
    parts.push(match &glance.health {
        Some(health) => service::status(lang, Some(health), glance.link),
        None => say::starting(lang),
    });
    cut(&text::clean(&parts.join(": "), TOOLTIP_UNITS))
}

/// At most so many UTF-16 units, and never half a character.
fn cut(text: &str) -> String {
    if text.encode_utf16().count() <= TOOLTIP_UNITS {
        return text.to_owned();
    }
    let mut room = TOOLTIP_UNITS - 1;
    let fits = |c: &char| {
        let left = room.checked_sub(c.len_utf16());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(total: usize, down: &[&str], warning: &[&str], unjudged: usize) -> HealthSummary {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        HealthSummary {
            total,
            down: names(down),
            warning: names(warning),
            unjudged,
        }
    }

    fn glance(health: Option<HealthSummary>, link: Link) -> Glance {
        Glance {
            lang: Language::En,
            health,
            link,
            session: None,
        }
    }

    #[test]
    fn the_colour_says_the_worst_of_it() {
        for (health, link, expected) in [
            (None, Link::Up, Colour::Grey),
            (Some(health(2, &[], &[], 2)), Link::Down, Colour::Grey),
            (Some(health(2, &[], &[], 0)), Link::Up, Colour::Green),
            (Some(health(2, &[], &[], 0)), Link::None, Colour::Green),
            (Some(health(0, &[], &[], 0)), Link::None, Colour::Green),
            (Some(health(2, &[], &[], 0)), Link::Down, Colour::Amber),
            (Some(health(2, &[], &[], 1)), Link::Up, Colour::Amber),
            (Some(health(2, &[], &["disk"], 0)), Link::Up, Colour::Amber),
            (
                Some(health(2, &["shop"], &["disk"], 0)),
                Link::Up,
                Colour::Red,
            ),
            (Some(health(2, &["shop"], &[], 1)), Link::Down, Colour::Red),
        ] {
            assert_eq!(
                colour(health.as_ref(), link),
                expected,
                "{health:?} {link:?}"
            );
        }
    }

    #[test]
    fn the_tooltip_is_what_the_presence_says() {
        let shown = |glance: &Glance| Look::of(glance).tooltip;
        let mut glance = glance(None, Link::Down);
        assert_eq!(shown(&glance), "HostMessenger: starting");
        glance.health = Some(health(6, &["shop"], &[], 0));
        assert_eq!(
            shown(&glance),
            "HostMessenger: 1 of 6 down: shop; XMPP not connected"
        );
        glance.lang = Language::De;
        assert_eq!(
            shown(&glance),
            "HostMessenger: 1 von 6 ausgefallen: shop; XMPP nicht verbunden"
        );
    }

    #[test]
    fn a_tooltip_fits_windows_and_is_cut_between_characters() {
        let long = "😀".repeat(100);
        let look = Look::of(&glance(Some(health(1, &[&long], &[], 0)), Link::Up));
        assert_eq!(look.colour, Colour::Red);
        let units = look.tooltip.encode_utf16().count();
        assert!((120..=TOOLTIP_UNITS).contains(&units), "{units}");
        assert!(look.tooltip.ends_with('…'), "{}", look.tooltip);
    }
}
