use super::*;
use proptest::prelude::*;

fn access() -> Access {
    Access {
        owner: Some(BareJid::new("Admin@Example.org").unwrap()),
        support: vec![BareJid::new("help@example.org").unwrap()],
        locked: Vec::new(),
        vnc_totp_secret: None,
    }
}

fn message(from: &str) -> MessageReceived {
    MessageReceived {
        from: Some(Jid::new(from).unwrap()),
        kind: MessageKind::Chat,
        body: Some("OS".into()),
        thread: None,
        delayed: false,
        carbon: false,
    }
}

fn role(from: &str) -> Option<Role> {
    match judge(&message(from), &access(), None) {
        Judgement::Command { role, .. } => Some(role),
        Judgement::Refuse(..) | Judgement::Accept(_) => None,
        Judgement::PassOver(why) => panic!("{why}"),
    }
}

#[test]
fn owner_and_support_are_known_by_their_normalised_bare_address() {
    assert_eq!(role("admin@example.org/phone"), Some(Role::Owner));
    assert_eq!(role("ADMIN@EXAMPLE.ORG"), Some(Role::Owner));
    assert_eq!(role("help@example.org/x"), Some(Role::Support));
}

#[test]
fn addresses_that_look_alike_are_strangers() {
    for from in [
        "admin@example.org.evil.net",
        "admin@example.or",
        "admin@sub.example.org",
        "xadmin@example.org",
        "example.org",
        "аdmin@example.org",
        "evil.net/admin@example.org",
    ] {
        assert_eq!(role(from), None, "{from}");
    }
}

#[test]
fn without_an_owner_nobody_is_the_owner() {
    let nobody = Access::default();
    assert!(matches!(
        judge(&message("a@b.c"), &nobody, None),
        Judgement::Refuse(_, Refusal::Stranger)
    ));
}

#[test]
fn what_is_no_chat_message_is_never_a_command_not_even_of_the_owner() {
    let owner = message("admin@example.org/phone");
    let judged = |message: MessageReceived| match judge(&message, &access(), None) {
        Judgement::PassOver(why) => why,
        other => panic!("{other:?}"),
    };
    for kind in [
        MessageKind::Groupchat,
        MessageKind::Headline,
        MessageKind::Error,
    ] {
        assert_eq!(
            judged(MessageReceived {
                kind,
                ..owner.clone()
            }),
            NoCommand::Type
        );
    }
    assert_eq!(
        judged(MessageReceived {
            delayed: true,
            ..owner.clone()
        }),
        NoCommand::Delayed
    );
    assert_eq!(
        judged(MessageReceived {
            carbon: true,
            ..owner.clone()
        }),
        NoCommand::Carbon
    );
    assert_eq!(
        judged(MessageReceived {
            body: None,
            ..owner.clone()
        }),
        NoCommand::NoBody
    );
    assert_eq!(
        judged(MessageReceived {
            from: None,
            ..owner
        }),
        NoCommand::NoSender
    );
}

#[test]
fn a_candidate_may_say_yes_and_is_a_stranger_otherwise() {
    let candidate = BareJid::new("new@example.org").unwrap();
    let judged = |from: &str, body: &str| {
        let message = MessageReceived {
            body: Some(body.into()),
            ..message(from)
        };
        judge(&message, &access(), Some(&candidate))
    };
    let from = "New@Example.org/phone";
    let yes = Judgement::Accept(Jid::new("new@example.org/phone").unwrap());
    assert_eq!(judged(from, "owner accept"), yes);
    for other in ["OS", "OWNER", "OWNER ACCEPT OS", "OWNER CANCEL"] {
        let refused = Judgement::Refuse(candidate.clone(), Refusal::Stranger);
        assert_eq!(judged(from, other), refused, "{other}");
    }
    let other = judged("eve@example.org", "OWNER ACCEPT");
    assert!(matches!(other, Judgement::Refuse(_, Refusal::Stranger)));
    let owner = judged("admin@example.org", "OWNER ACCEPT");
    assert!(matches!(owner, Judgement::Command { .. }));
}

fn people(which: &[usize]) -> Vec<BareJid> {
    let name = |n: &usize| BareJid::new(&format!("p{n}@example.org")).unwrap();
    which.iter().map(name).collect()
}

proptest! {
    #[test]
    fn whatever_else_names_the_locked_they_never_command_and_others_do_as_before(
        owner in prop::option::of(0usize..4),
        support in prop::collection::vec(0usize..4, 0..4),
        locked in prop::collection::vec(0usize..4, 0..4),
        sender in 0usize..4,
        resource in "(/[a-z]{1,5})?",
        candidate in prop::option::of(0usize..4),
        accepts in any::<bool>(),
    ) {
        let access = Access {
            owner: owner.map(|n| people(&[n]).remove(0)),
            support: people(&support),
            locked: people(&locked),
            vnc_totp_secret: None,
        };
        let who = people(&[sender]).remove(0);
        let candidate = candidate.map(|n| people(&[n]).remove(0));
        let body = if accepts { "OWNER ACCEPT" } else { "OS" };
        let said = MessageReceived {
            body: Some(body.into()),
            ..message(&format!("P{sender}@Example.org{resource}"))
        };
        let judged = judge(&said, &access, candidate.as_ref());
        if locked.contains(&sender) {
            prop_assert_eq!(judged, Judgement::Refuse(who, Refusal::Locked));
        } else {
            let open = Access { locked: Vec::new(), ..access };
            let before = judge(&said, &open, candidate.as_ref());
            prop_assert_eq!(judged, before);
        }
    }

    #[test]
    fn only_the_two_addresses_ever_get_a_role(from in "[a-z@./]{1,40}") {
        if let Ok(jid) = Jid::new(&from) {
            let known = ["admin@example.org", "help@example.org"];
            let message = MessageReceived { from: Some(jid.clone()), ..message("a@b") };
            let got_role = matches!(judge(&message, &access(), None), Judgement::Command { .. });
            prop_assert_eq!(got_role, known.contains(&jid.to_bare().as_str()));
        }
    }
}
