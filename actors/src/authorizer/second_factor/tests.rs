use std::time::Duration;

use jiff::Timestamp;

use super::*;

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const FILE: &str = "vnc-code-state";

fn at(seconds: i64) -> Now {
    Now {
        wall: Timestamp::from_second(1_000_000 + seconds).unwrap(),
        mono: Duration::from_secs(u64::try_from(seconds).unwrap()),
    }
}

fn factor(dir: &Path, now: Now) -> SecondFactor {
    SecondFactor::new(&SecretString::from(SECRET), dir, now).unwrap()
}

fn code(now: Now) -> String {
    let totp = totp(&SecretString::from(SECRET)).unwrap();
    totp.generate(memory::seconds(now.wall)).to_string()
}

async fn check(factor: &mut SecondFactor, code: &str, now: Now) -> (Factor, bool) {
    let (verdict, keeping) = factor.check(Some(code), now);
    (verdict, keeping.await)
}

#[test]
fn the_codes_are_those_of_rfc_6238() {
    // Appendix B, SHA-1, time 59: 94287082, of which six digits remain.
    let totp = totp(&SecretString::from(SECRET)).unwrap();
    assert_eq!(totp.generate(59).to_string(), "287082");
}

#[tokio::test]
async fn a_code_works_once_and_after_a_restart_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let (mut first, good) = (factor(dir.path(), at(0)), code(at(0)));
    assert_eq!(check(&mut first, &good, at(0)).await, (Factor::Good, true));
    assert_eq!(check(&mut first, &good, at(1)).await.0, Factor::Wrong);
    assert_eq!(first.check(None, at(2)).0, Factor::Missing);
    let mut second = factor(dir.path(), at(3));
    assert_eq!(check(&mut second, &good, at(3)).await.0, Factor::Wrong);
    let next = code(at(60));
    assert_eq!(
        check(&mut second, &next, at(60)).await,
        (Factor::Good, true)
    );
}

#[tokio::test]
async fn the_lock_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = factor(dir.path(), at(0));
    for _ in 0..4 {
        assert_eq!(check(&mut first, "abcdef", at(0)).await.0, Factor::Wrong);
    }
    let (verdict, kept) = check(&mut first, "000000", at(0)).await;
    assert!(kept && matches!(verdict, Factor::Locked { just_now: true, .. }));
    let later = Now {
        mono: Duration::ZERO,
        ..at(600)
    };
    let mut second = factor(dir.path(), later);
    let (verdict, _) = check(&mut second, &code(later), later).await;
    let left = Duration::from_secs(300);
    assert_eq!(
        verdict,
        Factor::Locked {
            left,
            just_now: false
        }
    );
    let over = Now {
        mono: left,
        ..at(900)
    };
    assert_eq!(check(&mut second, &code(over), over).await.0, Factor::Good);
}

#[tokio::test]
async fn a_code_whose_use_cannot_be_written_down_does_not_count_and_is_used_up() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::write(&data, "a file, and no folder").unwrap();
    let (mut factor, good) = (factor(dir.path(), at(0)), code(at(0)));
    factor.keeper = Keeper::new(&data);
    assert_eq!(
        check(&mut factor, &good, at(0)).await,
        (Factor::Good, false)
    );
    assert_eq!(check(&mut factor, &good, at(1)).await.0, Factor::Wrong);
}

#[tokio::test]
async fn a_file_that_cannot_be_trusted_bars_the_codes_up_to_now_and_is_mended_by_the_next() {
    for (content, is_open) in [
        ("{\"used\":", false),
        ("{}", false),
        ("", false),
        ("x", true),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        std::fs::write(&file, content).unwrap();
        if is_open {
            crate::testing::open_to_others(&file);
        } else {
            hostmessenger_config::close_to_others(&file).unwrap();
        }
        let mut damaged = factor(dir.path(), at(0));
        let verdict = check(&mut damaged, &code(at(0)), at(0)).await.0;
        assert_eq!(verdict, Factor::Wrong, "{content}");
        let verdict = check(&mut damaged, &code(at(90)), at(90)).await.0;
        assert_eq!(verdict, Factor::Good, "{content}");
        assert!(!crate::testing::is_open_to_others(&file), "{content}");
        let mut mended = factor(dir.path(), at(91));
        let verdict = check(&mut mended, &code(at(150)), at(150)).await.0;
        assert_eq!(verdict, Factor::Good, "{content}");
    }
}

#[tokio::test]
async fn an_older_state_never_replaces_a_newer_one() {
    let dir = tempfile::tempdir().unwrap();
    let keeper = Keeper::new(dir.path());
    let (old, _) = Memory::default().judge(Given::Wrong, at(0));
    let (new, _) = old.clone().judge(Given::Wrong, at(0));
    keeper.write(2, &new.kept(at(0))).unwrap();
    keeper.write(1, &old.kept(at(0))).unwrap();
    assert_eq!(keeper.read(at(0)), new);
}

#[tokio::test]
async fn a_secret_of_80_bits_as_many_apps_make_it_works_and_with_none_no_code_does() {
    let dir = tempfile::tempdir().unwrap();
    let short = SecretString::from("JBSWY3DPEHPK3PXP");
    let good = totp(&short).unwrap().generate(1_000_000).to_string();
    let mut factor = SecondFactor::new(&short, dir.path(), at(0)).unwrap();
    assert_eq!(check(&mut factor, &good, at(0)).await.0, Factor::Good);
    let mut closed = SecondFactor::closed(dir.path(), at(0));
    assert_eq!(check(&mut closed, &good, at(60)).await.0, Factor::Wrong);
}

#[test]
fn a_secret_that_is_too_short_or_not_base32_is_refused_without_showing_it() {
    for bad in ["GEZDGNBV", "not base32!"] {
        let error = totp(&SecretString::from(bad)).unwrap_err();
        assert!(!error.to_string().contains(bad));
    }
}
