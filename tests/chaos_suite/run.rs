//! A run: rounds of changes and a fault, each to its end, then the count.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::clock::Clock;
use crate::corrupt::corrupt;
use crate::load::name;
use crate::plan::{Fault, KINDS, Plan, Round};
use crate::recorder::{Heard, Kept, Recorder};
use crate::report::{Report, Struck};
use crate::scene::{Flavour, Scene};
use crate::settings::Settings;
use crate::strike;
use crate::told::told;
use crate::verdict::tally;

/// A change is seen within this, unless the program is down.
const SEEN_WITHIN: Duration = Duration::from_secs(60);
/// All is told within this: the link's longest pause, and a minute for a silence to be noticed.
const TOLD_WITHIN: Duration = Duration::from_secs(240);
/// A program this old has looked at every target, or more than once.
const LOOKED: Duration = Duration::from_secs(8);
/// How often anything is looked at.
const TICK: Duration = Duration::from_millis(20);

/// A run under way.
pub(crate) struct Run {
    flavour: Flavour,
    settings: Settings,
    begin: Instant,
    scene: Scene,
    owner: Recorder,
    struck: Struck,
    trouble: Vec<String>,
    /// The last word heard live about each target: whether it is down.
    words: HashMap<String, bool>,
    heard: usize,
}

impl Run {
    /// Sets the scene and starts the program.
    pub(crate) async fn set(flavour: Flavour) -> Self {
        let settings = Settings::of_environment(flavour.short());
        let targets = 2 * settings.changes + 2;
        let mut scene = Scene::set(flavour, targets).await;
        let owner = Recorder::new(&scene.server).await;
        scene.starts();
        scene.program().logs("connected").await;
        Self {
            flavour,
            settings,
            begin: Instant::now(),
            scene,
            owner,
            struck: Struck::new(),
            trouble: Vec::new(),
            words: HashMap::new(),
            heard: 0,
        }
    }

    /// All rounds, the count, and the report.
    ///
    /// # Panics
    /// Where anything was lost, doubled or out of order.
    pub(crate) async fn finish(mut self) {
        let mut plan = Plan::new(
            self.settings.seed,
            self.kinds(),
            2 * self.settings.changes,
            self.settings.changes,
        );
        self.quietly(0).await;
        for number in 1..=self.settings.rounds {
            let round = plan.round();
            self.tell(&format!("round {number}: {:?}", round.fault));
            self.round(&round).await;
            if round.calm {
                self.calm().await;
                self.quietly(number).await;
            }
            if !self.trouble.is_empty() {
                break;
            }
        }
        self.calm().await;
        self.ends().await;
    }

    /// What may strike. A disk that fills takes half a minute by design: not in a short run.
    fn kinds(&self) -> Vec<String> {
        if !self.settings.only.is_empty() {
            return self.settings.only.clone();
        }
        let short = self.settings.rounds < KINDS.len();
        let kinds = KINDS.iter().filter(|kind| !short || **kind != "disk-full");
        kinds.map(|kind| (*kind).to_owned()).collect()
    }

    /// Two changes while nothing is wrong: their delay is what an owner sees every day.
    async fn quietly(&mut self, number: usize) {
        let extra = 2 * self.settings.changes + number % 2;
        self.scene.load.change(extra, true);
        self.all_seen().await;
        self.calm().await;
    }

    async fn round(&mut self, round: &Round) {
        let [before, during, after] = &round.targets;
        self.change(before, Duration::ZERO).await;
        self.pass(round.eve).await;
        let fault = round.fault;
        let missed = strike::begin(fault, &mut self.scene, &mut self.owner).await;
        let share = round.lasts / u32::try_from(during.len() + 1).unwrap_or(1);
        self.pass(share).await;
        self.change(during, share).await;
        let late = match missed {
            Some(_) => None,
            None => strike::end(fault, &mut self.scene, &mut self.owner).await,
        };
        self.count(fault, missed.or(late));
        self.change(after, Duration::from_millis(50)).await;
        self.all_seen().await;
    }

    fn count(&mut self, fault: Fault, missed: Option<&str>) {
        let entry = self.struck.entry(fault.name()).or_default();
        match missed {
            None => entry.0 += 1,
            Some(why) => {
                entry.1 += 1;
                let text = format!("{} did not strike: {why}", fault.name());
                self.tell(&text);
            }
        }
    }

    async fn change(&mut self, targets: &[usize], pause: Duration) {
        for &target in targets {
            self.scene.load.change(target, false);
            self.pass(pause).await;
        }
    }

    /// Lets time pass, and listens.
    async fn pass(&mut self, time: Duration) {
        let end = Instant::now() + time;
        loop {
            self.listen();
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            sleep(left.min(TICK)).await;
        }
    }

