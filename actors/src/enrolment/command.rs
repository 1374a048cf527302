//! Running a command of an administrator's to its end: execute, form, submit, completed.
//!
//! What an answer means is decided by [`judge`], which is pure. A trap: servers tell an account that
//! exists, or does not, by different means: ejabberd by the error of the request, Prosody by a note
//! in English.

use xmpp_parsers::jid::BareJid;

use super::error::{CommandError, RequestError};
use super::form::{FormError, Known, fill};
use super::session::{Ask, Session};
use super::xep0004::Form;
use super::xep0050::{self, Command, NoteType, Status};
use super::xep0133::AdminCommand;
use crate::text::clean;

/// A server that asks more often than this does not mean to end.
const MAX_STEPS: usize = 5;

/// Who refuses a command to whom.
pub(super) const FORBIDDEN: &[&str] = &["forbidden", "not-allowed", "not-authorized"];
/// How a server says that it knows no such command.
const UNKNOWN: &[&str] = &[
    "item-not-found",
    "service-unavailable",
    "feature-not-implemented",
];

/// What is to be done next.
#[derive(Debug)]
enum Next {
    /// The form is to be filled in and sent back.
    Fill(Box<Form>),
    /// It was done; what the server said of it.
    Done(Vec<String>),
}

/// Why it was not done.
#[derive(Debug, PartialEq, Eq)]
enum Failed {
    Exists,
    NoSuchAccount,
    Refused(String),
    Form(FormError),
}

/// What an answer means.
fn judge(answer: &Command) -> Result<Next, Failed> {
    let notes = answer.notes.iter().map(|note| clean(&note.text, 300));
    let texts: Vec<_> = notes.collect();
    let failed = |note: &xep0050::Note| note.type_ == Some(NoteType::Error);
    let failed = answer.notes.iter().any(failed);
    match answer.status {
        Some(Status::Completed) if !failed => Ok(Next::Done(texts)),
        Some(Status::Completed | Status::Canceled) | None => Err(failure(&texts)),
        Some(Status::Executing) => match answer.form() {
            // An error note beside a form: the form was not filled in as the server likes.
            _ if failed => Err(failure(&texts)),
            Some(Ok(form)) => Ok(Next::Fill(Box::new(form))),
            Some(Err(why)) => {
                let why = clean(&why, 200);
                Err(Failed::Form(FormError::Unreadable { why }))
            }
            None => Err(Failed::Form(FormError::NoForm)),
        },
    }
}

/// What a failure's text says. These are Prosody's words.
fn failure(texts: &[String]) -> Failed {
    let text = texts.join(" ");
    let lower = text.to_lowercase();
    if lower.contains("already exists") {
        Failed::Exists
    } else if lower.contains("does not exist") {
        Failed::NoSuchAccount
    } else if text.is_empty() {
        Failed::Refused("no reason given".into())
    } else {
        Failed::Refused(clean(&text, 300))
    }
}

