//! What `--help` says below the options: examples, and what scripts may rely on. In the forms that the shells of the
//! system take.

/// Examples, where the configuration is looked for, how a variable is set.
#[cfg(unix)]
macro_rules! forms {
    () => {
        "  hostmessenger completions bash        tab completion for your shell

The configuration is the first of: --config, $HOSTMESSENGER_CONFIG, hostmessenger.yaml in the current
folder, in the program's own folder, in your configuration folder, in /etc/hostmessenger/.
Any key can be overridden: HOSTMESSENGER__ACCOUNT__PASSWORD=… hostmessenger run"
    };
}
#[cfg(windows)]
macro_rules! forms {
    () => {
        "  hostmessenger completions powershell  tab completion for your shell

The configuration is the first of: --config, %HOSTMESSENGER_CONFIG%, hostmessenger.yaml in the current
folder, in the program's own folder, in %APPDATA%\\HostMessenger, in %PROGRAMDATA%\\HostMessenger.
Any key can be overridden by a variable that is set before, in the command prompt
  set HOSTMESSENGER__LOG__LEVEL=debug
or in PowerShell
  $env:HOSTMESSENGER__LOG__LEVEL = 'debug'"
    };
}

pub(super) const AFTER: &str = concat!(
    "\
Examples:
  hostmessenger                         run; the first time, with nothing configured
  hostmessenger init DIR                unpack a commented configuration there
  hostmessenger check --probe           read the configuration and check every target once
  hostmessenger vnc-password            set the password for remote control, on this host
  hostmessenger enroll --help           make a client for another host, as the server's administrator
  hostmessenger vnc-code                make the second factor for VNC START, for an app on your phone
  hostmessenger audit --json --since 1d who did what on this host, or tried to, as JSON
  hostmessenger service install         have the system start it; service --help
",
    forms!(),
    "

Exit codes: 0 asked to stop, or good; 1 an error that no restart can mend, or a target fails;
2 bad configuration or usage."
);

/// A line that goes on.
#[cfg(unix)]
macro_rules! on {
    () => {
        " \\\n      "
    };
}
#[cfg(windows)]
macro_rules! on {
    () => {
        " ^\n      "
    };
}

pub(super) const ENROLL: &str = concat!(
    "\
Examples:
  hostmessenger enroll --admin boss@example.org --jid web01@example.org --out web01
  hostmessenger enroll --admin boss@example.org --jid web01@example.org --out web01",
    on!(),
    "--binary hostmessenger.exe --archive zip
  hostmessenger enroll --admin boss@example.org --jid web01@example.org --owner anna@example.org",
    on!(),
    "--server 192.0.2.10:5222 --ca-file ca.pem --out web01 --admin-password-file boss.secret

Either the account and the folder are there in the end, or neither is: also after an error, Ctrl-C or
a kill. The account's password is made here and shown to nobody; it lies in the folder.

Exit codes: 0 enrolled; 1 refused or failed, and undone; 2 usage."
);

/// Names that scripts may rely on.
pub(super) const AUDIT: &str = "\
With --json each line is one object: `at` (RFC 3339, UTC, milliseconds), `by` (a bare JID, `console`, `tray`, `signal`,
`command line`, or a viewer's address), `deed`, and what belongs to it:
  command             line (cleaned, at most 200 characters, never with a code)
  refused             what (empty for strangers), reason
  enrolled            jid
  owner-changed       from, to
  reloaded            outcome
  vnc-password-set
  vnc-code-made
  vnc-started         program, place
  vnc-stopped         why
  viewer-connected
  viewer-gone         seconds
More deeds may come; what is here stays.

Exit codes: 0 shown, also where there is nothing yet; 1 there is no journal, or it cannot be read;
2 bad configuration or usage.";
