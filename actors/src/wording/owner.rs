//! What is said when a host is handed over.

use hostmessenger_config::{EditError, OwnerChangeError};

use super::{Language, numbers, sentences};
use crate::authorizer::handover::{Failure, Offer, Unfit};
use crate::text::clean;

sentences! {
    /// HELP of OWNER.
    help() {
        en: "hands this host over to another owner, who must accept; CANCEL ends an offer; alone it shows who owns it",
        de: "übergibt diesen Rechner an einen anderen Besitzer, der zustimmen muss; ABBRECHEN beendet ein Angebot; allein zeigt es den Besitzer",
    }
    /// Who owns it.
    owner_is(owner) { en: "The owner of this host is {owner}.", de: "Der Besitzer dieses Rechners ist {owner}." }
    /// Nobody does.
    no_owner() { en: "This host has no owner: access.owner is not set. Write it into the configuration first.", de: "Dieser Rechner hat keinen Besitzer: access.owner ist nicht gesetzt. Das gehört zuerst in die Konfiguration." }
    /// There is no link to ask anybody over.
    no_account() { en: "This host has no XMPP account, so nobody can be asked.", de: "Dieser Rechner hat kein XMPP-Konto, also kann niemand gefragt werden." }
    /// Not fit to be the owner.
    unfit_because(who, why) { en: "{who} cannot become the owner: {why}.", de: "{who} kann nicht Besitzer werden: {why}." }
    /// The first time.
    ask_again(to, host) {
        en: "This hands {host} over to {to}: once accepted, {to} commands it, gets its alerts, and you do not any more (unless you are in access.support). Say it again within 5 minutes to offer it: OWNER {to}",
        de: "Damit geht {host} an {to}: Nach der Zustimmung kommen die Befehle von dort, und die Meldungen gehen dorthin; der jetzige Besitzer darf und hört dann nichts mehr (außer er steht in access.support). Zum Anbieten innerhalb von 5 Minuten wiederholen: BESITZER {to}",
    }
    /// The second time.
    offered_to(to, until) {
        en: "Offered to {to}, who can accept until {until}. OWNER CANCEL ends the offer.",
        de: "Angeboten an {to}, Zustimmung möglich bis {until}. BESITZER ABBRECHEN beendet das Angebot.",
    }
    /// The owner hears what somebody else at the console did.
    offered_by(by, what) { en: "By {by}: {what}", de: "Von {by}: {what}" }
    /// There is an offer.
    already(to, until) {
        en: "This host is offered to {to} until {until}. OWNER CANCEL ends that first.",
        de: "Dieser Rechner ist bis {until} an {to} angeboten. Zuerst beendet das BESITZER ABBRECHEN.",
    }
    /// To the candidate.
    offer_to_you(from, host) {
        en: "{from} wants to hand the host {host} over to you. Answer OWNER ACCEPT within 24 h to become its owner; ignore this otherwise.",
        de: "{from} möchte den Rechner {host} an diese Adresse übergeben. Zum Annehmen innerhalb von 24 h antworten: BESITZER ANNEHMEN. Sonst ist nichts zu tun.",
    }
    /// To the candidate.
    withdrawn(host) { en: "The offer of the host {host} was withdrawn.", de: "Das Angebot des Rechners {host} wurde zurückgezogen." }
    /// To the owner.
    cancelled(to) { en: "The offer to {to} is cancelled.", de: "Das Angebot an {to} ist zurückgezogen." }
    /// OWNER CANCEL without an offer.
    nothing_offered() { en: "Nothing is offered.", de: "Es ist nichts angeboten." }
    /// OWNER ACCEPT by the owner.
    nothing_to_accept() { en: "Only who was offered this host can accept it.", de: "Nur wem dieser Rechner angeboten wurde, kann zustimmen." }
    /// To the old owner.
    handed_over(to, host) { en: "{to} has accepted and is the owner of {host} from now on.", de: "{to} hat zugestimmt und ist ab jetzt Besitzer von {host}." }
    /// To the new owner.
    yours_now(host) { en: "You are the owner of {host} from now on. HELP shows the commands.", de: "{host} ist übernommen und gehorcht ab jetzt dieser Adresse. HILFE zeigt die Befehle." }
    /// It cannot be done at all.
    cannot(why) { en: "The owner cannot be changed: {why}. Nothing was changed.", de: "Der Besitzer kann nicht geändert werden: {why}. Nichts wurde geändert." }
    /// To both.
    failed_because(to, host, why) {
        en: "{host} could not be handed over to {to}: {why}. Nothing was changed; the offer stands.",
        de: "{host} konnte nicht an {to} übergeben werden: {why}. Nichts wurde geändert; das Angebot bleibt bestehen.",
    }
    /// To both, where the file is written.
    half_done(to, host, why) { en: "{host} is handed over to {to}, but {why}.", de: "{host} ist an {to} übergeben, aber {why}." }
    /// The journal cannot note it.
    journal() { en: "the journal does not answer", de: "das Journal antwortet nicht" }
    /// The program is ending.
    ending() { en: "the program is ending", de: "das Programm endet gerade" }
    /// Written, but not in force.
    not_in_force(why) {
        en: "the configuration names the new owner, but could not be put in force ({why}); a restart will",
        de: "die Konfiguration nennt den neuen Besitzer, konnte aber nicht in Kraft gesetzt werden ({why}); ein Neustart holt das nach",
    }
    /// A variable says who the owner is.
    by_variable(name) { en: "it is set by the variable {name}, change it there", de: "er ist durch die Variable {name} gesetzt und dort zu ändern" }
    /// The file differs from what is in force.
    changed(file) { en: "{file} was changed meanwhile; RELOAD first", de: "{file} wurde inzwischen geändert; zuerst NEULADEN" }
    /// The file has mistakes.
    mistakes(why) { en: "the configuration has mistakes: {why}", de: "die Konfiguration hat Fehler: {why}" }
    /// It cannot be written.
    unwritable(file, why) { en: "{file} cannot be written ({why})", de: "{file} kann nicht geschrieben werden ({why})" }
    /// Something about the text.
    text(file, why) { en: "in {file} {why}", de: "in {file} {why}" }
}

