use proptest::prelude::*;

use super::*;
use crate::probe::verdict::{Reason, Verdict};
use crate::testing::store;

const GIB: u64 = 1 << 30;

/// 100 GiB with 10 GiB kept for root.
fn usage(available_gib: u64) -> Usage {
    Usage {
        total: 100 * GIB,
        free: (available_gib + 10) * GIB,
        available: available_gib * GIB,
        inodes: Some(Inodes {
            total: 1_000,
            available: 40,
        }),
    }
}

fn disk(min_free: Vec<MinFree>) -> Disk {
    Disk {
        path: "/".into(),
        min_free,
        min_free_inodes: None,
    }
}

fn limits(finding: &Finding) -> Vec<Limit> {
    match &finding.reason {
        Reason::Disk(DiskReason::Low { limits, .. }) => {
            assert_eq!(finding.verdict, Verdict::Failed);
            limits.clone()
        }
        Reason::Disk(DiskReason::Enough(_)) => {
            assert_eq!(finding.verdict, Verdict::Ok);
            Vec::new()
        }
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn exactly_as_much_as_must_be_free_is_enough() {
    // 9 of 90 GiB: what is kept for root does not count.
    let tenth = disk(vec![MinFree::Percent(Percent(1_000))]);
    assert_eq!(limits(&judge(&tenth, usage(9))), []);
    let bytes = disk(vec![MinFree::Bytes(9 * GIB)]);
    assert_eq!(limits(&judge(&bytes, usage(9))), []);
}

#[test]
fn too_small_a_share_is_a_failure() {
    let tenth = disk(vec![MinFree::Percent(Percent(1_000))]);
    assert_eq!(limits(&judge(&tenth, usage(8))), [Limit::Percent(1_000)]);
}

#[test]
fn too_few_bytes_are_a_failure() {
    let bytes = disk(vec![MinFree::Bytes(5 * GIB)]);
    assert_eq!(limits(&judge(&bytes, usage(4))), [Limit::Bytes(5 * GIB)]);
}

#[test]
fn of_a_list_all_must_hold_and_each_that_does_not_is_named() {
    let both = disk(vec![
        MinFree::Percent(Percent(1_000)),
        MinFree::Bytes(5 * GIB),
    ]);
    assert_eq!(limits(&judge(&both, usage(9))), []);
    assert_eq!(limits(&judge(&both, usage(6))), [Limit::Percent(1_000)]);
    assert_eq!(
        limits(&judge(&both, usage(4))),
        [Limit::Percent(1_000), Limit::Bytes(5 * GIB)]
    );
}

#[test]
fn too_few_inodes_are_a_failure_where_there_are_inodes_at_all() {
    let mut options = disk(Vec::new());
    options.min_free_inodes = Some(Percent(500));
    assert_eq!(limits(&judge(&options, usage(50))), [Limit::Inodes(500)]);
    options.min_free_inodes = Some(Percent(400));
    assert_eq!(limits(&judge(&options, usage(50))), []);
    options.min_free_inodes = Some(Percent(10_000));
    let btrfs = Usage {
        inodes: None,
        ..usage(50)
    };
    assert_eq!(limits(&judge(&options, btrfs)), []);
}

#[test]
fn a_file_system_without_a_size_is_judged_by_bytes_alone() {
    let nothing = Usage {
        total: 0,
        free: 0,
        available: 0,
        inodes: None,
    };
    let tenth = disk(vec![MinFree::Percent(Percent(1_000))]);
    assert_eq!(judge(&tenth, nothing).verdict, Verdict::Unknown);
    let bytes = disk(vec![MinFree::Bytes(1)]);
    assert_eq!(limits(&judge(&bytes, nothing)), [Limit::Bytes(1)]);
}

proptest! {
    #[test]
    fn no_numbers_however_wrong_upset_the_verdict(
        total: u64, free: u64, available: u64, percent in 0u16..=10_000, bytes: u64
    ) {
        let usage = Usage { total, free, available, inodes: Some(Inodes { total: free, available: total }) };
        let mut options = disk(vec![MinFree::Percent(Percent(percent)), MinFree::Bytes(bytes)]);
        options.min_free_inodes = Some(Percent(percent));
        let finding = judge(&options, usage);
        if available < bytes {
            prop_assert_ne!(finding.verdict, Verdict::Ok);
        }
    }
}

#[tokio::test]
async fn this_machines_own_disk_has_a_byte_free_and_not_all_of_them() {
    let tools = Tools::new(store());
    let timeout = Duration::from_secs(5);
    let one = check(&disk(vec![MinFree::Bytes(1)]), timeout, &tools).await;
    assert_eq!(one.verdict, Verdict::Ok, "{one:?}");
    assert_eq!(one.phase, None);
    let all = check(&disk(vec![MinFree::Bytes(u64::MAX)]), timeout, &tools).await;
    assert_eq!(all.verdict, Verdict::Failed, "{all:?}");
}

#[tokio::test]
async fn a_hang_is_told_before_the_callers_deadline() {
    let mut tools = Tools::new(store());
    let (release, stuck) = std::sync::mpsc::channel::<()>();
    let stuck = std::sync::Mutex::new(stuck);
    tools.disks = DiskHelpers::asking(move |_| {
        let end = stuck.lock().unwrap().recv();
        Err(std::io::Error::other(format!("{end:?}")))
    });
    let (options, timeout) = (disk(Vec::new()), Duration::from_secs(1));
    let before_it = timeout.mul_f64(0.98);
    let finding = tokio::time::timeout(before_it, check(&options, timeout, &tools))
        .await
        .expect("an answer in time");
    assert_eq!(finding.verdict, Verdict::Failed);
    assert!(matches!(
        finding.reason,
        Reason::Disk(DiskReason::Hangs { .. })
    ));
    drop(release);
}
