//! What to type on a server that has no command for it.

use xmpp_parsers::jid::BareJid;

use super::xep0133::AdminCommand;

/// The line for a shell on the server, by what the server calls itself. No password is in it.
pub(super) fn by_hand(which: AdminCommand, software: &str, jid: &BareJid) -> String {
    let prosody = prosody(which, jid);
    let ejabberd = ejabberd(which, jid);
    let software = software.to_lowercase();
    if software.contains("prosody") {
        prosody
    } else if software.contains("ejabberd") {
        ejabberd
    } else {
        format!("for Prosody `{prosody}`, for ejabberd `{ejabberd}`")
    }
}

fn prosody(which: AdminCommand, jid: &BareJid) -> String {
    let jid = quoted(jid.as_str());
    match which {
        AdminCommand::AddUser => format!("prosodyctl adduser {jid}"),
        AdminCommand::DeleteUser => format!("prosodyctl deluser {jid}"),
        AdminCommand::DisableUser => format!("prosodyctl shell user disable {jid}"),
        AdminCommand::ReenableUser => format!("prosodyctl shell user enable {jid}"),
        AdminCommand::EndUserSession => format!("prosodyctl shell c2s close {jid}"),
        AdminCommand::ChangeUserPassword => format!("prosodyctl passwd {jid}"),
    }
}

fn ejabberd(which: AdminCommand, jid: &BareJid) -> String {
    let user = quoted(jid.node().map_or("", |node| node.as_str()));
    let host = quoted(jid.domain().as_str());
    match which {
        AdminCommand::AddUser => format!("ejabberdctl register {user} {host} PASSWORD"),
        AdminCommand::DeleteUser => format!("ejabberdctl unregister {user} {host}"),
        AdminCommand::DisableUser => format!("ejabberdctl ban_account {user} {host} locked"),
        AdminCommand::ReenableUser => format!("ejabberdctl unban_account {user} {host}"),
        AdminCommand::EndUserSession => format!("ejabberdctl kick_user {user} {host}"),
        AdminCommand::ChangeUserPassword => {
            format!("ejabberdctl change_password {user} {host} PASSWORD")
        }
    }
}

/// An address may hold what a shell obeys (`$`, `;`), but no single quote (RFC 7622, 3.3.1).
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@._-".contains(c);
    if !text.starts_with('-') && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_says_which_line_it_is() {
        let jid = BareJid::new("web01@example.org").unwrap();
        let add = |software| by_hand(AdminCommand::AddUser, software, &jid);
        assert_eq!(add("Prosody"), "prosodyctl adduser web01@example.org");
        assert_eq!(
            add("ejabberd"),
            "ejabberdctl register web01 example.org PASSWORD"
        );
        assert!(add("").contains("prosodyctl") && add("").contains("ejabberdctl"));
    }

    #[test]
    fn an_address_that_a_shell_would_obey_is_quoted() {
        let jid = BareJid::new("a;$(reboot)@example.org").unwrap();
        let line = by_hand(AdminCommand::DeleteUser, "Prosody", &jid);
        assert_eq!(line, "prosodyctl deluser 'a;$(reboot)@example.org'");
    }
}
