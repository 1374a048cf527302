//! HD against the drives of this machine.

use std::io;

use super::*;
use crate::probe::kinds::disk::Inodes;

#[tokio::test]
async fn the_drive_of_the_system_is_told_with_letter_and_file_system() {
    let answer = all(Language::En, &DiskHelpers::default()).await;
    let line = answer.lines().find(|line| line.starts_with("C:"));
    let line = line.unwrap_or_else(|| panic!("{answer}"));
    assert!(line.ends_with(" % used"), "{answer}");
    assert!(line.starts_with("C: ("), "{answer}");
}

#[tokio::test]
async fn a_path_is_told_with_the_drive_that_it_lies_on() {
    let helpers = DiskHelpers::default();
    for drive in ["C:", "c:\\", "C:/"] {
        let told = under(Language::De, drive, &helpers).await;
        assert!(told.ends_with(" % belegt"), "{told}");
    }
    let windows = std::env::var("SystemRoot").unwrap();
    let told = under(Language::En, &windows, &helpers).await;
    let start = format!("{windows} (on C:): ");
    assert!(
        told.starts_with(&start) && told.ends_with(" % used"),
        "{told}"
    );
}

#[tokio::test]
async fn a_path_that_is_not_there_or_not_whole_is_refused() {
    let helpers = DiskHelpers::default();
    let missing = under(Language::De, r"C:\nonexistent", &helpers).await;
    assert_eq!(missing, r"C:\nonexistent: C:\nonexistent gibt es nicht");
    let missing = under(Language::En, r"Q:\", &helpers).await;
    assert_eq!(missing, r"Q:\: Q:\ does not exist");
    for path in ["Users", r"\Users", "/home", "C:Users", ""] {
        let answer = under(Language::En, path, &helpers).await;
        assert!(answer.contains("is not an absolute path"), "{answer}");
        assert!(answer.ends_with(r"HD C:\Users"), "{answer}");
    }
}

#[tokio::test]
async fn drives_that_hang_are_a_line_each_and_hold_one_thread_each() {
    let (release, stuck) = std::sync::mpsc::channel::<()>();
    let stuck = std::sync::Mutex::new(stuck);
    let helpers = DiskHelpers::asking(move |path| {
        if path == Path::new("C:\\") {
            let end = stuck.lock().unwrap().recv();
            return Err(io::Error::other(format!("{end:?}")));
        }
        Ok(Usage {
            total: 100,
            free: 50,
            available: 50,
            inodes: None::<Inodes>,
        })
    });
    let began = Instant::now();
    let answer = all(Language::En, &helpers).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    let hanging: Vec<_> = answer
        .lines()
        .filter(|l| l.contains("hangs since"))
        .collect();
    assert_eq!(hanging.len(), 1, "{answer}");
    assert!(hanging[0].starts_with("C: hangs"), "{answer}");
    drop(release);
}
