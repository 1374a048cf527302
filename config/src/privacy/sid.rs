//! Security identifiers ([MS-DTYP] 2.4.2): the numbers of accounts and groups, and those that every Windows
//! knows. Names differ by language, numbers do not.

use std::fmt;

use sha1::{Digest, Sha1};

/// An account or a group: revision, number of parts, authority, parts.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Sid(pub(super) Vec<u8>);

/// `LocalSystem`, `S-1-5-18`.
pub(super) const SYSTEM: Sid32<1> = Sid32(5, [18]);
/// BUILTIN\Administrators, `S-1-5-32-544`.
pub(super) const ADMINISTRATORS: Sid32<2> = Sid32(5, [32, 544]);
/// Everyone, `S-1-1-0`.
pub(super) const EVERYONE: Sid32<1> = Sid32(1, [0]);
/// CREATOR OWNER and OWNER RIGHTS: no account has them, or the owner alone.
pub(super) const OWNERS: [Sid32<1>; 2] = [Sid32(3, [0]), Sid32(3, [4])];
/// NT SERVICE\TrustedInstaller: the installer of Windows itself.
pub(super) const TRUSTED_INSTALLER: Sid32<6> = Sid32(
    5,
    [
        80,
        956_008_885,
        3_418_522_649,
        1_831_038_044,
        1_853_292_631,
        2_271_478_464,
    ],
);
/// NT SERVICE\HostMessenger: what our own service runs as, where it has an account of its own. Only an
/// administrator can make a service of that name. (See [`Sid::of_service`].)
pub(super) const OWN_SERVICE: Sid32<6> = Sid32(
    5,
    [
        80,
        1_547_275_045,
        2_664_112_948,
        3_887_635_565,
        3_650_865_831,
        3_837_547_658,
    ],
);

/// A known identifier: its authority and its parts.
pub(super) struct Sid32<const N: usize>(pub(super) u8, pub(super) [u32; N]);

impl<const N: usize> From<Sid32<N>> for Sid {
    fn from(Sid32(authority, parts): Sid32<N>) -> Self {
        let count = u8::try_from(N).unwrap_or(u8::MAX);
        let mut bytes = vec![1, count, 0, 0, 0, 0, 0, authority];
        bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
        Self(bytes)
    }
}

impl fmt::Display for Sid {
    /// `S-1-5-32-544`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [revision, _, authority @ .., last] = self.0.first_chunk::<8>().unwrap_or(&[0; 8]);
        let authority = authority.iter().chain([last]);
        let authority = authority.fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        write!(f, "S-{revision}-{authority}")?;
        let (parts, _) = self.0.get(8..).unwrap_or_default().as_chunks::<4>();
        parts
            .iter()
            .try_for_each(|part| write!(f, "-{}", u32::from_le_bytes(*part)))
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Sid {
    /// `NT SERVICE\NAME`: SHA-1 of the name in capitals, UTF-16.
    pub(super) fn of_service(name: &str) -> Self {
        let units = name.to_uppercase();
        let bytes: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut sid = vec![1, 6, 0, 0, 0, 0, 0, 5, 80, 0, 0, 0];
        sid.extend_from_slice(&Sha1::digest(bytes));
        Self(sid)
    }

    /// Whether it may be an account that a service runs as: `NT AUTHORITY\LOCAL SERVICE`, `NETWORK SERVICE`,
    /// those of machines and domains (and their groups), those of services.
    pub(super) fn may_be_an_account(&self) -> bool {
        const OF_NT: [u8; 6] = [0, 0, 0, 0, 0, 5];
        let first = self.0.get(8..12).and_then(|part| part.first_chunk());
        let first = first.map(|part| u32::from_le_bytes(*part));
        self.0.get(2..8) == Some(&OF_NT) && matches!(first, Some(19 | 20 | 21 | 80))
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let length = 8 + 4 * usize::from(*bytes.get(1)?);
        bytes.get(..length).map(|sid| Self(sid.to_vec()))
    }
}