/// It cannot become the owner.
pub fn unfit(lang: Language, who: &str, why: Unfit) -> String {
    let reason = match (lang, why) {
        (Language::En, Unfit::Malformed) => "that is no address of the form name@example.org",
        (Language::De, Unfit::Malformed) => "das ist keine Adresse der Form name@example.org",
        (Language::En, Unfit::Full) => "write the address without what follows the slash",
        (Language::De, Unfit::Full) => {
            "die Adresse ohne das schreiben, was nach dem Schrägstrich steht"
        }
        (Language::En, Unfit::Itself) => "that is this host's own account",
        (Language::De, Unfit::Itself) => "das ist das eigene Konto dieses Rechners",
        (Language::En, Unfit::Owner) => "that is the owner already",
        (Language::De, Unfit::Owner) => "das ist schon der Besitzer",
        (Language::En, Unfit::Locked) => "access.locked locks that address",
        (Language::De, Unfit::Locked) => "access.locked sperrt diese Adresse",
    };
    unfit_because(lang, clean(who, 100), reason)
}

/// The offer stands.
pub fn offered(lang: Language, offer: &Offer) -> String {
    offered_to(lang, &offer.to, numbers::date_time(lang, offer.until))
}

/// The same behind who the owner is.
pub fn offered_until(lang: Language, offer: &Offer) -> String {
    offered(lang, offer)
}

/// There is one already.
pub fn offered_already(lang: Language, offer: &Offer) -> String {
    already(lang, &offer.to, numbers::date_time(lang, offer.until))
}

/// It was accepted, and came to nothing.
pub fn failed(
    lang: Language,
    to: impl std::fmt::Display,
    host: String,
    failure: &Failure,
) -> String {
    match failure {
        Failure::NotInForce(_) => half_done(lang, to, host, why(lang, failure)),
        _ => failed_because(lang, to, host, why(lang, failure)),
    }
}

/// Why not, for people.
pub fn why(lang: Language, failure: &Failure) -> String {
    match failure {
        Failure::Journal => journal(lang),
        Failure::Ending => ending(lang),
        Failure::NotInForce(why) => not_in_force(lang, clean(why, 300)),
        Failure::File(OwnerChangeError::Variable(name)) => by_variable(lang, name),
        Failure::File(OwnerChangeError::Changed { file }) => changed(lang, file.display()),
        Failure::File(OwnerChangeError::Mistakes(why)) => {
            mistakes(lang, clean(&why.to_string(), 500))
        }
        Failure::File(OwnerChangeError::Io { file, why }) => {
            unwritable(lang, file.display(), clean(&why.to_string(), 200))
        }
        Failure::File(OwnerChangeError::Text { file, why }) => {
            text(lang, file.display(), in_text(lang, why))
        }
    }
}

fn in_text(lang: Language, why: &EditError) -> String {
    let german = match why {
        EditError::Alias => {
            "ist access.owner durch einen Alias gegeben; dort gehört die Adresse selbst hin"
        }
        EditError::Anchor => {
            "hat access.owner einen Anker, andere Schlüssel könnten ihn nennen; der Anker muss weg"
        }
        EditError::Tag => "hat access.owner ein Tag; das muss weg",
        EditError::SeveralLines => "steht access.owner auf mehreren Zeilen; es gehört auf eine",
        EditError::NotWritten => "steht access.owner nicht",
        EditError::NotAlone | EditError::Mistakes(_) => {
            "lässt sich access.owner nicht allein ändern"
        }
    };
    match lang {
        Language::En => clean(&why.to_string(), 300),
        Language::De => german.to_owned(),
    }
}
