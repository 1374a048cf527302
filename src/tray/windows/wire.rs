//! The words of the process with the icon, a line each. What it is told comes as JSON, a
//! [`Show`](super::Show) a line.

use hostmessenger_config::{ExposeSecret, SecretString};

use super::Order;

/// Before a password.
const PASSWORD: &str = "password ";

/// What it is told last.
pub(super) const END: &[u8] = b"end\n";

/// What it says.
pub(super) enum Word {
    /// The icon is there.
    Ready,
    /// The person at the host wants something.
    Order(Order),
}

/// A line as it was written by [`line`].
pub(super) fn read(line: &str) -> Option<Word> {
    let order = match line {
        "ready" => return Some(Word::Ready),
        "status" => Order::Status,
        "check" => Order::CheckNow,
        "stop" => Order::StopVnc,
        "quit" => Order::Quit,
        _ => Order::SetPassword(line.strip_prefix(PASSWORD)?.into()),
    };
    Some(Word::Order(order))
}

/// The line for this, without its end.
pub(super) fn line(word: &Word) -> SecretString {
    let line = match word {
        Word::Ready => "ready",
        Word::Order(Order::Status) => "status",
        Word::Order(Order::CheckNow) => "check",
        Word::Order(Order::StopVnc) => "stop",
        Word::Order(Order::Quit) => "quit",
        Word::Order(Order::SetPassword(password)) => {
            return format!("{PASSWORD}{}", password.expose_secret()).into();
        }
    };
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood_and_nothing_else() {
        let password = Order::SetPassword("a b ü".into());
        let orders = [
            Order::Status,
            Order::CheckNow,
            Order::StopVnc,
            Order::Quit,
            password,
        ];
        let words = orders.map(Word::Order).into_iter().chain([Word::Ready]);
        for word in words {
            let said = line(&word);
            let again = read(said.expose_secret()).map(|word| line(&word));
            let again = again.map(|line| line.expose_secret().to_owned());
            assert_eq!(again.as_deref(), Some(said.expose_secret()));
        }
        for nonsense in ["", "Ready", "quit now", "password"] {
            assert!(read(nonsense).is_none(), "{nonsense}");
        }
    }
}
