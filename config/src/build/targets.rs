//! Targets: what every kind has, and what they have to do with each other.

use std::time::Duration;

use config::Value;

use super::{Builder, names};
use crate::used::{Access, AlertTo, Alerts, Target};
use crate::value::{Written, duration_text};
use crate::written;

/// `timeout` where none is written.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What targets fall back on.
struct Fallback<'a> {
    every: Duration,
    timeout: Duration,
    alerts: &'a written::Alerts,
    to: &'a [AlertTo],
    access: &'a Access,
}

impl Builder<'_> {
    /// All targets, or `None` where one of them had a mistake.
    pub(super) fn targets(
        &mut self,
        written: &[Value],
        defaults: &written::Defaults,
        alerts_written: &written::Alerts,
        alerts: &Alerts,
        access: &Access,
    ) -> Option<Vec<Target>> {
        let every = defaults.every.0;
        let fallback = Fallback {
            every,
            timeout: self.timeout(defaults.timeout.as_ref(), TIMEOUT, every, "defaults"),
            alerts: alerts_written,
            to: &alerts.to,
            access,
        };
        // Elements that were no tables at all are gone, and with them the count.
        let all_there = self.count("targets") == written.len();
        let mut common = Vec::new();
        let mut targets = Vec::new();
        for (index, value) in written.iter().enumerate() {
            let path = if all_there {
                format!("targets[{index}]")
            } else {
                "targets".to_owned()
            };
            let Ok(target) = value.clone().try_deserialize::<written::Target>() else {
                continue;
            };
            let kind = target
                .kind
                .as_deref()
                .and_then(|kind| self.kind(kind, value, &path));
            common.push(names::Named {
                path: path.clone(),
                name: target.name.clone(),
                depends_on: target.depends_on.clone(),
            });
            targets.extend(self.target(target, kind, &path, &fallback));
        }
        let names = names::check(&common, self);
        for (target, depends_on) in targets.iter_mut().zip(names) {
            target.depends_on = depends_on;
        }
        (targets.len() == written.len()).then_some(targets)
    }

    fn target(
        &mut self,
        target: written::Target,
        kind: Option<crate::used::Kind>,
        path: &str,
        fallback: &Fallback<'_>,
    ) -> Option<Target> {
        let every = target.every.map_or(fallback.every, |Written(every)| every);
        let timeout = self.timeout(target.timeout.as_ref(), fallback.timeout, every, path);
        let alert_to = match &target.alert_to {
            Some(to) => self.recipients(to, fallback.access, &format!("{path}.alert_to")),
            None => fallback.to.to_vec(),
        };
        let alerts = fallback.alerts;
        Some(Target {
            name: target.name?,
            kind: kind?,
            every,
            timeout,
            fail_after: target.fail_after.unwrap_or(alerts.fail_after),
            recover_after: target.recover_after.unwrap_or(alerts.recover_after),
            retry_every: target
                .retry_every
                .map_or(alerts.retry_every.0, |Written(pace)| pace),
            remind_every: target
                .remind_every
                .map_or(alerts.remind_every.0.0, |Written(pace)| pace.0),
            depends_on: target.depends_on,
            alert_to,
            scope: target.scope.map(|Written(scope)| scope),
        })
    }

    /// `timeout` is at most `every`: one that was written and is not is a mistake, a default is
    /// made shorter.
    fn timeout(
        &mut self,
        written: Option<&Written<Duration>>,
        default: Duration,
        every: Duration,
        path: &str,
    ) -> Duration {
        match written {
            Some(Written(timeout)) if *timeout > every => {
                let allowed = format!("a duration of at most {} (every)", duration_text(every));
                self.wrong(&format!("{path}.timeout"), "is longer than every", &allowed);
                every
            }
            Some(Written(timeout)) => *timeout,
            None => default.min(every),
        }
    }

    fn count(&self, path: &str) -> usize {
        match self.find(path).0.map(|value| &value.kind) {
            Some(config::ValueKind::Array(list)) => list.len(),
            // From a variable: YAML in a text.
            _ => usize::MAX,
        }
    }
}
