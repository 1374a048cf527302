//! Secrets that the service manager hands over, at every key that names a secret's file.

mod common;

use common::{Home, reference};
use hostmessenger_config::{Config, Kind};
use secrecy::ExposeSecret;

const VARIABLE: &str = "CREDENTIALS_DIRECTORY";

/// The secrets of the reference file, in its order.
fn secrets(config: &Config) -> Vec<String> {
    let account = config.account.iter().map(|account| &account.password);
    let targets = config
        .targets
        .iter()
        .filter_map(|target| match &target.kind {
            Kind::Web(web) => web.password.as_ref(),
            Kind::Ftp(ftp) => ftp.password.as_ref(),
            _ => None,
        });
    account
        .chain(config.access.vnc_totp_secret.as_ref())
        .chain(targets)
        .map(|secret| secret.expose_secret().to_owned())
        .collect()
}

#[test]
fn every_secret_may_be_a_credential_those_of_targets_too() {
    let home = Home::new();
    let text = reference().replace("_file: secrets/", "_file: credential:");
    assert!(text.matches("credential:").count() >= 4, "{text}");
    let folder = home.dir.path().join("secrets");
    let env = [(VARIABLE, folder.to_str().unwrap())];
    let by_credential = home.load(&text, &env).unwrap_or_else(|m| panic!("{m}"));
    let by_file = home
        .load(&reference(), &[])
        .unwrap_or_else(|m| panic!("{m}"));
    assert_eq!(secrets(&by_credential), secrets(&by_file));
    assert_eq!(secrets(&by_file).len(), 4);
}

#[test]
fn a_unit_may_name_a_credential_in_a_variable_and_leave_the_file_as_it_is() {
    let home = Home::new();
    let file = home.dir.path().join("secrets/xmpp");
    let env = [(
        "HOSTMESSENGER__ACCOUNT__PASSWORD_FILE",
        file.to_str().unwrap(),
    )];
    let text = "account: {jid: a@example.org, password_file: none}\n";
    let config = home.load(text, &env).unwrap_or_else(|m| panic!("{m}"));
    assert_eq!(secrets(&config), ["hunter2-xmpp"]);
}

#[test]
fn what_the_manager_does_not_hand_over_is_told_with_the_line_for_the_unit() {
    let home = Home::new();
    let text = "account: {jid: a@example.org, password_file: 'credential:none'}\n";
    let folder = home.dir.path().join("secrets");
    let told = home.mistakes(home.load(text, &[(VARIABLE, folder.to_str().unwrap())]));
    assert_eq!(
        told,
        [
            "f.yaml:1: account.password_file: 'credential:none' does not exist; allowed: a credential that \
             the unit loads, LoadCredential=none:FILE"
        ]
    );
    // An empty variable is none.
    let told = home.mistakes(home.load(text, &[(VARIABLE, "")]));
    assert!(
        told[0].contains("CREDENTIALS_DIRECTORY is not set"),
        "{told:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_credential_that_is_open_to_others_is_refused_and_the_modes_of_systemd_are_not() {
    let home = Home::new();
    let file = home.dir.path().join("secrets/xmpp");
    let folder = home.dir.path().join("secrets");
    let text = "account: {jid: a@example.org, password_file: 'credential:xmpp'}\n";
    let told = |mode| {
        // What is only readable cannot be written again.
        std::fs::remove_file(&file).unwrap();
        common::write(&file, b"hunter2\n", mode);
        home.mistakes(home.load(text, &[(VARIABLE, folder.to_str().unwrap())]))
    };
    // The service's own user; root with an access list for that user, whose mask shows as the group's bits.
    for mode in [0o400, 0o440] {
        assert!(told(mode).is_empty(), "{mode:o}");
    }
    assert!(told(0o444)[0].contains("is open to others"));
}
