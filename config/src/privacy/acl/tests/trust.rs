//! Whose files are obeyed, and who counts as one of us.

use super::*;

#[test]
fn what_a_stranger_owns_or_may_change_is_not_believed() {
    let (alice, users) = (sid(&ALICE), sid(&USERS));
    let why = |owner: &Sid, aces: &[Vec<u8>]| found(owner, aces).distrust(&by(&alice), true);
    assert_eq!(why(&alice, &[ace(0, 0, ALL, &alice)]), None);
    let readable = [ace(0, 0, READ, &users), ace(0, 0, ALL, &alice)];
    assert_eq!(why(&alice, &readable), None, "to read is not to write");
    for powerful in [system(), administrators(), sid(&TRUSTED_INSTALLER)] {
        assert_eq!(why(&powerful, &readable), None);
    }
    assert_eq!(why(&sid(&BOB), &readable), Some(Distrust::Stranger));
    // What Windows gives a new folder on its drive: Authenticated Users may change it.
    let authenticated = sid(&Sid32(5, [11]));
    let Some(Distrust::Writers(writers)) = why(&alice, &[ace(0, 0x13, 0x13_01bf, &authenticated)])
    else {
        panic!("they may change it");
    };
    assert_eq!(writers[0].sid, authenticated);
    // On a share the owner's number says nothing, the list does.
    let bobs = found(&sid(&BOB), &readable);
    assert_eq!(bobs.distrust(&by(&alice), false), None);
    let open = found(&sid(&BOB), &[ace(0, 0, ALL, &users)]);
    assert!(open.distrust(&by(&alice), false).is_some());
}

#[test]
fn the_account_of_a_service_of_ours_is_no_other_whatever_it_is_called() {
    let (alice, bob) = (sid(&ALICE), sid(&BOB));
    let service = Sid::of_service("web");
    let mut ours = by(&alice);
    let aces = [
        ace(0, 0, 0x13_01bf, &service),
        ace(0, 0, READ, &bob),
        ace(0, 0, ALL, &alice),
    ];
    let file = found(&alice, &aces);
    assert_eq!(file.others(&ours).len(), 2);
    assert!(file.may_name_a_service(&ours), "so it is worth looking");
    // As the list of services says.
    ours.services.extend([service.clone(), bob]);
    assert_eq!(file.others(&ours), []);
    assert_eq!(file.distrust(&ours, true), None);
    assert!(!file.may_name_a_service(&ours));
    let kept = mending(Path::new("C:/hm"), true, &ours, &file);
    assert!(
        kept.contains(&format!("\"*{service}:(OI)(CI)F\"")),
        "{kept}"
    );
    assert!(!kept.contains("/remove"), "{kept}");
    // What it wrote itself is obeyed, too.
    assert!(found(&service, &[]).is_owned_by(&ours));
    // Groups that everybody knows are not worth it, nor is the service of the usual name.
    for nobody in [&USERS.into(), &EVERYONE.into(), &Sid::from(OWN_SERVICE)] {
        let file = found(&alice, &[ace(0, 0, READ, nobody)]);
        assert!(!file.may_name_a_service(&ours), "{nobody}");
    }
}

#[test]
fn an_owner_who_may_everything_by_the_list_need_not_be_the_owner() {
    let alice = sid(&ALICE);
    let gives = |aces: &[Vec<u8>]| found(&alice, aces).gives_all_to_its_owner();
    assert!(gives(&[ace(0, 0, ALL, &alice)]));
    assert!(!gives(&[ace(0, 0, READ, &alice)]) && !gives(&[]));
    assert!(!gives(&[ace(0, 0, ALL, &sid(&BOB))]));
}

#[test]
fn what_was_given_to_the_administrators_is_obeyed_by_a_service() {
    let service = Sid::of_service("web");
    let given = private(&administrators(), std::slice::from_ref(&service), false);
    let given = Descriptor::read(&given).expect("it makes sense");
    let ours = by(&service);
    assert_eq!(given.distrust(&ours, true), None);
    assert_eq!(given.others(&ours), []);
    // As the administrator made it, it was a stranger's.
    let made = private(&sid(&ALICE), std::slice::from_ref(&service), false);
    let made = Descriptor::read(&made).expect("it makes sense");
    assert_eq!(made.distrust(&ours, true), Some(Distrust::Stranger));
    assert_eq!(
        giving(Path::new("C:/a")),
        r#"icacls "C:\a" /setowner "*S-1-5-32-544""#
    );
}
