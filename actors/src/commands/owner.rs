//! OWNER: hands the host over. Asked twice, offered, accepted by the new owner; the rules are in
//! [`crate::authorizer::handover`], the acceptance is the authorizer's.

use futures_util::FutureExt;
use hostmessenger_config::{AlertTo, OwnerChange};

use super::grammar::same;
use super::{Answer, Ask};
use crate::authorizer::acceptance::{note_now, to};
use crate::authorizer::handover::{self, Offer};
use crate::journal::NoteOffer;
use crate::wording::commands as say_commands;
use crate::wording::owner as say;

/// Shows, offers, or cancels.
pub(super) fn run(ask: Ask) -> Answer {
    async move {
        let is = |words: [&str; 2]| words.iter().any(|word| same(&ask.rest, word));
        if ask.rest.is_empty() {
            show(&ask)
        } else if is(["CANCEL", "ABBRECHEN"]) {
            cancel(&ask).await
        } else if is(["ACCEPT", "ANNEHMEN"]) {
            say::nothing_to_accept(ask.lang)
        } else {
            match offer(&ask).await {
                Ok(answer) | Err(answer) => answer,
            }
        }
    }
    .boxed_local()
}

/// The offer that stands.
fn standing(ask: &Ask) -> Option<Offer> {
    let services = &ask.services;
    let (access, now) = (services.access.borrow(), services.clock.now().wall);
    let offer = services.offer.borrow();
    let open = |offer: &&Offer| offer.candidate(&access, now).is_some();
    offer.as_ref().filter(open).cloned()
}

fn show(ask: &Ask) -> String {
    let lang = ask.lang;
    let owner = ask.services.access.borrow().owner.clone();
    let mut text = match owner {
        Some(owner) => say::owner_is(lang, owner),
        None => say::no_owner(lang),
    };
    if let Some(offer) = standing(ask) {
        text.push('\n');
        text.push_str(&say::offered_until(lang, &offer));
    }
    text
}

async fn cancel(ask: &Ask) -> String {
    let (lang, services) = (ask.lang, &ask.services);
    services.asked.borrow_mut().forget();
    let Some(offer) = standing(ask) else {
        return say::nothing_offered(lang);
    };
    let note = NoteOffer {
        say: vec![to(&offer.to, say::withdrawn(lang, services.host()))],
        ..NoteOffer::none()
    };
    if !note_now(services, note).await {
        return say_commands::no_answer_from(lang, "journal");
    }
    services.offer.replace(None);
    say::cancelled(lang, &offer.to)
}

/// Every reason not to is told at once, not after the second time.
async fn offer(ask: &Ask) -> Result<String, String> {
    let (lang, services) = (ask.lang, &ask.services);
    let own = services.account.borrow().clone();
    let own = own.ok_or_else(|| say::no_account(lang))?;
    let access = services.access.borrow().clone();
    let from = access.owner.clone().ok_or_else(|| say::no_owner(lang))?;
    let whom = handover::candidate(&ask.rest, &own, &access)
        .map_err(|why| say::unfit(lang, &ask.rest, why))?;
    if let Some(offer) = standing(ask) {
        return Err(say::offered_already(lang, &offer));
    }
    let change = OwnerChange {
        from: from.clone(),
        to: whom.clone(),
        really: false,
    };
    let possible = (services.change_owner)(change).await;
    possible.map_err(|why| say::cannot(lang, say::why(lang, &why)))?;
    let now = services.clock.now();
    let again = services
        .asked
        .borrow_mut()
        .again(&ask.sender, &whom, now.mono);
    if !again {
        return Ok(say::ask_again(lang, &whom, services.host()));
    }
    let offer = Offer::new(from, whom.clone(), now.wall);
    let note = NoteOffer {
        offer: Some(offer.clone()),
        say: vec![to(
            &whom,
            say::offer_to_you(lang, &offer.from, services.host()),
        )],
        audited: Vec::new(),
    };
    if !note_now(services, note).await {
        return Err(say_commands::no_answer_from(lang, "journal"));
    }
    let answer = say::offered(lang, &offer);
    services.offer.replace(Some(offer));
    // The other owner's ways to hear of it: the console may not be who holds the account.
    if ask.sender
        != access
            .owner
            .map_or_else(String::new, |owner| owner.to_string())
    {
        let notice = crate::journal::Notify {
            to: vec![AlertTo::Owner],
            text: say::offered_by(lang, &ask.sender, &answer),
        };
        crate::supervision::tell(&services.journal, notice);
    }
    Ok(answer)
}
