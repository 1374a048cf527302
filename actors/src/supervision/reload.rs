//! What differs between two configurations, so that only that is started anew. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use hostmessenger_config::{Account, Config, Language, Target};

use crate::wording::reload as say;

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A target that is no more.
    Removed(String),
    /// A new target.
    Added(String),
    /// A target that is checked in another way.
    Changed(String),
    /// A target that is checked as before, but judged or told otherwise.
    Judging(String),
    /// How alerts are told, or the language.
    Journal,
    /// What OS and HD tell.
    HostInfo,
    /// Remote control.
    Vnc,
    /// The account, or who is in its contact list.
    Account,
    /// Who may command.
    Access,
    /// The data folder; waits for a restart.
    DataDir,
    /// How to log; waits for a restart.
    Log,
}

impl Difference {
    /// Whether the journal must hear of it.
    pub fn concerns_targets(&self) -> bool {
        matches!(
            self,
            Self::Removed(_) | Self::Added(_) | Self::Changed(_) | Self::Judging(_)
        )
    }

    /// The difference in words.
    pub fn describe(&self, lang: Language) -> String {
        match self {
            Self::Removed(name) => say::removed(lang, name),
            Self::Added(name) => say::added(lang, name),
            Self::Changed(name) | Self::Judging(name) => say::changed(lang, name),
            Self::Journal => say::alerts(lang),
            Self::HostInfo => say::host_info(lang),
            Self::Vnc => say::vnc(lang),
            Self::Account => say::account(lang),
            Self::Access => say::access(lang),
            Self::DataDir => say::data_dir(lang),
            Self::Log => say::log(lang),
        }
    }
}

/// All that differs, in the order in which it is to be applied: who is gone makes room first.
pub fn differences(old: &Config, new: &Config) -> Vec<Difference> {
    let mut found = targets(&old.targets, &new.targets);
    let language = old.language != new.language;
    let account = !same_account(old.account.as_ref(), new.account.as_ref());
    let came_or_went = old.account.is_some() != new.account.is_some();
    let access = !same_access(old, new);
    let mut note = |differs: bool, difference| {
        if differs {
            found.push(difference);
        }
    };
    let alerts = old.alerts != new.alerts || old.history_keep != new.history_keep;
    note(alerts || language || came_or_went, Difference::Journal);
    let display = old.vnc.display != new.vnc.display;
    let host_info = old.external_ip != new.external_ip || display || came_or_went;
    note(host_info, Difference::HostInfo);
    note(old.vnc != new.vnc, Difference::Vnc);
    note(account || access || language, Difference::Account);
    note(access || language || came_or_went, Difference::Access);
    note(old.data_dir != new.data_dir, Difference::DataDir);
    note(old.log != new.log, Difference::Log);
    found
}

fn targets(old: &[Arc<Target>], new: &[Arc<Target>]) -> Vec<Difference> {
    fn by_name(of: &[Arc<Target>]) -> HashMap<&str, &Target> {
        let named = of.iter().map(|target| (&*target.name, &**target));
        named.collect()
    }
    let (before, now) = (by_name(old), by_name(new));
    let gone = old.iter().filter(|target| !now.contains_key(&*target.name));
    let mut found: Vec<_> = gone
        .map(|target| Difference::Removed(target.name.to_string()))
        .collect();
    for target in new {
        let name = target.name.to_string();
        match before.get(name.as_str()) {
            None => found.push(Difference::Added(name)),
            Some(other) if !other.same_check(target) => found.push(Difference::Changed(name)),
            Some(other) if !other.same_as(target) => found.push(Difference::Judging(name)),
            Some(_) => {}
        }
    }
    found
}

fn same_account(a: Option<&Account>, b: Option<&Account>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.same_as(b),
        (None, None) => true,
        _ => false,
    }
}

fn same_access(old: &Config, new: &Config) -> bool {
    use secrecy::ExposeSecret;
    let secret = |config: &Config| {
        let secret = config.access.vnc_totp_secret.as_ref();
        secret.map(|secret| secret.expose_secret().to_owned())
    };
    old.access.owner == new.access.owner
        && old.access.support == new.access.support
        && old.access.locked == new.access.locked
        && secret(old) == secret(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "language: en
data_dir: data
account: {jid: web01@example.org, password: secret}
access: {owner: owner@example.org}
targets:
  - {name: a, kind: port, host: 127.0.0.1, port: 1}
  - {name: b, kind: port, host: 127.0.0.1, port: 2}
";

    fn config(text: &str) -> Config {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("hostmessenger.yaml");
        std::fs::write(&file, text).unwrap();
        hostmessenger_config::close_to_others(&file).unwrap();
        let mut config = hostmessenger_config::load(&file, std::iter::empty()).unwrap();
        // The folder is another one each time.
        config.data_dir = config.data_dir.file_name().unwrap().into();
        config
    }

    /// What differs once this is put in place of that.
    fn after(replace: &str, with: &str) -> Vec<Difference> {
        assert!(BEFORE.contains(replace));
        differences(&config(BEFORE), &config(&BEFORE.replace(replace, with)))
    }

    #[test]
    fn what_did_not_change_is_left_alone() {
        assert_eq!(after("language: en", "language: en"), []);
    }

    #[test]
    fn a_target_concerns_itself_alone() {
        let name = |name: &str| name.to_owned();
        let renamed = after("name: b", "name: c");
        let expected = [Difference::Removed(name("b")), Difference::Added(name("c"))];
        assert_eq!(renamed, expected);
        assert_eq!(
            after("port: 2", "port: 3"),
            [Difference::Changed(name("b"))]
        );
        let judged = after("port: 2", "port: 2, fail_after: 9");
        assert_eq!(judged, [Difference::Judging(name("b"))]);
    }

    #[test]
    fn an_account_is_a_new_login_and_access_a_new_authorizer_too() {
        assert_eq!(
            after("password: secret", "password: other"),
            [Difference::Account]
        );
        let owner = after("owner: owner@", "owner: boss@");
        // The owner is in `alerts.to` by role, not by address.
        assert_eq!(owner, [Difference::Account, Difference::Access]);
        let locked = after("owner: owner@", "locked: [x@example.org], owner: owner@");
        assert_eq!(locked, [Difference::Account, Difference::Access]);
    }

    #[test]
    fn a_data_folder_waits_for_a_restart_and_moves_nobody() {
        assert_eq!(
            after("data_dir: data", "data_dir: other"),
            [Difference::DataDir]
        );
    }
}
