//! Answers that no honest server gives.

use std::cell::RefCell;
use std::rc::Rc;

use hostmessenger_config::{Account, AccountTls};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio_xmpp::xmlstream::{StreamHeader, Timeouts, initiate_stream};
use xmpp_parsers::jid::{BareJid, FullJid};
use xmpp_parsers::ns;

use super::*;

const OPENING: &str = "<stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='0'>\
    <stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";
const NODE: &str = "http://jabber.org/protocol/admin#delete-user";
const FORM: &str = "<x xmlns='jabber:x:data' type='form'>\
    <field type='jid-multi' var='accountjids'><required/></field>";

type Asked = Rc<RefCell<Vec<String>>>;

/// An administrator's session at a server that answers with what `script` makes of a request and
/// its id; and all requests so far.
async fn at(script: impl Fn(&str, &str) -> String + 'static) -> (Administrator, Asked) {
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    let asked = Asked::default();
    tokio::task::spawn_local(serve(theirs, script, Rc::clone(&asked)));
    let header = StreamHeader {
        to: None,
        from: None,
        id: None,
    };
    let timeouts = Timeouts::tight();
    let stream = initiate_stream(BufReader::new(ours), ns::JABBER_CLIENT, header, timeouts);
    let (features, stream) = stream.await.unwrap().recv_features().await.unwrap();
    let jid = FullJid::new("boss@example.org/x").unwrap();
    let account = Account {
        jid: jid.to_bare(),
        password: SecretString::default(),
        server: None,
        tls: AccountTls::StartTls,
        ca_file: None,
        resource: String::new(),
        allow_plain: false,
    };
    let session = Session::scripted(stream.box_stream(), features, jid, account);
    (Administrator::new(session), asked)
}

async fn serve(mut io: DuplexStream, script: impl Fn(&str, &str) -> String, asked: Asked) {
    let (mut text, mut opened) = (String::new(), false);
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = io.read(&mut bytes).await {
        text += &String::from_utf8_lossy(&bytes[..read]);
        if !opened && text.contains("<stream:stream") {
            opened = true;
            text.clear();
            io.write_all(OPENING.as_bytes()).await.unwrap();
        }
        while let Some((request, rest)) = text.split_once("</iq>") {
            let id = request.split_once(" id=").unwrap().1;
            let id = id[1..].split(['\'', '"']).next().unwrap();
            let answer = script(request, id);
            asked.borrow_mut().push(request.to_owned());
            text = rest.to_owned();
            // Our side may be gone by then.
            if io.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

fn answer(id: &str, from: &str, status: &str, inside: &str) -> String {
    format!(
        "<iq type='result' id='{id}' from='{from}'><command xmlns='{}' node='{NODE}' \
         sessionid='s' status='{status}'>{inside}</command></iq>",
        xep0050::NS
    )
}

fn web01() -> BareJid {
    BareJid::new("web01@example.org").unwrap()
}

/// What becomes of a removal at such a server, and what was asked of it.
async fn removal(
    script: impl Fn(&str, &str) -> String + 'static,
) -> (Result<(), CommandError>, Vec<String>) {
    let done = async {
        let (mut boss, asked) = at(script).await;
        let result = boss.remove(&web01()).await;
        let asked = asked.borrow().clone();
        (result, asked)
    };
    tokio::task::LocalSet::new().run_until(done).await
}

#[tokio::test(flavor = "current_thread")]
async fn a_server_that_asks_on_and_on_is_left() {
    let (result, asked) =
        removal(|_, id| answer(id, "example.org", "executing", &format!("{FORM}</x>"))).await;
    let error = result.unwrap_err();
    assert!(
        matches!(error, CommandError::Endless { steps: 5, .. }),
        "{error}"
    );
    assert!(error.is_uncertain());
    assert_eq!(asked.len(), 7, "one to begin, five steps, one to cancel");
    assert!(asked[6].contains("cancel"), "{}", asked[6]);
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_is_told_to_a_server_that_requires_what_is_not_known() {
    let field = "<field type='text-single' var='shoe-size'><required/></field>";
    let (result, asked) = removal(move |_, id| {
        answer(
            id,
            "example.org",
            "executing",
            &format!("{FORM}{field}</x>"),
        )
    })
    .await;
    let error = result.unwrap_err();
    assert!(error.to_string().contains("shoe-size") && !error.is_uncertain());
    assert!(!asked.iter().any(|request| request.contains("web01")));
    assert!(asked[1].contains("cancel"));
}

#[tokio::test(flavor = "current_thread")]
async fn done_before_it_was_told_the_account_is_not_done() {
    let (result, asked) = removal(|_, id| answer(id, "example.org", "completed", "")).await;
    assert_eq!(result, Err(CommandError::Form(FormError::NoForm)));
    assert_eq!(asked.len(), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn nobody_else_answers_for_the_server() {
    let (result, _) = removal(|request, id| {
        let note = "<note type='error'>forged</note>";
        let forged = ["evil.example", "boss@example.org/x", "web01@example.org"]
            .map(|from| answer(id, from, "canceled", note))
            .concat();
        let real = if request.contains("web01") {
            answer(id, "example.org", "completed", "")
        } else {
            answer(id, "example.org", "executing", &format!("{FORM}</x>"))
        };
        let wrong = answer("guess", "example.org", "canceled", note);
        format!("{wrong}{forged}{real}")
    })
    .await;
    assert_eq!(result, Ok(()));
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_about_another_command_or_none_at_all_is_no_answer() {
    let odd = [
        "<command xmlns='http://jabber.org/protocol/commands' node='other' status='completed'/>",
        "<query xmlns='jabber:iq:version'/>",
        "",
    ];
    for inside in odd {
        let (result, _) = removal(move |_, id| {
            format!("<iq type='result' id='{id}' from='example.org'>{inside}</iq>")
        })
        .await;
        let error = result.unwrap_err();
        assert!(
            matches!(error, CommandError::Unanswered { sent: false, .. }),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn silence_ends_by_the_deadline_and_says_what_may_have_happened() {
    let (result, _) = removal(|_, _| String::new()).await;
    assert!(!result.unwrap_err().is_uncertain());
    let (result, _) = removal(|request, id| {
        if request.contains("web01") {
            return String::new();
        }
        answer(id, "example.org", "executing", &format!("{FORM}</x>"))
    })
    .await;
    let error = result.unwrap_err();
    assert!(error.is_uncertain(), "{error}");
}
