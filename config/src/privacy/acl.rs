//! Who may open a file of Windows: its security descriptor, read, judged and made. Pure; the calls are
//! in `hostmessenger-windows`.
//!
//! The forms are those of [MS-DTYP]: 2.4.2.2 SID, 2.4.4 ACE, 2.4.5 ACL, 2.4.6 descriptor
//! (self-relative). What a newcomer can get wrong: no list at all means that everyone may everything, an
//! empty list that nobody may anything. Entries that deny are not counted in favour of a file: whom
//! they hit depends on the groups of a person and on their order. An entry of an unknown kind counts
//! as one that allows.

use std::path::Path;

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
    const WRITE: u32 = 0x2 | 0x4;
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

    /// Who may read or change it, but for `us`, its owner, and those who may everything anyway.
    pub(super) fn others(&self, us: &Sid) -> Vec<Entry> {
        let everyone = || Entry {
            sid: EVERYONE.into(),
            may: Rights(Rights::GENERIC_ALL),
            inherited: false,
        };
        let Some(allowed) = &self.allowed else {
            return vec![everyone()];
        };
        let is_fine = |sid: &Sid| {
            let known: [Sid; 4] = [
                SYSTEM.into(),
                ADMINISTRATORS.into(),
                TRUSTED_INSTALLER.into(),
                OWN_SERVICE.into(),
            ];
            sid == us
                || self.owner.as_ref() == Some(sid)
                || known.contains(sid)
                || OWNERS.map(Sid::from).contains(sid)
        };
        let may = |entry: &&Entry| entry.may.read() || entry.may.write();
        let others = allowed.iter().filter(may);
        others
            .filter(|entry| !is_fine(&entry.sid))
            .cloned()
            .collect()
    }

    /// Whether we own it, or those who may everything anyway.
    pub(super) fn is_owned_by(&self, us: &Sid) -> bool {
        let mut owners = insiders(us, true);
        owners.push(TRUSTED_INSTALLER.into());
        self.owner
            .as_ref()
            .is_some_and(|owner| owners.contains(owner))
    }

    /// Whether our own service may do something with it.
    pub(super) fn lets_own_service_in(&self) -> bool {
        let service = Sid::from(OWN_SERVICE);
        let allowed = self.allowed.iter().flatten();
        allowed.into_iter().any(|entry| entry.sid == service)
    }
}

/// Who is to be allowed everything, and nobody else.
pub(super) fn insiders(us: &Sid, own_service: bool) -> Vec<Sid> {
    let mut insiders = vec![ADMINISTRATORS.into(), SYSTEM.into()];
    if !insiders.contains(us) {
        insiders.insert(0, us.clone());
    }
    let service = Sid::from(OWN_SERVICE);
    if own_service && *us != service {
        insiders.push(service);
    }
    insiders
}

/// The account of the system itself.
pub(super) fn system() -> Sid {
    SYSTEM.into()
}

/// `BUILTIN\Administrators`.
#[cfg(windows)]
pub(super) fn administrators() -> Sid {
    ADMINISTRATORS.into()
}

/// The command that leaves a file to us, its owner, the administrators and the system. By number, since names
/// differ by language and `%USERNAME%` means nothing to PowerShell.
pub(super) fn mending(path: &Path, us: &Sid, found: &Descriptor) -> String {
    let mut stay = insiders(us, found.lets_own_service_in());
    if let Some(owner) = found.owner.as_ref().filter(|owner| !stay.contains(owner)) {
        stay.insert(1, owner.clone());
    }
    let stay = stay.iter().map(|sid| format!(" \"*{sid}:F\""));
    let stay: String = stay.collect();
    let mut gone: Vec<_> = found.others(us);
    gone.retain(|entry| !entry.inherited);
    gone.dedup_by(|a, b| a.sid == b.sid);
    let gone = gone
        .iter()
        .map(|entry| format!(" /remove:g \"*{}\"", entry.sid));
    let gone: String = gone.collect();
    // As it is written in Windows; programs take a slash for an option.
    let path = path.display().to_string().replace('/', "\\");
    format!("icacls \"{path}\" /inheritance:r /grant:r{stay}{gone}")
}

/// A descriptor that lets us and the insiders do everything, and takes nothing from the folders above. It is ours:
/// what an administrator makes would belong to all of them, and to the service its maker would be
/// a stranger. `inherit`: what is made in this folder gets the same list.
pub(super) fn private(us: &Sid, own_service: bool, inherit: bool) -> Vec<u8> {
    // FILE_ALL_ACCESS; OBJECT_INHERIT and CONTAINER_INHERIT.
    const ALL: u32 = 0x1f_01ff;
    let flags = if inherit { 0x3 } else { 0 };
    let insiders = insiders(us, own_service);
    let mut list = Vec::new();
    for sid in &insiders {
        list.extend([0, flags]);
        list.extend(size(8 + sid.0.len()));
        list.extend(ALL.to_le_bytes());
        list.extend(&sid.0);
    }
    let owner_at = u32::try_from(HEADER + 8 + list.len()).unwrap_or(u32::MAX);
    let control = SELF_RELATIVE | DACL_PROTECTED | DACL_PRESENT;
    let mut bytes = vec![1, 0];
    bytes.extend(control.to_le_bytes());
    bytes.extend(owner_at.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend([20, 0, 0, 0]);
    bytes.extend([2, 0]);
    bytes.extend(size(8 + list.len()));
    bytes.extend(size(insiders.len()));
    bytes.extend([0, 0]);
    bytes.extend(list);
    bytes.extend(&us.0);
    bytes
}

/// The same descriptor, to be given to another file: what it inherited stays marked as inherited.
pub(super) fn to_give(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let control = control(&bytes);
    if control & DACL_AUTO_INHERITED != 0 && bytes.len() >= HEADER {
        bytes[2..4].copy_from_slice(&(control | DACL_AUTO_INHERIT_REQ).to_le_bytes());
    }
    bytes
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
