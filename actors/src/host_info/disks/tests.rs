//! Against the file systems of this machine, and a share that really hangs.

use super::*;
use crate::probe::kinds::disk::fuse_tests::share;

/// What HD says of one mount point.
fn line_of<'a>(answer: &'a str, point: &Path) -> &'a str {
    let start = format!("{}: ", point.display());
    let mut lines = answer.lines();
    lines
        .find_map(|line| line.strip_prefix(&start))
        .expect(answer)
}

#[tokio::test]
async fn a_share_that_hangs_is_one_line_and_the_others_come() {
    let Some((share, answer, questions)) = share().await else {
        return;
    };
    let (point, helpers) = (share.dir.path().to_owned(), DiskHelpers::default());
    answer.send(1_000_000).unwrap();
    let good = all(Language::En, &helpers).await;
    assert_eq!(line_of(&good, &point), "3.8 GiB of 3.8 GiB free, 0 % used");

    let began = Instant::now();
    let hanging = all(Language::En, &helpers).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(line_of(&hanging, &point).starts_with("hangs since "));
    assert!(line_of(&hanging, Path::new("/")).ends_with(" % used"));

    // A path on it: the share does not even say where that leads.
    let below = point.join("a/b").display().to_string();
    let began = Instant::now();
    let one = under(Language::De, &below, &helpers).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    let expected = format!("{below}: hängt seit ");
    assert!(one.starts_with(&expected), "{one}");
    assert_eq!(questions.try_iter().count(), 2);
    drop((answer, share));
}

#[tokio::test]
async fn paths_that_lead_onto_a_dead_share_are_few() {
    let Some((share, _answer, _questions)) = share().await else {
        return;
    };
    share.stop();
    let helpers = DiskHelpers::default();
    let paths: Vec<_> = (0..2 * MOST_HANGING)
        .map(|n| share.dir.path().join(n.to_string()))
        .collect();
    let calls = Paths::default();
    let ask = async |path: &PathBuf| {
        tell_one(Language::En, &path.to_string_lossy(), &helpers, &calls).await
    };
    let asks = paths.iter().map(ask);
    let answers = join_all(asks).await;
    let hanging = answers.iter().filter(|a| a.contains(": hangs since "));
    assert_eq!(hanging.count(), MOST_HANGING);
    let refused = answers.iter().filter(|a| a.contains("still hang"));
    assert_eq!(refused.count(), MOST_HANGING);
    // One that is known to hang joins its thread, and is not refused.
    let known = ask(&paths[0]).await;
    assert!(known.contains(": hangs since "), "{known}");
}

#[tokio::test]
async fn a_path_is_told_with_the_disk_that_it_lies_on() {
    let helpers = DiskHelpers::default();
    let root = under(Language::En, "/", &helpers).await;
    assert!(
        root.starts_with("/: ") && root.ends_with(" % used"),
        "{root}"
    );
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/proc/self", &link).unwrap();
    let link = link.to_string_lossy();
    let linked = under(Language::En, &link, &helpers).await;
    assert_eq!(
        linked,
        format!("{link} (on /proc): it does not tell its size")
    );
}

#[tokio::test]
async fn a_path_that_is_not_there_or_not_whole_is_refused() {
    let helpers = DiskHelpers::default();
    let missing = under(Language::De, "/nonexistent\u{1b}[31m", &helpers).await;
    assert!(
        missing.ends_with("/nonexistent\\u{1b}[31m gibt es nicht"),
        "{missing}"
    );
    for path in ["home", "~", "~/x", "./x", ""] {
        let answer = under(Language::En, path, &helpers).await;
        assert!(answer.contains("is not an absolute path"), "{answer}");
    }
    let nul = under(Language::En, "/a\0b", &helpers).await;
    assert!(nul.starts_with("/a\\u{0}b: "), "{nul}");
}

#[test]
fn the_share_used_is_rounded_up_and_leaves_out_what_is_kept_for_root() {
    let usage = |free, available| Usage {
        total: 1_000,
        free,
        available,
        inodes: None,
    };
    assert_eq!(percent_used(&usage(500, 500)), Some(50));
    assert_eq!(percent_used(&usage(150, 50)), Some(95));
    assert_eq!(percent_used(&usage(999, 999)), Some(1));
    assert_eq!(percent_used(&usage(1_000, 1_000)), Some(0));
    assert_eq!(percent_used(&usage(0, 0)), Some(100));
}
