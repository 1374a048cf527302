//! What the running tree needs of the root: the configuration read again, or handed over.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use futures_util::FutureExt;
use hostmessenger_actors::audit::{Audited, Deed};
use hostmessenger_actors::authorizer::handover::Failure;
use hostmessenger_actors::commands::{ChangeOwnerFn, ReloadFn};
use hostmessenger_actors::supervision::reload::Difference;
use hostmessenger_actors::supervision::tree::Tree;
use hostmessenger_actors::supervision::{aside, tell};
use hostmessenger_actors::wording::{Language, commands as say, reload as say_reload};
use hostmessenger_config::OwnerChange;

use super::{Options, configuration};

/// The tree, once it runs; RELOAD needs it before it is there.
pub(super) type TreeSlot = Rc<RefCell<Weak<Tree>>>;

/// For RELOAD.
pub(super) fn reload(slot: &TreeSlot, options: &Options) -> ReloadFn {
    let (slot, options) = (Rc::clone(slot), options.clone());
    Rc::new(move |lang, by| {
        let (tree, options) = (slot.borrow().upgrade(), options.clone());
        async move {
            match tree {
                Some(tree) => now(&tree, &options, lang, by).await,
                None => say::no_answer_from(lang, "root"),
            }
        }
        .boxed_local()
    })
}

/// Reads the file again; one with mistakes changes nothing. Answers in the language asked in.
pub(super) async fn now(tree: &Rc<Tree>, options: &Options, lang: Language, by: String) -> String {
    let file = tree.config().file;
    // In a task of its own: the authorizer that waits for the answer may be renewed by it.
    let (tree, answered) = (Rc::clone(tree), tokio::sync::oneshot::channel());
    let read = configuration::read(&file, options);
    aside(async move {
        let (outcome, answer) = match read {
            Err(mistakes) => {
                let outcome = format!("nothing changed, {} mistakes", mistakes.0.len());
                (outcome, say_reload::refused(lang, mistakes))
            }
            Ok(config) => {
                let found = tree.apply(config).await;
                hostmessenger_memory::give_back();
                (
                    in_words(&found, Language::En, "; "),
                    in_words(&found, lang, "\n"),
                )
            }
        };
        let deed = Deed::Reloaded { outcome };
        tell(tree.journal(), Audited { by, deed });
        // Who asked may be renewed.
        let _gone = answered.0.send(answer);
    });
    answered.1.await.unwrap_or_default()
}

fn in_words(found: &[Difference], lang: Language, between: &str) -> String {
    let words: Vec<String> = found.iter().map(|one| one.describe(lang)).collect();
    if words.is_empty() {
        say_reload::nothing(lang)
    } else {
        words.join(between)
    }
}

/// For OWNER.
pub(super) fn change_owner(slot: &TreeSlot, options: &Options) -> ChangeOwnerFn {
    let (slot, options) = (Rc::clone(slot), options.clone());
    Rc::new(move |change| {
        let (tree, options) = (slot.borrow().upgrade(), options.clone());
        async move {
            let tree = tree.ok_or(Failure::Ending)?;
            hand_over(&tree, &options, change).await
        }
        .boxed_local()
    })
}

/// Writes the file, then reads it again like RELOAD.
async fn hand_over(tree: &Rc<Tree>, options: &Options, change: OwnerChange) -> Result<(), Failure> {
    let (file, asked) = (tree.config().file, change.clone());
    let written = actix_rt::task::spawn_blocking(move || {
        let env = hostmessenger_config::environment().into_iter();
        hostmessenger_config::change_owner(&file, env, &asked)
    });
    written.await.map_err(|_| Failure::Ending)??;
    if change.really {
        let by = change.to.to_string();
        let answer = now(tree, options, Language::En, by).await;
        if tree.config().access.owner.as_ref() != Some(&change.to) {
            return Err(Failure::NotInForce(answer));
        }
    }
    Ok(())
}
