//! Each file in `testdata/bad/` has the mistake that it is named after, and is told of in the
//! words of the `.expected` file beside it. `UPDATE_EXPECTED=1` writes those files anew; read the
//! difference before you commit it.

#[expect(dead_code, reason = "other tests use the rest")]
mod common;

use std::fs;
use std::path::Path;

use common::Home;
use hostmessenger_config::load;

#[test]
fn every_bad_file_is_told_of_in_the_expected_words() {
    let home = Home::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bad");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let copy = home.write(&name, &fs::read(&file).unwrap());
        let mut told = home.mistakes(load(&copy, std::iter::empty())).join("\n");
        told.push('\n');
        // Test builds know one kind more.
        told = told.replace("ftp, port, fault", "ftp, port");
        if cfg!(windows) && told.contains("icacls") {
            told = as_on_unix(&told);
        }
        let expected = file.with_extension("expected");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&expected).unwrap(), "{name}");
        assert!(
            !told.contains("hunter2") && !told.contains("31337"),
            "{name}: {told}"
        );
        let mistakes = if name.starts_with("five-") { 5 } else { 1 };
        assert_eq!(told.lines().count(), mistakes, "{name}: {told}");
        count += 1;
    }
    assert!(count > 60, "{count} files");
}

/// How a file is closed there has tests of its own; what is left of the line is the same.
fn as_on_unix(told: &str) -> String {
    let begin = told.split(" can be read by ").next().unwrap_or_default();
    format!("{begin} is open to others (mode 0644); mend it with: chmod 600 secrets/open\n")
}
