//! Durations, shares and sizes.

use std::time::Duration;

use super::FromText;
use crate::used::{MinFree, Percent};

/// The longest duration that may be written, so that adding it to a date cannot overflow.
pub(crate) const LONGEST: Duration = Duration::from_hours(3650 * 24);

const UNITS: [(&str, u64); 6] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 604_800_000),
];

const SIZES: [(&str, u64); 9] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// The digits that a text begins with, and the rest.
fn split_number(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

impl FromText for Duration {
    /// `500ms`, `5s`, `1h30m`, `14d`, `2w`: whole numbers, largest unit first, each once.
    fn from_text(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut millis = 0_u64;
        let mut smallest = u64::MAX;
        while !rest.is_empty() || smallest == u64::MAX {
            let (number, after) = split_number(rest);
            let end = after
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(after.len());
            let (unit, after) = after.split_at(end);
            if number.is_empty() {
                return Err("is not a duration".into());
            }
            if unit.is_empty() {
                return Err("is a duration without a unit".into());
            }
            let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return Err("is a duration with an unknown unit".into());
            };
            if *factor >= smallest {
                return Err("has its units out of order".into());
            }
            smallest = *factor;
            millis = number
                .parse::<u64>()
                .ok()
                .and_then(|number| number.checked_mul(*factor))
                .and_then(|part| millis.checked_add(part))
                .ok_or("is too long")?;
            rest = after;
        }
        let duration = Duration::from_millis(millis);
        if duration > LONGEST {
            return Err("is too long".into());
        }
        Ok(duration)
    }
}

/// Writes a duration as it is read.
pub(crate) fn duration_text(duration: Duration) -> String {
    let mut millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if millis == 0 {
        return "0s".into();
    }
    let mut out = String::new();
    for (unit, factor) in UNITS.iter().rev() {
        // Weeks read worse than days: `14d`, not `2w`.
        if *unit != "w" && millis >= *factor {
            out.push_str(&(millis / factor).to_string());
            out.push_str(unit);
            millis %= factor;
        }
    }
    out
}

/// A duration, or `off`.
pub(crate) struct DurationOrOff(pub(crate) Option<Duration>);

impl FromText for DurationOrOff {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self(None)),
            text => Duration::from_text(text).map(|duration| Self(Some(duration))),
        }
    }
}

impl FromText for Percent {
    /// `10%`, `0.5%`: at most two digits after the point.
    fn from_text(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').ok_or("is not a share in percent")?;
        let (whole, rest) = split_number(number);
        let digits = match rest.strip_prefix('.') {
            Some(digits) if !digits.is_empty() => digits,
            None if rest.is_empty() => "",
            _ => return Err("is not a share in percent".into()),
        };
        if whole.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err("is not a share in percent".into());
        }
        let hundredths = format!("{whole}{digits:0<2}");
        match hundredths.parse::<u16>() {
            Ok(value) if value <= 10_000 => Ok(Self(value)),
            _ => Err("is more than the whole".into()),
        }
    }
}

/// A share in whole percent.
pub(crate) struct WholePercent(pub(crate) u8);

impl FromText for WholePercent {
    fn from_text(text: &str) -> Result<Self, String> {
        let Percent(hundredths) = Percent::from_text(text)?;
        if hundredths % 100 != 0 {
            return Err("is not a whole number of percent".into());
        }
        u8::try_from(hundredths / 100)
            .map(Self)
            .map_err(|_| "is more than the whole".into())
    }
}

impl FromText for MinFree {
    fn from_text(text: &str) -> Result<Self, String> {
        if text.ends_with('%') {
            return Percent::from_text(text).map(Self::Percent);
        }
        let (number, unit) = split_number(text);
        let unit = unit.trim_start();
        if number.is_empty() {
            return Err("is neither a share nor a size".into());
        }
        if unit.is_empty() {
            return Err("is a size without a unit".into());
        }
        let factor = SIZES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
            .map(|(_, factor)| *factor)
            .ok_or("is a size with an unknown unit")?;
        number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(factor))
            .map(Self::Bytes)
            .ok_or_else(|| "is too large".into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(text: &str) -> Result<f64, String> {
        Duration::from_text(text).map(|duration| duration.as_secs_f64())
    }

    #[test]
    fn durations_are_read_as_the_manual_writes_them() {
        assert_eq!(seconds("500ms"), Ok(0.5));
        assert_eq!(seconds("5s"), Ok(5.0));
        assert_eq!(seconds("2m"), Ok(120.0));
        assert_eq!(seconds("1h30m"), Ok(5400.0));
        assert_eq!(seconds("14d"), Ok(1_209_600.0));
        assert_eq!(seconds("2w"), Ok(1_209_600.0));
    }

    #[test]
    fn a_duration_without_unit_or_out_of_order_or_endless_is_refused() {
        for text in [
            "", "5", "s", "5x", "5s5m", "5s5s", "-5s", "1.5h", "5 s", "99999w", "5sm",
        ] {
            assert!(seconds(text).is_err(), "{text}");
        }
        assert!(seconds(&"9".repeat(30)).is_err());
    }

    #[test]
    fn sizes_know_decimal_and_binary_units() {
        let bytes = |text| MinFree::from_text(text);
        assert_eq!(bytes("5GiB"), Ok(MinFree::Bytes(5 << 30)));
        assert_eq!(bytes("500MB"), Ok(MinFree::Bytes(500_000_000)));
        assert_eq!(bytes("10%"), Ok(MinFree::Percent(Percent(1000))));
        for text in ["5", "GiB", "5 XB", "99999999TiB", "-5GB", "1.5GB", ""] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares_are_exact_to_a_hundredth() {
        assert_eq!(Percent::from_text("0.5%"), Ok(Percent(50)));
        assert_eq!(Percent::from_text("12.34%"), Ok(Percent(1234)));
        assert_eq!(Percent::from_text("100%"), Ok(Percent(10_000)));
        for text in [
            "101%", "5", "%", "1.234%", "1.%", ".5%", "-1%", "1.+5%", "99999%",
        ] {
            assert!(Percent::from_text(text).is_err(), "{text}");
        }
        assert!(WholePercent::from_text("12.5%").is_err());
    }

    proptest! {
        #[test]
        fn a_duration_reads_back_as_it_is_written(millis in 0_u64..315_360_000_000) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(Duration::from_text(&duration_text(duration)), Ok(duration));
        }

        #[test]
        fn no_text_makes_an_amount_panic(text in "\\PC{0,20}|[0-9.%smhdwGiB]{0,30}") {
            drop(Duration::from_text(&text));
            drop(MinFree::from_text(&text));
            drop(Percent::from_text(&text));
        }
    }
}
