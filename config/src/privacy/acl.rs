//! Who may open a file of Windows: its security descriptor, read, judged and made. Pure; the calls are
//! in `hostmessenger-windows`.
//!
//! The forms are those of [MS-DTYP]: 2.4.2.2 SID, 2.4.4 ACE, 2.4.5 ACL, 2.4.6 descriptor
//! (self-relative). What a newcomer can get wrong: no list at all means that everyone may everything, an
//! empty list that nobody may anything. Entries that deny are not counted in favour of a file: whom
//! they hit depends on the groups of a person and on their order. An entry of an unknown kind counts
//! as one that allows.

mod made;

pub(super) use made::{giving, mending, private, to_give};

use super::sid::{ADMINISTRATORS, EVERYONE, OWN_SERVICE, OWNERS, SYSTEM, Sid, TRUSTED_INSTALLER};

/// One who may something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) sid: Sid,
    pub(super) may: Rights,
    /// From a folder above.
    pub(super) inherited: bool,
}

/// What matters of an access mask ([MS-DTYP] 2.4.3 and `winnt.h`, file rights).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights(u32);

impl Rights {
    const READ: u32 = 0x1;
    /// To write and to append; in a folder to make files and folders, and (`0x40`) to remove what is in it.
    const WRITE: u32 = 0x2 | 0x4 | 0x40;
    const DELETE: u32 = 0x1_0000;
    /// Who may change the list or the owner may soon read.
    const RULE: u32 = 0x4_0000 | 0x8_0000;
    const GENERIC_ALL: u32 = 0x1000_0000;
    const GENERIC_WRITE: u32 = 0x4000_0000;
    const GENERIC_READ: u32 = 0x8000_0000;

    pub(super) fn read(self) -> bool {
        self.0 & (Self::READ | Self::GENERIC_READ | Self::GENERIC_ALL | Self::RULE) != 0
    }

    pub(super) fn write(self) -> bool {
        let plain = Self::WRITE | Self::DELETE | Self::RULE;
        self.0 & (plain | Self::GENERIC_WRITE | Self::GENERIC_ALL) != 0
    }
}

/// Why what is in a file is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Distrust {
    /// A stranger owns it.
    Stranger,
    /// They may change it.
    Writers(Vec<Entry>),
}

/// Who we are, and the accounts that services of ours run as: no strangers to each other's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ours {
    pub(super) us: Sid,
    pub(super) services: Vec<Sid>,
}

impl Ours {
    /// With the service of the usual name, whether it is there or not.
    pub(super) fn new(us: Sid) -> Self {
        let services = vec![OWN_SERVICE.into()];
        Self { us, services }
    }

    fn has(&self, sid: &Sid) -> bool {
        *sid == self.us || self.services.contains(sid)
    }
}

/// The owner of a file and who may what: `None` means everyone everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Descriptor {
    pub(super) owner: Option<Sid>,
    pub(super) allowed: Option<Vec<Entry>>,
}

const DACL_PRESENT: u16 = 0x4;
const DACL_AUTO_INHERIT_REQ: u16 = 0x100;
const DACL_AUTO_INHERITED: u16 = 0x400;
const DACL_PROTECTED: u16 = 0x1000;
const SELF_RELATIVE: u16 = 0x8000;
const HEADER: usize = 20;
/// `FILE_ALL_ACCESS`.
const ALL: u32 = 0x1f_01ff;

/// ACE types, [MS-DTYP] 2.4.4.1.
const DENIED: [u8; 4] = [1, 6, 10, 12];
/// Those with the rights at 4 and the SID at 8.
const PLAIN: [u8; 2] = [0, 9];
/// An entry that only waits for things made below.
const INHERIT_ONLY: u8 = 0x8;
const INHERITED: u8 = 0x10;

