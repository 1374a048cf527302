//! Sentences about disk checks.

use std::time::Duration;

use hostmessenger_config::Percent;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::probe::kinds::disk::{DiskReason, Limit, Usage};
use crate::wording::{Language, numbers, sentences};

sentences! {
    /// What is free.
    free(free, total) { en: "{free} of {total} free", de: "{free} von {total} frei" }
    /// What is free, with the share.
    free_share(free, total, share) {
        en: "{free} of {total} free ({share})",
        de: "{free} von {total} frei ({share})",
    }
    /// Too little is free: joined to [`free`].
    less_than(usage, limits) { en: "{usage}, less than {limits}", de: "{usage}, weniger als {limits}" }
    /// Too few inodes are free: joined to [`free`].
    few_inodes(usage, share, limit) {
        en: "{usage}; {share} of the inodes free, less than {limit}",
        de: "{usage}; {share} der Inodes frei, weniger als {limit}",
    }
    /// Between two limits.
    and(one, other) { en: "{one} and {other}", de: "{one} und {other}" }
    /// It does not answer.
    hangs(since, lasting) { en: "hangs since {since} ({lasting})", de: "hängt seit {since} ({lasting})" }
    /// No such path.
    missing(path) { en: "{path} does not exist", de: "{path} gibt es nicht" }
    /// We may not look.
    denied(path) { en: "no permission to look at {path}", de: "keine Berechtigung für {path}" }
    /// A drive with nothing in it.
    no_medium(path) { en: "no medium in {path}", de: "kein Datenträger in {path}" }
    /// The server does not answer.
    no_server(path) {
        en: "the server of {path} cannot be reached",
        de: "der Server von {path} ist nicht erreichbar",
    }
    /// The server has no such share.
    no_share(path) { en: "the server has no share {path}", de: "der Server hat keine Freigabe {path}" }
    /// Another account or password is wanted.
    login_refused(path) { en: "login to {path} refused", de: "Anmeldung an {path} abgelehnt" }
    /// Encrypted.
    locked(path) { en: "{path} is locked by BitLocker", de: "{path} ist durch BitLocker gesperrt" }
    /// Damaged, or not formatted.
    no_file_system(path) {
        en: "{path} is damaged or not formatted",
        de: "{path} ist beschädigt oder nicht formatiert",
    }
    /// The device cannot be read.
    broken(path) { en: "the device of {path} cannot be read", de: "das Gerät von {path} ist nicht lesbar" }
    /// It does not tell its size.
    no_size(path) {
        en: "the file system under {path} does not tell its size",
        de: "das Dateisystem unter {path} nennt seine Größe nicht",
    }
    /// The system said no.
    io(why) { en: "{why}", de: "{why}" }
    /// This machine's trouble.
    no_helper(why) {
        en: "the disk could not be asked: {why}",
        de: "der Datenträger konnte nicht gefragt werden: {why}",
    }
}

/// The reason in words.
pub fn reason(lang: Language, reason: &DiskReason) -> String {
    match reason {
        DiskReason::Enough(usage) => self::usage(lang, usage),
        DiskReason::Low { usage, limits } => low(lang, usage, limits),
        DiskReason::Hangs { since, lasting } => hangs(
            lang,
            moment(lang, *since, *lasting),
            numbers::duration(*lasting),
        ),
        DiskReason::Missing { path } => missing(lang, path),
        DiskReason::Denied { path } => denied(lang, path),
        DiskReason::NoMedium { path } => no_medium(lang, path),
        DiskReason::NoServer { path } => no_server(lang, path),
        DiskReason::NoShare { path } => no_share(lang, path),
        DiskReason::LoginRefused { path } => login_refused(lang, path),
        DiskReason::Locked { path } => locked(lang, path),
        DiskReason::NoFileSystem { path } => no_file_system(lang, path),
        DiskReason::Broken { path } => broken(lang, path),
        DiskReason::NoSize { path } => no_size(lang, path),
        DiskReason::Io { why } => io(lang, why),
        DiskReason::NoHelper { why } => no_helper(lang, why),
    }
}

