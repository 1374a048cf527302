//! The configuration of an enrolled host: the commented one that `init` unpacks, with the answers in
//! their places. There is one commented file in the house; this fills it in line by line and keeps
//! its comments. A newcomer's trap: a value that YAML would read as something else is quoted here.

use std::borrow::Cow;

use jid::BareJid;

use crate::init::CONFIG;
use crate::used::{AccountTls, HostPort, Language};

/// What is filled in. File names are as the folder has them: relative to it.
#[derive(Debug, Clone)]
pub struct Enrolled<'a> {
    /// The account of the host.
    pub jid: &'a BareJid,
    /// Whom it obeys.
    pub owner: &'a BareJid,
    /// The language of its answers.
    pub language: Language,
    /// Where it connects; `None`: where the domain says.
    pub server: Option<&'a HostPort>,
    /// How the link is encrypted.
    pub tls: AccountTls,
    /// The file of the certificate authority, where there is one.
    pub ca_file: Option<&'a str>,
    /// The file of the password.
    pub password_file: &'a str,
}

impl Enrolled<'_> {
    /// The configuration as text.
    pub fn to_yaml(&self) -> String {
        let mut file = Lines(CONFIG.lines().map(Cow::Borrowed).collect());
        file.introduce(&format!(
            "# The configuration of {}, which obeys {} and no one else.\n\
             # It was filled in by `hostmessenger enroll`. On each machine that it is started on, that\n\
             # machine's own disks are watched.",
            self.jid, self.owner
        ));
        let language = match self.language {
            Language::En => "en",
            Language::De => "de",
        };
        file.set("", "language", language);
        file.set("", "data_by_machine", "true");
        file.set("", "own_disks", "true");
        file.set("account", "jid", self.jid.as_str());
        file.set("account", "password_file", self.password_file);
        if let Some(HostPort { host, port }) = self.server {
            let server = if host.contains(':') {
                format!("[{host}]:{port}")
            } else {
                format!("{host}:{port}")
            };
            file.set("account", "server", &server);
        }
        let tls = match self.tls {
            AccountTls::StartTls => "starttls",
            AccountTls::Direct => "direct",
            AccountTls::None => "none",
        };
        file.set("account", "tls", tls);
        if let Some(ca_file) = self.ca_file {
            file.set("account", "ca_file", ca_file);
        }
        file.set("access", "owner", self.owner.as_str());
        file.0.join("\n") + "\n"
    }
}

