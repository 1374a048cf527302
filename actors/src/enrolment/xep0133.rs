//! Service Administration (XEP-0133): the names of its commands and of the fields of their forms.

/// What the names of all its commands begin with.
pub const PREFIX: &str = "http://jabber.org/protocol/admin#";
/// `FORM_TYPE` of all its forms.
pub const FORM_TYPE: &str = "http://jabber.org/protocol/admin";

/// The address of one account.
pub const ACCOUNT: &str = "accountjid";
/// The addresses of several.
pub const ACCOUNTS: &str = "accountjids";
/// The password.
pub const PASSWORD: &str = "password";
/// The password once more.
pub const PASSWORD_VERIFY: &str = "password-verify";

/// A command of an administrator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminCommand {
    /// Add User (4.1).
    AddUser,
    /// Delete User (4.2).
    DeleteUser,
    /// Disable User (4.3).
    DisableUser,
    /// Re-Enable User (4.4).
    ReenableUser,
    /// End User Session (4.5).
    EndUserSession,
    /// Change User Password.
    ChangeUserPassword,
}

impl AdminCommand {
    /// Its node.
    pub fn node(self) -> &'static str {
        match self {
            Self::AddUser => "http://jabber.org/protocol/admin#add-user",
            Self::DeleteUser => "http://jabber.org/protocol/admin#delete-user",
            Self::DisableUser => "http://jabber.org/protocol/admin#disable-user",
            Self::ReenableUser => "http://jabber.org/protocol/admin#reenable-user",
            Self::EndUserSession => "http://jabber.org/protocol/admin#end-user-session",
            Self::ChangeUserPassword => "http://jabber.org/protocol/admin#change-user-password",
        }
    }

    /// Its name in the specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddUser => "Add User",
            Self::DeleteUser => "Delete User",
            Self::DisableUser => "Disable User",
            Self::ReenableUser => "Re-Enable User",
            Self::EndUserSession => "End User Session",
            Self::ChangeUserPassword => "Change User Password",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_one_of_an_administrators() {
        use AdminCommand::{
            AddUser, ChangeUserPassword, DeleteUser, DisableUser, EndUserSession, ReenableUser,
        };
        for command in [
            AddUser,
            DeleteUser,
            DisableUser,
            ReenableUser,
            EndUserSession,
            ChangeUserPassword,
        ] {
            assert!(command.node().starts_with(PREFIX));
        }
    }
}