impl Session {
    /// Runs it for an account; what the server said at the end.
    pub(super) async fn run(
        &mut self,
        which: AdminCommand,
        jid: &BareJid,
        known: &[Known<'_>],
    ) -> Result<Vec<String>, CommandError> {
        let begun = self.step(Command::execute(which.node())).await;
        let mut answer = match begun {
            Ok(answer) => answer,
            Err(error) => return Err(self.not_begun(which, error).await),
        };
        if answer.status == Some(Status::Completed) {
            // Whose account was meant it cannot know.
            let judged = judge(&answer).and(Err(Failed::Form(FormError::NoForm)));
            return judged.map_err(|no| refused(which, jid, no));
        }
        for _ in 0..MAX_STEPS {
            let filled = judge(&answer).and_then(|next| match next {
                Next::Fill(form) => fill(*form, known).map(Err).map_err(Failed::Form),
                Next::Done(notes) => Ok(Ok(notes)),
            });
            let form = match filled {
                Ok(Ok(notes)) => return Ok(notes),
                Ok(Err(form)) => form,
                Err(no) => {
                    self.cancel(&answer).await;
                    return Err(refused(which, jid, no));
                }
            };
            answer = match self.step(answer.submit(form)).await {
                Ok(answer) => answer,
                Err(error) => return Err(not_done(which, jid, error)),
            };
        }
        self.cancel(&answer).await;
        Err(CommandError::Endless {
            command: which.name(),
            steps: MAX_STEPS,
        })
    }

    async fn step(&mut self, command: Command) -> Result<Command, RequestError> {
        let node = command.node.clone();
        let domain = self.domain();
        let answer = self.request(Ask::Set(command.into()), Some(domain)).await?;
        let unreadable = |why: &str| RequestError::Unreadable {
            why: clean(why, 200),
        };
        let answer = answer.ok_or_else(|| unreadable("it is empty"))?;
        let answer = Command::try_from(answer).map_err(|error| unreadable(&error.to_string()))?;
        if answer.node != node {
            return Err(unreadable("it is about another command"));
        }
        Ok(answer)
    }

    /// Tells the server to forget a command that waits; what it says to that is nothing to us.
    async fn cancel(&mut self, answer: &Command) {
        if answer.status == Some(Status::Executing)
            && let Err(error) = self.step(answer.cancel()).await
        {
            tracing::debug!(%error, "command not cancelled");
        }
    }

    /// Why a command did not even begin.
    async fn not_begun(&mut self, which: AdminCommand, error: RequestError) -> CommandError {
        let (who, domain) = (self.account(), self.jid().domain().to_string());
        let command = which.name();
        if error.is_one_of(FORBIDDEN) {
            return CommandError::NotAdministrator {
                who,
                domain,
                command,
            };
        }
        if !error.is_one_of(UNKNOWN) {
            return unanswered(which, error, false);
        }
        CommandError::NoCommand {
            who,
            domain,
            command,
            administrator: self.is_shown_administration().await,
            by_hand: String::new(),
        }
    }
}

fn refused(which: AdminCommand, jid: &BareJid, no: Failed) -> CommandError {
    let (command, jid) = (which.name(), jid.clone());
    match no {
        Failed::Exists => CommandError::Exists { jid },
        Failed::NoSuchAccount => CommandError::NoSuchAccount { jid },
        Failed::Refused(why) => CommandError::Refused { command, why },
        Failed::Form(error) => CommandError::Form(error),
    }
}

/// Why what was filled in was not done.
fn not_done(which: AdminCommand, jid: &BareJid, error: RequestError) -> CommandError {
    let (command, jid) = (which.name(), jid.clone());
    match error {
        error if error.is_one_of(&["conflict"]) => CommandError::Exists { jid },
        // ejabberd answers so to whatever it stumbles over; for a new account it means nothing.
        error if which != AdminCommand::AddUser && error.is_one_of(&["item-not-found"]) => {
            CommandError::NoSuchAccount { jid }
        }
        error @ RequestError::Refused { .. } => CommandError::Refused {
            command,
            why: error.to_string(),
        },
        error => unanswered(which, error, true),
    }
}

fn unanswered(which: AdminCommand, why: RequestError, sent: bool) -> CommandError {
    match why {
        RequestError::Refused { .. } => CommandError::Refused {
            command: which.name(),
            why: why.to_string(),
        },
        why => CommandError::Unanswered { why, sent },
    }
}

#[cfg(test)]
mod tests {
    use xmpp_parsers::minidom::Element;

    use super::*;

    fn answer(attributes: &str, inside: &str) -> Command {
        let text = format!(
            "<command xmlns='{}' node='n' sessionid='s' {attributes}>{inside}</command>",
            xep0050::NS
        );
        Command::try_from(text.parse::<Element>().unwrap()).unwrap()
    }

    fn no(attributes: &str, inside: &str) -> Failed {
        judge(&answer(attributes, inside)).unwrap_err()
    }

    #[test]
    fn only_completed_without_an_error_is_done() {
        let done = answer("status='completed'", "<note type='info'>Fine\n</note>");
        let Ok(Next::Done(notes)) = judge(&done) else {
            panic!("{done:?}");
        };
        assert_eq!(notes, ["Fine "]);
        let odd = [
            ("status='canceled'", ""),
            ("", ""),
            ("status='executing'", ""),
        ];
        for (attributes, inside) in odd {
            assert!(judge(&answer(attributes, inside)).is_err(), "{attributes}");
        }
    }

    #[test]
    fn what_prosody_says_of_accounts_is_understood() {
        let note = |text: &str| format!("<note type='error'>{text}</note>");
        let completed = "status='completed'";
        assert_eq!(
            no(completed, &note("Account already exists")),
            Failed::Exists
        );
        assert_eq!(
            no(completed, &note("User does not exist")),
            Failed::NoSuchAccount
        );
        let disk = Failed::Refused("Failed to write data to disk".into());
        assert_eq!(no(completed, &note("Failed to write data to disk")), disk);
    }

    #[test]
    fn a_form_that_cannot_be_read_is_none() {
        let form = "<x xmlns='jabber:x:data' type='form'><field type='jid-single'/></x>";
        let unreadable = no("status='executing'", form);
        assert!(matches!(
            unreadable,
            Failed::Form(FormError::Unreadable { .. })
        ));
    }
}