/// The lines of the commented file.
struct Lines(Vec<Cow<'static, str>>);

impl Lines {
    /// Puts other words in place of the first paragraph about the file.
    fn introduce(&mut self, words: &str) {
        let is_end = |line: &Cow<'_, str>| line.trim_end() == "#";
        let begin = self.0.iter().position(is_end).map_or(0, |at| at + 1);
        let rest = self.0.get(begin..).unwrap_or_default();
        let length = rest.iter().position(is_end).unwrap_or(0);
        let words = words.lines().map(|line| Cow::Owned(line.to_owned()));
        self.0.splice(begin..begin + length, words);
    }

    /// Writes a key, where the file has it, commented out or not; one that it has not goes to the
    /// top of its table.
    fn set(&mut self, table: &str, key: &str, value: &str) {
        let (begin, indent) = if table.is_empty() {
            (0, "")
        } else if let Some(at) = self.find(0, "", table) {
            self.0[at] = Cow::Owned(uncommented(&self.0[at]).to_owned());
            (at + 1, "  ")
        } else {
            self.0.push(Cow::Owned(format!("{table}:")));
            (self.0.len(), "  ")
        };
        match self.find(begin, indent, key) {
            Some(at) => self.0[at] = Cow::Owned(replaced(&self.0[at], indent, key, value)),
            None => self
                .0
                .insert(begin, Cow::Owned(format!("{indent}{key}: {}", word(value)))),
        }
    }

    /// The line of a key, within the table that begins at `begin` where it is indented.
    fn find(&self, begin: usize, indent: &str, key: &str) -> Option<usize> {
        let wanted = format!("{indent}{key}:");
        let rest = self.0.iter().enumerate().skip(begin);
        rest.take_while(|(_, line)| indent.is_empty() || uncommented(line).starts_with("  "))
            .find(|(_, line)| uncommented(line).starts_with(&wanted))
            .map(|(at, _)| at)
    }
}

fn uncommented(line: &str) -> &str {
    line.strip_prefix('#').unwrap_or(line)
}

/// The line with another value; the comment behind it stays in its column.
fn replaced(line: &str, indent: &str, key: &str, value: &str) -> String {
    let written = format!("{indent}{key}: {}", word(value));
    let body = uncommented(line);
    match body.find(" #") {
        Some(at) => {
            let column = line.len() - body.len() + at + 1;
            let width = column.saturating_sub(1);
            format!("{written:width$} {}", &body[at + 1..])
        }
        None => written,
    }
}

/// A text as YAML reads it back.
fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-@:/".contains(c);
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && !text.ends_with(':') && text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        // A JSON text is a YAML text.
        Cow::Owned(serde_json::Value::from(text).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{FromText, Words};

    fn jid(text: &str) -> BareJid {
        BareJid::from_text(text).expect("an address")
    }

    fn yaml(host: &BareJid, server: Option<&HostPort>, ca_file: Option<&str>) -> String {
        let owner = jid("admin@example.org");
        let enrolled = Enrolled {
            jid: host,
            owner: &owner,
            language: Language::De,
            server,
            tls: AccountTls::Direct,
            ca_file,
            password_file: "secrets/xmpp",
        };
        enrolled.to_yaml()
    }

    fn load(text: &str) -> crate::Config {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(dir.path().join("secrets")).expect("a folder");
        let secret = dir.path().join("secrets/xmpp");
        std::fs::write(&secret, "hunter2\n").expect("written");
        crate::close_to_others(&secret).expect("closed");
        let file = dir.path().join("hostmessenger.yaml");
        std::fs::write(&file, text).expect("written");
        crate::load(&file, std::iter::empty()).unwrap_or_else(|m| panic!("{m}\n{text}"))
    }

    #[test]
    fn every_answer_arrives_and_everything_else_is_as_it_was_unpacked() {
        let server = HostPort {
            host: "::1".into(),
            port: 5222,
        };
        let text = yaml(&jid("web01@example.org"), Some(&server), Some("ca.pem"));
        let config = load(&text);
        let account = config.account.expect("an account");
        assert_eq!(account.jid, jid("web01@example.org"));
        assert_eq!(account.server, Some(server));
        assert_eq!(account.tls, AccountTls::Direct);
        assert!(account.ca_file.is_some_and(|file| file.ends_with("ca.pem")));
        assert_eq!(config.access.owner, Some(jid("admin@example.org")));
        assert!(config.access.support.is_empty() && !account.allow_plain);
        assert_eq!(config.language, Language::De);
        assert!(config.own_disks && config.data_by_machine && config.targets.is_empty());
        // Nothing but the introduction and the answers differs.
        let others = |text: &str| {
            let comments = text.lines().filter_map(|line| line.split_once('#'));
            comments
                .map(|(_, c)| c.trim().to_owned())
                .collect::<Vec<_>>()
        };
        let kept = others(&text);
        // A key that was commented out and is written now keeps what stood behind it.
        let is_kept = |comment: &&String| {
            let tail = comment.rsplit("# ").next().unwrap_or_default();
            kept.iter().any(|kept| kept.ends_with(tail))
        };
        let all = others(CONFIG);
        let lost: Vec<_> = all.iter().filter(|comment| !is_kept(comment)).collect();
        let answered = [
            "The configuration",
            "takes the",
            "account:",
            "jid:",
            "access:",
        ];
        let is_answered = |line: &&&String| answered.iter().any(|begin| line.starts_with(begin));
        assert!(lost.iter().all(|line| is_answered(&line)), "{lost:#?}");
    }

    #[test]
    fn comments_stay_in_their_columns() {
        let text = yaml(&jid("web01@example.org"), None, None);
        assert!(
            text.contains("\nlanguage: de                          # en | de; default"),
            "{text}"
        );
        assert!(
            text.contains("\n  tls: direct                         # starttls | direct"),
            "{text}"
        );
        assert!(text.contains("\n#  ca_file: ca.pem "), "{text}");
        assert!(
            text.contains("\nown_disks: true                       # true: this"),
            "{text}"
        );
    }

    #[test]
    fn an_odd_address_is_quoted_so_that_it_is_read_back_as_it_is() {
        for odd in [
            "a#b@example.org",
            "ü-ß@example.org",
            "!x@example.org",
            "*a{b}@example.org",
            "-@example.org",
        ] {
            let odd = jid(odd);
            let config = load(&yaml(&odd, None, None));
            assert_eq!(config.account.expect("an account").jid, odd);
        }
    }

    #[test]
    fn every_word_is_one_that_the_list_of_keys_knows() {
        assert_eq!(AccountTls::WORDS, ["starttls", "direct", "none"]);
        assert_eq!(Language::WORDS, ["en", "de"]);
    }
}
