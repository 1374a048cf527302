//! Targets: what every kind has, and what they have to do with each other.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use config::Value;

use super::{Builder, names};
use crate::used::{Access, AlertTo, Alerts, Judging, Target};
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
            Arc::make_mut(&mut target.judging).depends_on = depends_on;
        }
        share(&mut targets);
        (targets.len() == written.len()).then_some(targets)
    }

    fn target(
        &mut self,
        target: written::Target,
        kind: Option<crate::used::Kind>,
        path: &str,
        fallback: &Fallback<'_>,
    ) -> Option<Target> {
        let judging = self.judging(&target, path, fallback);
        let timeout = target.timeout.as_ref();
        let timeout = self.timeout(timeout, fallback.timeout, judging.every, path);
        Some(Target {
            name: target.name?.into(),
            kind: kind?,
            timeout,
            judging: Arc::new(judging),
        })
    }

    fn judging(
        &mut self,
        target: &written::Target,
        path: &str,
        fallback: &Fallback<'_>,
    ) -> Judging {
        let alerts = fallback.alerts;
        let pace = |written: &Option<Written<Duration>>, default| {
            written.as_ref().map_or(default, |Written(pace)| *pace)
        };
        let remind = target.remind_every.as_ref().unwrap_or(&alerts.remind_every);
        Judging {
            every: pace(&target.every, fallback.every),
            fail_after: target.fail_after.unwrap_or(alerts.fail_after),
            recover_after: target.recover_after.unwrap_or(alerts.recover_after),
            retry_every: pace(&target.retry_every, alerts.retry_every.0),
            remind_every: remind.0.0,
            depends_on: target.depends_on.clone(),
            alert_to: match &target.alert_to {
                Some(to) => self.recipients(to, fallback.access, &format!("{path}.alert_to")),
                None => fallback.to.to_vec(),
            },
            scope: target.scope.as_ref().map(|Written(scope)| *scope),
        }
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

/// Has targets that are judged alike hold one copy of that: most files have many of these.
fn share(targets: &mut [Target]) {
    let mut known: HashSet<Arc<Judging>> = HashSet::new();
    for target in targets {
        match known.get(&target.judging) {
            Some(same) => target.judging = Arc::clone(same),
            None => _ = known.insert(Arc::clone(&target.judging)),
        }
    }
}