/// `45.2 GiB of 98.0 GiB free (46 %)`.
pub fn usage(lang: Language, usage: &Usage) -> String {
    let free_bytes = numbers::size(lang, usage.available);
    let total = numbers::size(lang, usage.total);
    match usage.available_share() {
        Some(share) => free_share(lang, free_bytes, total, percent(lang, share)),
        None => free(lang, free_bytes, total),
    }
}

fn low(lang: Language, usage: &Usage, limits: &[Limit]) -> String {
    let mut text = self::usage(lang, usage);
    let space = limits.iter().filter_map(|limit| match limit {
        Limit::Percent(share) => Some(percent(lang, Percent(*share))),
        Limit::Bytes(bytes) => Some(numbers::size(lang, *bytes)),
        Limit::Inodes(_) => None,
    });
    if let Some(limits) = space.reduce(|one, other| and(lang, one, other)) {
        text = less_than(lang, text, limits);
    }
    for limit in limits {
        if let (Limit::Inodes(share), Some(inodes)) = (limit, usage.inodes) {
            let free = inodes.available_share().map(|free| percent(lang, free));
            text = few_inodes(
                lang,
                text,
                free.unwrap_or_default(),
                percent(lang, Percent(*share)),
            );
        }
    }
    text
}

/// `46 %`, `1.5 %`: decimals only where there are some, and no share that is shown as more than it
/// is.
fn percent(lang: Language, share: Percent) -> String {
    let (whole, part) = (share.0 / 100, share.0 % 100);
    if part == 0 || whole >= 10 {
        return format!("{whole} %");
    }
    let tenths = f64::from(share.0 / 10) / 10.0;
    if share.0 % 100 < 10 {
        return format!("{whole} %");
    }
    numbers::decimal(lang, tenths, 1) + " %"
}

/// The time alone while that is plain, with the date when it is half a day ago.
fn moment(lang: Language, since: Timestamp, lasting: Duration) -> String {
    if lasting > Duration::from_hours(12) {
        return numbers::date_time(lang, since);
    }
    since
        .to_zoned(TimeZone::system())
        .strftime("%H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::kinds::disk::Inodes;

    const MIB: u64 = 1 << 20;

    fn some(available_mib: u64) -> Usage {
        Usage {
            total: 100_352 * MIB,
            free: available_mib * MIB,
            available: available_mib * MIB,
            inodes: Some(Inodes {
                total: 1_000,
                available: 7,
            }),
        }
    }

    #[test]
    fn what_is_free_is_told_with_its_share() {
        let enough = DiskReason::Enough(some(46_285));
        assert_eq!(
            reason(Language::En, &enough),
            "45.2 GiB of 98.0 GiB free (46 %)"
        );
        assert_eq!(
            reason(Language::De, &enough),
            "45,2 GiB von 98,0 GiB frei (46 %)"
        );
    }

    #[test]
    fn what_is_too_little_is_told_with_its_limits() {
        let mut low = DiskReason::Low {
            usage: some(1_229),
            limits: vec![Limit::Percent(1_000)],
        };
        assert_eq!(
            reason(Language::En, &low),
            "1.2 GiB of 98.0 GiB free (1.2 %), less than 10 %"
        );
        if let DiskReason::Low { limits, .. } = &mut low {
            limits.extend([Limit::Bytes(5 << 30), Limit::Inodes(250)]);
        }
        assert_eq!(
            reason(Language::De, &low),
            "1,2 GiB von 98,0 GiB frei (1,2 %), weniger als 10 % und 5,0 GiB; \
             0,7 % der Inodes frei, weniger als 2,5 %"
        );
    }

    #[test]
    fn a_hang_is_told_with_its_beginning_and_its_length() {
        let hangs = DiskReason::Hangs {
            since: Timestamp::UNIX_EPOCH,
            lasting: Duration::from_secs(125),
        };
        let text = reason(Language::En, &hangs);
        assert!(
            text.starts_with("hangs since ") && text.ends_with(" (2m 5s)"),
            "{text}"
        );
        assert_eq!(text.len(), "hangs since 14:03:05 (2m 5s)".len());
    }
}
