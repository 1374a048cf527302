//! Durations, sizes and times as people read them.

use std::time::Duration;

use jiff::Timestamp;

use super::Language;

/// `12m 3s`, `1h 5m`, `3d 4h`: the two largest units. Under a second: `850ms`.
pub fn duration(d: Duration) -> String {
    let secs = d.as_secs();
    if secs == 0 {
        return format!("{}ms", d.subsec_millis());
    }
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = secs;
    let mut parts = Vec::new();
    for (name, size) in units {
        let n = rest / size;
        rest %= size;
        if n > 0 {
            parts.push(format!("{n}{name}"));
        } else if !parts.is_empty() {
            // Only neighbours: "1d" rather than "1d 5s".
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    parts.join(" ")
}

/// `12.3 GiB`; in German with a decimal comma.
pub fn size(lang: Language, bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1023.95 && unit < UNITS.len() - 1 {
        value /= 1024.0;
        unit += 1;
    }
    decimal(lang, value, 1) + " " + UNITS[unit]
}

/// A number with so many decimals, and the language's decimal sign.
pub fn decimal(lang: Language, value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match lang {
        Language::En => text,
        Language::De => text.replace('.', ","),
    }
}

/// Date and time in this machine's time zone: `2026-11-23 14:03:05`, German `23.11.2026 14:03:05`.
pub fn date_time(lang: Language, at: Timestamp) -> String {
    let zoned = at.to_zoned(jiff::tz::TimeZone::system());
    match lang {
        Language::En => zoned.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Language::De => zoned.strftime("%d.%m.%Y %H:%M:%S").to_string(),
    }
}

/// A time that follows another: `14:03`, with the date where that is another day.
pub fn time_after(lang: Language, before: Timestamp, at: Timestamp) -> String {
    let zone = jiff::tz::TimeZone::system();
    let (before, at) = (before.to_zoned(zone.clone()), at.to_zoned(zone));
    let form = match (lang, before.date() == at.date()) {
        (_, true) => "%H:%M",
        (Language::En, false) => "%Y-%m-%d %H:%M",
        (Language::De, false) => "%d.%m.%Y %H:%M",
    };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_shows_its_two_largest_units() {
        let s = Duration::from_secs;
        assert_eq!(duration(Duration::from_millis(850)), "850ms");
        assert_eq!(duration(s(723)), "12m 3s");
        assert_eq!(duration(s(3_600)), "1h");
        assert_eq!(duration(s(86_405)), "1d");
        assert_eq!(duration(s(273_600)), "3d 4h");
    }

    #[test]
    fn a_size_has_one_decimal_and_the_sign_of_the_language() {
        assert_eq!(size(Language::En, 0), "0 B");
        assert_eq!(size(Language::En, 1_536), "1.5 KiB");
        assert_eq!(size(Language::De, 5_368_709_120), "5,0 GiB");
        assert_eq!(size(Language::En, 1_048_575), "1.0 MiB");
    }
}
