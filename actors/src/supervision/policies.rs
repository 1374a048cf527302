//! What the board knows of each target, from the configuration.

use std::collections::HashMap;
use std::sync::Arc;

use hostmessenger_config::{AlertTo, Config, Judging, Scope, Target};

use crate::alerts::TargetPolicy;
use crate::probe::net::Here;

/// Policies of all targets; those that are judged alike share that here too.
pub fn of(config: &Config) -> Vec<TargetPolicy> {
    let here = Here::look();
    // Without an account the console is the only one to tell.
    let only_owner = config.account.is_none();
    let mut known: HashMap<(*const Judging, Scope), Arc<Judging>> = HashMap::new();
    let policy = |target: &Arc<Target>| {
        let written = &target.judging;
        let scope = written.scope.unwrap_or_else(|| here.scope_of(&target.kind));
        let key = (Arc::as_ptr(written), scope);
        let judging = known.entry(key).or_insert_with(|| {
            let mut judging = Judging::clone(written);
            judging.scope = Some(scope);
            if only_owner {
                judging.alert_to = vec![AlertTo::Owner];
            }
            Arc::new(judging)
        });
        TargetPolicy {
            name: Arc::clone(&target.name),
            judging: Arc::clone(judging),
        }
    };
    config.targets.iter().map(policy).collect()
}
