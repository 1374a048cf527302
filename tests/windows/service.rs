//! `service`: installed, started, asked, stopped and removed by the service manager itself.

use std::path::Path;

use crate::peers::{Home, until};
use crate::scene::home;

/// A service of this test's own; it goes away with its value.
struct Service<'a> {
    home: &'a Home,
    name: String,
}

impl<'a> Service<'a> {
    fn of(home: &'a Home, case: &str) -> Self {
        let name = format!("hm-test-{case}-{}", std::process::id());
        Self { home, name }
    }

    fn says(&self, verb: &str) -> (Option<i32>, String) {
        let done = self.home.run(&["service", verb, "--name", &self.name], "");
        (done.code, done.out + &done.err)
    }
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        self.says("uninstall");
    }
}

fn log(home: &Home) -> String {
    fn find(dir: &Path) -> Option<String> {
        std::fs::read_dir(dir).ok()?.flatten().find_map(|entry| {
            let path = entry.path();
            if path.ends_with("hostmessenger.log") {
                std::fs::read_to_string(path).ok()
            } else {
                find(&path)
            }
        })
    }
    find(home.path()).unwrap_or_default()
}

#[tokio::test]
async fn the_program_is_a_service_from_install_to_uninstall_and_every_verb_may_be_said_twice() {
    let home = home("language: en\ntargets: []\n");
    let service = Service::of(&home, "life");
    assert_eq!(service.says("status").0, Some(4));
    assert_eq!(service.says("start").0, Some(1));
    for word in ["installed", "as it should be"] {
        let (code, said) = service.says("install");
        assert!(code == Some(0) && said.contains(word), "{code:?} {said}");
    }
    assert_eq!(service.says("status").0, Some(3));
    for _ in 0..2 {
        let (code, said) = service.says("start");
        assert!(code == Some(0) && said.contains("running"), "{said}");
    }
    let (code, said) = service.says("status");
    assert!(
        code == Some(0) && said.contains("running, process "),
        "{said}"
    );
    assert!(said.contains("hostmessenger.yaml"), "{said}");
    until("the log has the start", || {
        log(&home).contains("INFO started").then_some(())
    })
    .await;
    for _ in 0..2 {
        assert_eq!(service.says("stop").0, Some(0));
    }
    assert!(log(&home).contains("INFO stopped"), "{}", log(&home));
    assert_eq!(service.says("status").0, Some(3));
    for _ in 0..2 {
        assert_eq!(service.says("uninstall").0, Some(0));
    }
    assert_eq!(service.says("status").0, Some(4));
}

#[tokio::test]
async fn a_configuration_that_went_bad_ends_the_service_with_2_and_start_says_so() {
    let home = home("language: en\ntargets: []\n");
    let service = Service::of(&home, "bad");
    assert_eq!(service.says("install").0, Some(0));
    home.configure("language: fr\n");
    let (code, said) = service.says("start");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("its configuration has mistakes"), "{said}");
    let (code, said) = service.says("status");
    assert!(code == Some(3) && said.contains("ended with 2"), "{said}");
    assert_eq!(service.says("install").0, Some(2));
}

#[tokio::test]
async fn only_the_service_manager_starts_it_as_a_service() {
    let home = home("language: en\ntargets: []\n");
    let done = home.run(&["service", "run"], "");
    assert!(
        done.code == Some(1) && done.err.contains("service start"),
        "{done:?}"
    );
}