    fn listen(&mut self) {
        self.scene.listen();
        let live = self.owner.live();
        let news = &live[self.heard..];
        self.heard = live.len();
        hear(&mut self.words, news);
    }

    /// Waits until the program has seen all changes.
    async fn all_seen(&mut self) {
        let begin = Instant::now();
        // After trouble nothing is waited for: the report tells.
        while self.trouble.is_empty() {
            self.listen();
            let unseen = self.scene.load.unseen();
            if unseen == 0 {
                return;
            }
            let waited = begin.elapsed();
            if waited > LOOKED && self.scene.age().is_some_and(|age| age > LOOKED) && self.reborn()
            {
                return self.scene.load.presume();
            }
            if self.is_over() {
                return;
            }
            if waited > SEEN_WITHIN {
                let text = format!("{unseen} changes not seen within {SEEN_WITHIN:?}");
                return self.trouble.push(text);
            }
            sleep(TICK).await;
        }
    }

    /// Whether the program ended although nobody killed it.
    fn is_over(&mut self) -> bool {
        let Some(by_signal) = self.scene.ended() else {
            return false;
        };
        let by = if by_signal {
            "by a signal"
        } else {
            "by itself"
        };
        self.trouble.push(format!("the program ended {by}"));
        true
    }

    /// Whether the program died in this run: only then may it know what its log does not tell.
    fn reborn(&self) -> bool {
        let mut struck = self.struck.keys();
        struck.any(|name| name.contains("program-kill") || name.starts_with("kill-"))
    }

    /// Waits until the last word about every target is what is true.
    async fn calm(&mut self) {
        let begin = Instant::now();
        let mut asked = Instant::now();
        while self.trouble.is_empty() {
            self.listen();
            if self.is_told(&self.words) {
                return;
            }
            // What came while the server died may be in the archive alone.
            if self.flavour.remembers() && asked.elapsed() > Duration::from_secs(5) {
                let mut words = HashMap::new();
                hear(&mut words, &self.kept().await.heard);
                if self.is_told(&words) {
                    self.words = words;
                    return;
                }
                asked = Instant::now();
            }
            if self.is_over() {
                return;
            }
            if begin.elapsed() > TOLD_WITHIN {
                let text = format!("not all told within {TOLD_WITHIN:?}");
                self.tell(&text);
                return self.trouble.push(text);
            }
            sleep(TICK).await;
        }
    }

    async fn kept(&mut self) -> Kept {
        let archives = self.flavour.remembers().then_some(&self.scene.server);
        self.owner.kept(archives).await
    }

    fn is_told(&self, words: &HashMap<String, bool>) -> bool {
        let mut down = self.scene.load.down().iter().enumerate();
        down.all(|(target, down)| words.get(&name(target)).copied().unwrap_or(false) == *down)
    }

    async fn ends(mut self) {
        let kept = self.kept().await;
        let clock = self.scene.clock.as_ref();
        let set_back = clock.map(Clock::set_back).unwrap_or_default();
        let report = Report {
            flavour: self.flavour,
            changes: self.scene.load.changes().len(),
            tally: tally(self.scene.load.changes(), &kept.heard, &set_back),
            unmade: std::mem::take(&mut self.scene.load.unmade),
            trouble: std::mem::take(&mut self.trouble),
            struck: std::mem::take(&mut self.struck),
            unarchived: kept.unarchived,
            took: self.begin.elapsed(),
            settings: self.settings.clone(),
        };
        let heard: Vec<_> = kept.heard.iter().map(|one| format!("{one:?}")).collect();
        let heard = report.file("heard", &heard.join("\n"));
        report.print();
        let good = report.is_good() && self.damage().await;
        let log: Vec<_> = self.scene.log().iter().map(ToString::to_string).collect();
        let log = report.file("log", &log.join("\n"));
        println!("  log: {}, heard: {}", log.display(), heard.display());
        if good {
            self.scene.stops().await;
        }
        // What those tell who see a panic is in the files.
        drop(self);
        assert!(good, "the promise is broken; see above");
    }

    /// The journal is damaged, after the count: whether the program bears it.
    async fn damage(&mut self) -> bool {
        let times = 1 + self.settings.rounds / KINDS.len();
        let rng = &mut fastrand::Rng::with_seed(self.settings.seed);
        let corruption = corrupt(&mut self.scene, &mut self.owner, rng, times).await;
        println!("{}", corruption.json());
        corruption.wrong.is_empty()
    }

    fn tell(&self, what: &str) {
        let seconds = self.begin.elapsed().as_secs_f32();
        println!("{} {seconds:7.1} s  {what}", self.flavour.name());
    }
}

fn hear(words: &mut HashMap<String, bool>, heard: &[Heard]) {
    for told in heard.iter().flat_map(|message| told(&message.body)) {
        words.insert(told.target, told.down);
    }
}
