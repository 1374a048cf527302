//! The folder as one file.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::{Scene, refused};
use crate::enroll::folder::{Archive, FolderError, archive, archive_of};

#[test]
fn a_tar_archive_has_every_file_with_its_mode_and_overwrites_nothing() {
    let scene = Scene::new();
    let dir = scene.made("web01");
    let to = archive_of(&dir, Archive::TarZst).expect("free");
    assert!(to.ends_with("web01.tar.zst"));
    archive(&dir, &to, Archive::TarZst).expect("packed");
    let packed = fs::File::open(&to).expect("there");
    let plain = ruzstd::decoding::StreamingDecoder::new(packed).expect("zstd");
    let mut tar = tar::Archive::new(plain);
    let mut found = Vec::new();
    for entry in tar.entries().expect("tar") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("read");
        if entry.header().entry_type().is_file() {
            let inside = path.strip_prefix("web01/").expect("below the folder");
            assert_eq!(
                content,
                fs::read(dir.join(inside)).expect("there"),
                "{path}"
            );
        }
        found.push((path, entry.header().mode().expect("a mode")));
    }
    let mode = |path: &str| {
        found
            .iter()
            .find(|(found, _)| found.trim_end_matches('/') == path)
    };
    for (path, wanted) in [
        ("web01", 0o700),
        ("web01/secrets", 0o700),
        ("web01/secrets/xmpp", 0o600),
        ("web01/hostmessenger", 0o755),
    ] {
        assert_eq!(mode(path).map(|(_, mode)| *mode), Some(wanted), "{found:?}");
    }
    is_closed_and_kept(&scene, &dir, &to, Archive::TarZst);
}

#[test]
fn a_zip_archive_has_every_file_with_its_mode_and_overwrites_nothing() {
    let scene = Scene::new();
    let dir = scene.made("web01");
    let to = archive_of(&dir, Archive::Zip).expect("free");
    archive(&dir, &to, Archive::Zip).expect("packed");
    let packed = fs::File::open(&to).expect("there");
    let mut zip = zip::ZipArchive::new(packed).expect("zip");
    for (path, wanted) in [
        ("web01/secrets/xmpp", 0o600),
        ("web01/hostmessenger", 0o755),
    ] {
        let mut entry = zip.by_name(path).expect("there");
        assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(wanted));
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("read");
        let inside = path.strip_prefix("web01/").expect("below the folder");
        assert_eq!(
            content,
            fs::read(dir.join(inside)).expect("there"),
            "{path}"
        );
    }
    is_closed_and_kept(&scene, &dir, &to, Archive::Zip);
}

/// The archive is for its owner alone, a second one does not replace it, and nothing else is left.
fn is_closed_and_kept(scene: &Scene, dir: &Path, to: &Path, kind: Archive) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(to).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let before = fs::read(to).expect("there");
    let error = refused(archive(dir, to, kind));
    assert!(matches!(error, FolderError::Exists { .. }), "{error}");
    let error = refused(archive_of(dir, kind));
    assert!(matches!(error, FolderError::Exists { .. }), "{error}");
    assert_eq!(fs::read(to).expect("there"), before);
    assert_eq!(scene.names().len(), 4, "{:?}", scene.names());
}
