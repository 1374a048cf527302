//! Times and names as FTP servers write them. Pure.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::DateTime;
use suppaftp::list::ListParser;

/// When something was changed, as exactly as the server told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Modified {
    at: Timestamp,
    /// It may have been as much later than that.
    slack: Duration,
}

impl Modified {
    /// To the second and in UTC.
    pub(super) fn exactly(at: Timestamp) -> Self {
        let slack = Duration::ZERO;
        Self { at, slack }
    }

    /// Its age, or the least that it can be; zero for times to come.
    pub(super) fn least_age(self, now: Timestamp) -> Duration {
        let age = Duration::try_from(now.duration_since(self.at)).unwrap_or_default();
        age.saturating_sub(self.slack)
    }
}

/// `20260131235959` or `20260131235959.123`, in UTC (RFC 3659, 2.3).
pub(super) fn time_val(text: &str) -> Option<Timestamp> {
    let digits = text.trim().split('.').next()?;
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let time = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// The time among the facts of MLST: ` type=file;modify=20260131235959; /name` (RFC 3659, 7.2).
pub(super) fn modify_fact(line: &str) -> Option<Timestamp> {
    let (facts, _) = line.trim_start().split_once(' ')?;
    facts.split(';').find_map(|fact| {
        let (name, value) = fact.split_once('=')?;
        name.eq_ignore_ascii_case("modify")
            .then(|| time_val(value))
            .flatten()
    })
}

/// What was looked for, in a listing; the time where it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed(pub(super) Option<Modified>);

/// What a line of LIST says of a name; `None`: it is of another.
pub(super) fn in_list(line: &str, name: &str) -> Option<Listed> {
    if !line.contains(name) {
        return None;
    }
    match ListParser::parse_posix(line).or_else(|_| ListParser::parse_dos(line)) {
        Ok(file) => (file.name() == name).then(|| Listed(list_time(file.modified()))),
        Err(_) => line
            .strip_suffix(name)?
            .ends_with(' ')
            .then_some(Listed(None)),
    }
}

/// A listing has the server's own time zone, which nobody tells, and for older files the day alone.
/// So it may be half a day later, or one and a half: rather told late than a false alarm.
fn list_time(modified: SystemTime) -> Option<Modified> {
    const HALF_DAY: Duration = Duration::from_hours(12);
    // What it cannot read is told as the beginning of time.
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    if since.is_zero() {
        return None;
    }
    let day_alone = since.as_secs() % 86_400 == 0;
    let slack = if day_alone { HALF_DAY * 3 } else { HALF_DAY };
    let at = Timestamp::try_from(modified).ok()?;
    Some(Modified { at, slack })
}

/// What a line of NLST says of a name; some servers put the folder in front.
pub(super) fn in_names(line: &str, name: &str) -> Option<Listed> {
    (line.rsplit(['/', '\\']).next() == Some(name)).then_some(Listed(None))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_time_of_rfc_3659_is_utc_and_anything_else_is_none() {
        let time = at("2026-01-31T23:59:59Z");
        assert_eq!(time_val("20260131235959"), Some(time));
        assert_eq!(time_val(" 20260131235959.250 "), Some(time));
        for text in [
            "",
            "2026",
            "20261331235959",
            "191000101000000",
            "2026013123595x",
            "+2026013123595",
        ] {
            assert_eq!(time_val(text), None, "{text}");
        }
        let fact = " Type=file;Size=3;Modify=20260131235959;UNIX.mode=0644; /a b;c=d";
        assert_eq!(modify_fact(fact), Some(time));
        assert_eq!(modify_fact(" type=dir; /modify=20260131235959"), None);
    }

    #[test]
    fn a_line_of_a_listing_is_known_by_its_whole_name() {
        let file = "-rw-r--r--   1 ftp  ftp  12 Jan 05  2024 ls-lR.gz";
        assert!(in_list(file, "ls-lR.gz").is_some());
        assert_eq!(in_list(file, "lR.gz"), None);
        assert_eq!(in_list(file, "ls-lR"), None);
        let folder = "drwxr-xr-x   2 ftp  ftp  12 Jan 05  2024 my folder";
        assert!(in_list(folder, "my folder").is_some());
        let link = "lrwxrwxrwx   1 ftp  ftp  12 Jan 05  2024 now -> v2";
        assert!(in_list(link, "now").is_some());
        assert!(in_list("04-08-14  03:09PM  8192 omar.txt", "omar.txt").is_some());
        assert_eq!(in_list("? odd format x.txt", "x.txt"), Some(Listed(None)));
        assert_eq!(in_list("total 4", "4x"), None);
    }

    #[test]
    fn a_time_from_a_listing_is_taken_as_late_as_it_can_be() {
        let posix = "-rw-r--r--   1 ftp  ftp  12 Jan 05  2024 old";
        let old = in_list(posix, "old").unwrap().0.unwrap();
        assert_eq!(old.least_age(at("2024-01-07T00:00:00Z")), HOUR * 12);
        assert_eq!(old.least_age(at("2024-01-06T00:00:00Z")), Duration::ZERO);
        let dos = in_list("04-08-14  03:00PM  8192 x", "x")
            .unwrap()
            .0
            .unwrap();
        assert_eq!(dos.least_age(at("2014-04-09T15:00:00Z")), HOUR * 12);
    }

    #[test]
    fn names_are_found_with_and_without_their_folder() {
        assert!(in_names("/pub/a.txt", "a.txt").is_some());
        assert!(in_names("b.txt", "b.txt").is_some());
        assert!(in_names(".\\c.txt", "c.txt").is_some());
        assert_eq!(in_names("/pub/a.txt", "pub"), None);
    }

    proptest! {
        #[test]
        fn no_listing_however_odd_upsets_the_search(line in ".*", name in "[a-z]{1,5}") {
            let _found = in_list(&line, &name);
            let _fact = modify_fact(&line);
            let _time = time_val(&line);
        }
    }
}