impl Descriptor {
    /// `None`: it makes no sense.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let owner = match part(bytes, 4)? {
            [] => None,
            owner => Some(Sid::read(owner)?),
        };
        let allowed = match part(bytes, 16)? {
            [] => None,
            _ if control(bytes) & DACL_PRESENT == 0 => None,
            list => Some(entries(list)?),
        };
        Some(Self { owner, allowed })
    }

    /// Who may read or change it, but for `ours`, its owner, and those who may everything anyway.
    pub(super) fn others(&self, ours: &Ours) -> Vec<Entry> {
        let everyone = || Entry {
            sid: EVERYONE.into(),
            may: Rights(Rights::GENERIC_ALL),
            inherited: false,
        };
        let Some(allowed) = &self.allowed else {
            return vec![everyone()];
        };
        let is_fine = |sid: &Sid| {
            ours.has(sid)
                || is_powerful(sid)
                || self.owner.as_ref() == Some(sid)
                || OWNERS.map(Sid::from).contains(sid)
        };
        let may = |entry: &&Entry| entry.may.read() || entry.may.write();
        let others = allowed.iter().filter(may);
        others
            .filter(|entry| !is_fine(&entry.sid))
            .cloned()
            .collect()
    }

    /// Why somebody else may have written what is in it. On a share another machine's numbers say nothing about
    /// the owner: `owner_counts` is no there.
    pub(super) fn distrust(&self, ours: &Ours, owner_counts: bool) -> Option<Distrust> {
        if owner_counts && !self.is_owned_by(ours) {
            return Some(Distrust::Stranger);
        }
        let mut writers = self.others(ours);
        writers.retain(|entry| entry.may.write());
        (!writers.is_empty()).then_some(Distrust::Writers(writers))
    }

    /// Whether we own it, or those who may everything anyway.
    pub(super) fn is_owned_by(&self, ours: &Ours) -> bool {
        let owner = self.owner.as_ref();
        owner.is_some_and(|owner| ours.has(owner) || is_powerful(owner))
    }

    /// Those of our services that may do something with it.
    pub(super) fn services_let_in(&self, ours: &Ours) -> Vec<Sid> {
        let allowed = || self.allowed.iter().flatten();
        let is_let_in = |service: &&Sid| allowed().any(|entry| entry.sid == **service);
        ours.services.iter().filter(is_let_in).cloned().collect()
    }

    /// Whether it names somebody to whom a service of ours may belong, so that it is worth looking.
    pub(super) fn may_name_a_service(&self, ours: &Ours) -> bool {
        let named = self.allowed.iter().flatten().map(|entry| &entry.sid);
        let mut named = named.chain(&self.owner);
        named.any(|sid| sid.may_be_an_account() && !ours.has(sid))
    }

    /// Whether its list lets its owner do everything, so that it means the same with another owner.
    pub(super) fn gives_all_to_its_owner(&self) -> bool {
        let Some(owner) = &self.owner else {
            return false;
        };
        let all = |entry: &Entry| entry.sid == *owner && entry.may.0 & ALL == ALL;
        self.allowed.iter().flatten().any(all)
    }
}

/// Those who may everything anyway.
fn is_powerful(sid: &Sid) -> bool {
    let all: [Sid; 3] = [
        SYSTEM.into(),
        ADMINISTRATORS.into(),
        TRUSTED_INSTALLER.into(),
    ];
    all.contains(sid)
}

/// The account of the system itself.
pub(super) fn system() -> Sid {
    SYSTEM.into()
}

/// `BUILTIN\Administrators`.
pub(super) fn administrators() -> Sid {
    ADMINISTRATORS.into()
}

fn size(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes()
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at + 2)?
        .first_chunk()
        .map(|b| u16::from_le_bytes(*b))
}

fn control(bytes: &[u8]) -> u16 {
    half(bytes, 2).unwrap_or_default()
}

/// A part of a descriptor, from the place that its offset names; where there is none, nothing.
fn part(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let offset = bytes
        .get(at..at + 4)?
        .first_chunk()
        .map(|b| u32::from_le_bytes(*b))?;
    match usize::try_from(offset).ok()? {
        0 => Some(&[]),
        offset => bytes.get(offset..),
    }
}

/// The entries of a list that allow something here.
fn entries(list: &[u8]) -> Option<Vec<Entry>> {
    let list = list.get(..usize::from(half(list, 2)?))?;
    let mut rest = list.get(8..)?;
    let mut entries = Vec::new();
    for _ in 0..half(list, 4)? {
        let entry = rest.get(..usize::from(half(rest, 2)?))?;
        rest = &rest[entry.len()..];
        let (kind, flags) = (*entry.first()?, *entry.get(1)?);
        if DENIED.contains(&kind) || flags & INHERIT_ONLY != 0 {
            continue;
        }
        let inherited = flags & INHERITED != 0;
        entries.push(if PLAIN.contains(&kind) {
            let mask = entry.get(4..8)?.first_chunk()?;
            Entry {
                sid: Sid::read(entry.get(8..)?)?,
                may: Rights(u32::from_le_bytes(*mask)),
                inherited,
            }
        } else {
            Entry {
                sid: EVERYONE.into(),
                may: Rights(Rights::GENERIC_ALL),
                inherited,
            }
        });
    }
    Some(entries)
}

#[cfg(test)]
mod tests;
