//! What is made of a judgement: descriptors to give, and commands for people to type.

use std::path::Path;

use super::{
    ADMINISTRATORS, ALL, DACL_AUTO_INHERIT_REQ, DACL_AUTO_INHERITED, DACL_PRESENT, DACL_PROTECTED,
    Descriptor, HEADER, Ours, SELF_RELATIVE, SYSTEM, Sid, administrators, control, size,
};

/// Who is to be allowed everything, and nobody else.
pub(super) fn insiders(us: &Sid, services: &[Sid]) -> Vec<Sid> {
    let mut insiders = vec![ADMINISTRATORS.into(), SYSTEM.into()];
    if !insiders.contains(us) {
        insiders.insert(0, us.clone());
    }
    for service in services {
        if !insiders.contains(service) {
            insiders.push(service.clone());
        }
    }
    insiders
}

/// The command that leaves a file to us, its owner, our services that it is open to, the administrators and the
/// system. By number, since names differ by language and `%USERNAME%` means nothing to PowerShell. What is
/// made in a folder gets the same.
pub(in super::super) fn mending(
    path: &Path,
    is_folder: bool,
    ours: &Ours,
    found: &Descriptor,
) -> String {
    let services = found.services_let_in(ours);
    let mut stay = insiders(&ours.us, &services);
    if let Some(owner) = found.owner.as_ref().filter(|owner| !stay.contains(owner)) {
        stay.insert(1, owner.clone());
    }
    let letters = if is_folder { "(OI)(CI)F" } else { "F" };
    let stay = stay.iter().map(|sid| format!(" \"*{sid}:{letters}\""));
    let stay: String = stay.collect();
    let mut gone: Vec<_> = found.others(ours);
    gone.retain(|entry| !entry.inherited);
    gone.dedup_by(|a, b| a.sid == b.sid);
    let gone = gone
        .iter()
        .map(|entry| format!(" /remove:g \"*{}\"", entry.sid));
    let gone: String = gone.collect();
    format!(
        "icacls \"{}\" /inheritance:r /grant:r{stay}{gone}",
        shown(path)
    )
}

/// The command that gives a file to the administrators.
pub(in super::super) fn giving(path: &Path) -> String {
    let owner = administrators();
    format!("icacls \"{}\" /setowner \"*{owner}\"", shown(path))
}

/// As it is written in Windows; programs take a slash for an option.
fn shown(path: &Path) -> String {
    path.display().to_string().replace('/', "\\")
}

/// A descriptor that lets us and the insiders do everything, and takes nothing from the folders above. It is ours:
/// what an administrator makes would belong to all of them, and to the service its maker would be
/// a stranger. `inherit`: what is made in this folder gets the same list.
pub(in super::super) fn private(us: &Sid, services: &[Sid], inherit: bool) -> Vec<u8> {
    // OBJECT_INHERIT and CONTAINER_INHERIT.
    let flags = if inherit { 0x3 } else { 0 };
    let insiders = insiders(us, services);
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
pub(in super::super) fn to_give(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let control = control(&bytes);
    if control & DACL_AUTO_INHERITED != 0 && bytes.len() >= HEADER {
        bytes[2..4].copy_from_slice(&(control | DACL_AUTO_INHERIT_REQ).to_le_bytes());
    }
    bytes
}
