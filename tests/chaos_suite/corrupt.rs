//! A journal that is damaged while the program is stopped.
//!
//! What only the journal knew may be lost then, so this comes after the count. What must hold: the
//! program runs, tells what happens from then on, says once that the file was damaged, and deletes
//! nothing.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;

use crate::load::name;
use crate::recorder::Recorder;
use crate::scene::Scene;
use crate::told::told;

const PAGE: u64 = 4096;
/// A login, a check, an alert.
const TOLD_WITHIN: Duration = Duration::from_secs(60);
const DAMAGED: &str = "journal damaged, set aside";

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Corruption {
    /// How often.
    tried: usize,
    /// How often the damage was noticed; a page that holds nothing may stay unnoticed.
    noticed: usize,
    /// What should not have happened.
    pub(crate) wrong: Vec<String>,
}

impl Corruption {
    /// A line for scripts.
    pub(crate) fn json(&self) -> serde_json::Value {
        json!({"corruption": {"tried": self.tried, "noticed": self.noticed, "wrong": self.wrong}})
    }
}

/// Does it so many times; the program runs before and after.
pub(crate) async fn corrupt(
    scene: &mut Scene,
    owner: &mut Recorder,
    rng: &mut Rng,
    times: usize,
) -> Corruption {
    let mut result = Corruption::default();
    for _ in 0..times {
        result.tried += 1;
        scene.stops().await;
        let journal = scene.home.path().join("data/journal.db");
        overwrite(&journal, rng);
        let broken = std::fs::read(&journal).unwrap();
        let place = scene.log().len();
        let (heard, files) = (owner.live().len(), files(&journal));
        scene.starts();
        let Some(target) = scene.load.down().iter().position(|down| !down) else {
            result.wrong.push("no target is up".into());
            break;
        };
        // Seen up first: what is down at the first look of all was never up.
        until_up(scene, place, target).await;
        scene.load.change(target, false);
        if !is_told(scene, owner, heard, target).await {
            let text = format!("{} went down and was not told", name(target));
            result.wrong.push(text);
        }
        result.look(scene, owner, (place, heard), (&journal, &broken, &files));
    }
    result
}

/// Noise over one page, or a few; sometimes the first, which says what the file is.
fn overwrite(journal: &Path, rng: &mut Rng) {
    let file = File::options().write(true).open(journal).unwrap();
    let pages = file.metadata().unwrap().len() / PAGE;
    for _ in 0..rng.u64(1..4) {
        let noise: Vec<u8> = (0..PAGE).map(|_| rng.u8(..)).collect();
        file.write_all_at(&noise, PAGE * rng.u64(..pages)).unwrap();
    }
}

fn files(journal: &Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(journal.parent().unwrap()).unwrap();
    folder.map(|entry| entry.unwrap().path()).collect()
}

async fn until_up(scene: &mut Scene, place: usize, target: usize) {
    let begin = Instant::now();
    // Nothing is logged where the journal still knew it to be up.
    while begin.elapsed() < Duration::from_secs(4) {
        scene.listen();
        let up =
            |line: &serde_json::Value| line["probe"] == name(target).as_str() && line["to"] == "UP";
        if scene.log()[place..].iter().any(up) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn is_told(scene: &mut Scene, owner: &mut Recorder, heard: usize, target: usize) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < TOLD_WITHIN {
        scene.listen();
        let mut news = owner.live()[heard..].iter().flat_map(|one| told(&one.body));
        if news.any(|told| told.target == name(target) && told.down) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

impl Corruption {
    fn look(
        &mut self,
        scene: &mut Scene,
        owner: &mut Recorder,
        (place, heard): (usize, usize),
        (journal, broken, before): (&Path, &[u8], &[PathBuf]),
    ) {
        let damaged = |line: &&serde_json::Value| line["message"] == DAMAGED;
        let said = scene.log()[place..].iter().filter(damaged).count();
        let notices = owner.live()[heard..].iter();
        let notices = notices.filter(|one| one.body.contains("journal was damaged"));
        let notices = notices.count();
        self.noticed += said;
        if said > 1 || notices != said {
            let text = format!("logged {said} times, told {notices} times");
            self.wrong.push(text);
        }
        let mut after = files(journal);
        let kept = after
            .iter()
            .any(|file| std::fs::read(file).is_ok_and(|bytes| bytes == broken));
        if said > 0 && !kept {
            self.wrong.push("the damaged file is not kept".into());
        }
        after.sort();
        let gone: Vec<_> = before.iter().filter(|file| !after.contains(file)).collect();
        let gone: Vec<_> = gone
            .into_iter()
            .filter(|file| !is_temporary(file))
            .collect();
        if !gone.is_empty() {
            self.wrong.push(format!("deleted: {gone:?}"));
        }
        if scene.ended().is_some() {
            self.wrong.push("the program ended".into());
        }
    }
}

/// SQLite takes its helpers away by itself.
fn is_temporary(file: &Path) -> bool {
    let name = file.to_string_lossy();
    name.ends_with("-wal") || name.ends_with("-shm")
}
