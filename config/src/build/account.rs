//! The XMPP account, and who may command.

use super::Builder;
use crate::used::{Access, Account, AccountTls};
use crate::value::{Resource, TotpSecret, Written, is_loopback};
use crate::written;

/// The key of the secret of VNC codes; that of its file ends in `_file`.
pub(crate) const TOTP_SECRET: &str = "access.vnc_code.totp_secret";

impl Builder<'_> {
    pub(super) fn account(&mut self, account: written::Account) -> Option<Account> {
        let password = self.secret(account.password, account.password_file, "account.password");
        let Written(tls) = account.tls;
        let server = account.server.map(|Written(server)| server);
        let local = server
            .as_ref()
            .is_some_and(|server| is_loopback(&server.host));
        // A server that was written and is not here had a mistake of its own.
        let unknown = server.is_none() && self.is_written("account.server");
        if tls == AccountTls::None && !local && !unknown {
            let allowed =
                "none only where account.server is a loopback address; else starttls, direct";
            self.wrong(
                "account.tls",
                "would send the password for all to read",
                allowed,
            );
        }
        let Written(Resource(resource)) = account.resource;
        Some(Account {
            jid: account.jid?.0,
            password: password?,
            server,
            tls,
            ca_file: account.ca_file.map(|file| self.folder.join(file)),
            resource,
            allow_plain: account.allow_plain,
        })
    }

    pub(super) fn access(&mut self, access: written::Access) -> Access {
        let secret = access.vnc_code.and_then(|code| {
            let path = TOTP_SECRET;
            self.secret(code.totp_secret, code.totp_secret_file, path)
        });
        let owner = access.owner.map(|Written(owner)| owner);
        let locked: Vec<_> = access.locked.into_iter().map(|Written(jid)| jid).collect();
        // Nobody could command this host, and its alerts would go to nobody.
        if owner.as_ref().is_some_and(|owner| locked.contains(owner)) {
            let allowed = "anyone but the owner; to lock the owner out, name another in \
                           access.owner, or none";
            self.wrong("access.locked", "names the owner", allowed);
        }
        Access {
            owner,
            support: access.support.into_iter().map(|Written(jid)| jid).collect(),
            locked,
            vnc_totp_secret: secret.map(|TotpSecret(secret)| secret),
        }
    }
}
