//! The end of a run: a table for people, a line of JSON for scripts, the program's log in a file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::Flavour;
use crate::settings::Settings;
use crate::verdict::Tally;

/// Of each kind of fault: how often it struck, how often it could not.
pub(crate) type Struck = BTreeMap<&'static str, (usize, usize)>;

/// All that a run found.
pub(crate) struct Report {
    /// Which server.
    pub(crate) flavour: Flavour,
    /// What was asked.
    pub(crate) settings: Settings,
    /// Changes made.
    pub(crate) changes: usize,
    /// Faults.
    pub(crate) struck: Struck,
    /// The count.
    pub(crate) tally: Tally,
    /// Changes in the log that nobody made.
    pub(crate) unmade: Vec<String>,
    /// What went wrong on the way, and could not be counted.
    pub(crate) trouble: Vec<String>,
    /// What the archive of a killed server forgot.
    pub(crate) unarchived: usize,
    /// How long it all took.
    pub(crate) took: Duration,
}

impl Report {
    /// Whether all that was promised was kept.
    pub(crate) fn is_good(&self) -> bool {
        let doubled = self.flavour.remembers() && !self.tally.doubled.is_empty();
        self.tally.lost.is_empty()
            && self.tally.disordered.is_empty()
            && self.unmade.is_empty()
            && self.trouble.is_empty()
            && !doubled
    }

    /// Tells it.
    pub(crate) fn print(&self) {
        let tally = &self.tally;
        println!("\n{}, seed {}", self.flavour.name(), self.settings.seed);
        let faults: usize = self.struck.values().map(|(struck, _)| struck).sum();
        for (label, value) in [
            ("faults", faults.to_string()),
            ("changes made", self.changes.to_string()),
            ("alerts due", tally.due.to_string()),
            ("delivered", tally.delivered.to_string()),
            ("only counted in a digest", tally.omitted.to_string()),
            ("lost", tally.lost.len().to_string()),
            ("doubled", self.doubled()),
            ("out of order", tally.disordered.len().to_string()),
            ("changes nobody made", self.unmade.len().to_string()),
            ("lost by the server itself", tally.taken_only.to_string()),
            ("forgotten by its archive", self.unarchived.to_string()),
            ("worst delay", format!("{:.1?}", tally.worst)),
            ("worst delay in calm", format!("{:.1?}", tally.worst_calm)),
            ("took", format!("{:.0?}", self.took)),
        ] {
            println!("  {label:<26} {value:>8}");
        }
        for (name, (struck, missed)) in &self.struck {
            let missed = if *missed > 0 {
                format!(" ({missed} could not)")
            } else {
                String::new()
            };
            println!("    {name:<24} {struck:>8}{missed}");
        }
        self.print_wrongs();
        println!("{}", self.json());
    }

    fn doubled(&self) -> String {
        let count = self.tally.doubled.len();
        if self.flavour.remembers() {
            count.to_string()
        } else {
            format!("{count} (may be)")
        }
    }

    fn print_wrongs(&self) {
        let tally = &self.tally;
        for (what, list) in [
            ("LOST", &tally.lost),
            ("DOUBLED", &tally.doubled),
            ("OUT OF ORDER", &tally.disordered),
            ("MADE BY NOBODY", &self.unmade),
            ("TROUBLE", &self.trouble),
        ] {
            for entry in list.iter().take(20) {
                println!("  {what}: {entry}");
            }
        }
    }

    fn json(&self) -> Value {
        let tally = &self.tally;
        let faults: BTreeMap<_, _> = self
            .struck
            .iter()
            .map(|(name, (struck, _))| (*name, *struck))
            .collect();
        json!({
            "server": self.flavour.name(),
            "seed": self.settings.seed,
            "rounds": self.settings.rounds,
            "changes": self.changes,
            "faults": faults,
            "due": tally.due,
            "delivered": tally.delivered,
            "omitted": tally.omitted,
            "lost": tally.lost.len(),
            "doubled": tally.doubled.len(),
            "out_of_order": tally.disordered.len(),
            "unmade": self.unmade.len(),
            "trouble": self.trouble.len(),
            "lost_by_server": tally.taken_only,
            "unarchived": self.unarchived,
            "worst_delay_s": tally.worst.as_secs_f64(),
            "worst_calm_delay_s": tally.worst_calm.as_secs_f64(),
            "took_s": self.took.as_secs_f64(),
            "good": self.is_good(),
        })
    }

    /// Writes text to a file of this run's own and gives its place.
    pub(crate) fn file(&self, kind: &str, text: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let name = format!(
            "chaos-{}-{}.{kind}",
            self.flavour.name(),
            self.settings.seed
        );
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file
    }
}
