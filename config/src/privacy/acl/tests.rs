use super::super::sid::Sid32;
use super::made::insiders;
use super::*;
use proptest::prelude::*;
use std::path::Path;

mod trust;

const ALICE: Sid32<5> = Sid32(5, [21, 1, 2, 3, 1001]);
const BOB: Sid32<5> = Sid32(5, [21, 1, 2, 3, 1002]);
const USERS: Sid32<2> = Sid32(5, [32, 545]);
const READ: u32 = 0x12_0089;

fn sid<const N: usize>(sid: &Sid32<N>) -> Sid {
    Sid32(sid.0, sid.1).into()
}

/// An ACE: its kind, flags, rights and whom it is about.
fn ace(kind: u8, flags: u8, mask: u32, sid: &Sid) -> Vec<u8> {
    let mut bytes = vec![kind, flags];
    bytes.extend(size(8 + sid.0.len()));
    bytes.extend(mask.to_le_bytes());
    bytes.extend(&sid.0);
    bytes
}

/// A descriptor as Windows hands it over, the list in front of the owner.
fn descriptor(owner: &Sid, aces: &[Vec<u8>]) -> Vec<u8> {
    let list = aces.concat();
    let at = u32::try_from(HEADER + 8 + list.len()).expect("small");
    let mut bytes = vec![1, 0];
    bytes.extend((SELF_RELATIVE | DACL_PRESENT | DACL_AUTO_INHERITED).to_le_bytes());
    bytes.extend(at.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend([20, 0, 0, 0, 2, 0]);
    bytes.extend(size(8 + list.len()));
    bytes.extend(size(aces.len()));
    bytes.extend([0, 0]);
    bytes.extend(list);
    bytes.extend(&owner.0);
    bytes
}

/// Seen by one whose machine has no services of ours.
fn by(us: &Sid) -> Ours {
    Ours::new(us.clone())
}

fn found(owner: &Sid, aces: &[Vec<u8>]) -> Descriptor {
    Descriptor::read(&descriptor(owner, aces)).expect("it makes sense")
}

/// Whom a file of Alice's is open to, read by her: `r S-1-1-0`.
fn open_to(aces: &[Vec<u8>]) -> Vec<String> {
    let alice = sid(&ALICE);
    let found = Descriptor::read(&descriptor(&alice, aces)).expect("it makes sense");
    assert_eq!(found.owner.as_ref(), Some(&alice));
    let told = |Entry { sid, may, .. }: Entry| {
        let read = if may.read() { "r" } else { "" };
        let write = if may.write() { "w" } else { "" };
        format!("{read}{write} {sid}")
    };
    found.others(&by(&alice)).into_iter().map(told).collect()
}

#[test]
fn identifiers_are_written_as_everywhere() {
    assert_eq!(sid(&ALICE).to_string(), "S-1-5-21-1-2-3-1001");
    assert_eq!(sid(&EVERYONE).to_string(), "S-1-1-0");
    assert_eq!(
        sid(&TRUSTED_INSTALLER).to_string(),
        "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
    );
}

#[test]
fn the_user_the_administrators_and_the_system_are_no_others() {
    let fine = [
        sid(&ALICE),
        sid(&SYSTEM),
        sid(&ADMINISTRATORS),
        sid(&TRUSTED_INSTALLER),
        sid(&OWN_SERVICE),
        sid(&OWNERS[0]),
        sid(&OWNERS[1]),
    ];
    let aces: Vec<_> = fine.iter().map(|sid| ace(0, 0, ALL, sid)).collect();
    assert_eq!(open_to(&aces), [""; 0]);
    assert_eq!(open_to(&[]), [""; 0], "an empty list lets nobody in");
}

#[test]
fn whoever_else_may_read_or_change_it_is_named() {
    let (bob, users) = (sid(&BOB), sid(&USERS));
    assert_eq!(open_to(&[ace(0, 0, READ, &users)]), ["r S-1-5-32-545"]);
    assert_eq!(open_to(&[ace(0, 0, 0x2, &bob)]), ["w S-1-5-21-1-2-3-1002"]);
    for (mask, may) in [
        (0x8000_0000, "r"),
        (0x4000_0000, "w"),
        (0x1000_0000, "rw"),
        (0x4_0000, "rw"),
        (0x8_0000, "rw"),
        (0x1_0000, "w"),
        (0x40, "w"),
    ] {
        let told = open_to(&[ace(0, 0x10, mask, &users)]);
        assert_eq!(told, [format!("{may} S-1-5-32-545")], "{mask:x}");
    }
    // To see that it is there, or to run it, is nothing.
    assert_eq!(open_to(&[ace(0, 0, 0x10_00a0 | 0x2_0000, &users)]), [""; 0]);
    // What waits for files below is not for this one.
    assert_eq!(open_to(&[ace(0, 0xb, ALL, &users)]), [""; 0]);
}

#[test]
fn to_deny_counts_for_nothing_and_what_is_not_understood_counts_as_everyone() {
    let users = sid(&USERS);
    let denied = [ace(1, 0, ALL, &users), ace(0, 0, READ, &users)];
    assert_eq!(open_to(&denied), ["r S-1-5-32-545"]);
    assert_eq!(open_to(&denied[..1]), [""; 0]);
    assert_eq!(open_to(&[ace(9, 0, READ, &users)]), ["r S-1-5-32-545"]);
    assert_eq!(open_to(&[ace(5, 0, READ, &users)]), ["rw S-1-1-0"]);
}

#[test]
fn no_list_lets_everyone_in() {
    let mut bytes = descriptor(&sid(&ALICE), &[]);
    bytes[16..20].fill(0);
    let none = Descriptor::read(&bytes).expect("it makes sense");
    assert_eq!(none.others(&by(&sid(&ALICE)))[0].sid, sid(&EVERYONE));
    let mut bytes = descriptor(&sid(&ALICE), &[]);
    bytes[2] &= !0x4;
    let absent = Descriptor::read(&bytes).expect("it makes sense");
    assert_eq!(absent.allowed, None);
}

#[test]
fn what_is_made_private_lets_those_in_and_no_others() {
    let alice = sid(&ALICE);
    for inherit in [false, true] {
        let service = sid(&OWN_SERVICE);
        let bytes = private(&alice, std::slice::from_ref(&service), inherit);
        let made = Descriptor::read(&bytes).expect("it makes sense");
        let all = |sid: Sid| Entry {
            sid,
            may: Rights(ALL),
            inherited: false,
        };
        let expected = [
            alice.clone(),
            sid(&ADMINISTRATORS),
            sid(&SYSTEM),
            sid(&OWN_SERVICE),
        ];
        assert_eq!(made.allowed, Some(expected.map(all).to_vec()));
        assert_eq!(made.others(&by(&alice)), []);
        assert_eq!(made.others(&by(&system())), [], "the service may use it");
        assert_eq!(made.services_let_in(&by(&alice)), [service]);
        assert_eq!(made.owner.as_ref(), Some(&alice));
        // Given to Bob, it is open to Alice.
        let bobs = Descriptor {
            owner: Some(sid(&BOB)),
            ..made
        };
        assert_eq!(bobs.others(&by(&sid(&BOB)))[0].sid, alice);
        assert_eq!(control(&bytes) & DACL_PROTECTED, DACL_PROTECTED);
    }
    // The system is not named twice.
    assert_eq!(insiders(&system(), &[]).len(), 2);
}

#[test]
fn the_command_removes_what_no_folder_gave() {
    let (alice, users, everyone) = (sid(&ALICE), sid(&USERS), sid(&EVERYONE));
    let aces = [ace(0, 0x10, READ, &users), ace(0, 0, READ, &everyone)];
    let found = Descriptor::read(&descriptor(&alice, &aces)).expect("it makes sense");
    let path = Path::new("C:\\a b\\secret");
    assert_eq!(
        mending(path, false, &by(&alice), &found),
        "icacls \"C:\\a b\\secret\" /inheritance:r /grant:r \"*S-1-5-21-1-2-3-1001:F\" \
         \"*S-1-5-32-544:F\" \"*S-1-5-18:F\" /remove:g \"*S-1-1-0\""
    );
    // As the system: its owner keeps it.
    assert_eq!(
        mending(
            path,
            false,
            &by(&system()),
            &Descriptor {
                owner: Some(alice),
                allowed: Some(vec![])
            }
        ),
        "icacls \"C:\\a b\\secret\" /inheritance:r /grant:r \"*S-1-5-32-544:F\" \
         \"*S-1-5-21-1-2-3-1001:F\" \"*S-1-5-18:F\""
    );
}

#[test]
fn what_a_stranger_owns_is_not_ours() {
    let owned_by = |owner: &Sid, us: &Sid| found(owner, &[]).is_owned_by(&by(us));
    let (alice, bob) = (sid(&ALICE), sid(&BOB));
    assert!(owned_by(&alice, &alice) && !owned_by(&bob, &alice));
    assert!(owned_by(&system(), &alice) && owned_by(&sid(&ADMINISTRATORS), &alice));
    assert!(!Descriptor::default().is_owned_by(&by(&alice)));
}

#[test]
fn what_is_given_on_stays_marked_as_inherited() {
    let bytes = descriptor(&sid(&ALICE), &[ace(0, 0x10, ALL, &sid(&ALICE))]);
    let given = to_give(&bytes);
    assert_eq!(control(&given), control(&bytes) | DACL_AUTO_INHERIT_REQ);
    assert_eq!(given[4..], bytes[4..]);
    let own = private(&sid(&ALICE), &[], false);
    assert_eq!(to_give(&own), own);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _read = Descriptor::read(&bytes);
        let _given = to_give(&bytes);
        let _shown = Sid(bytes).to_string();
    }

    #[test]
    fn no_damage_makes_it_panic(at in 0_usize..80, byte: u8) {
        let mut bytes = descriptor(&sid(&ALICE), &[ace(0, 0, READ, &sid(&USERS))]);
        if let Some(hit) = bytes.get_mut(at) {
            *hit = byte;
        }
        let _read = Descriptor::read(&bytes);
    }
}
