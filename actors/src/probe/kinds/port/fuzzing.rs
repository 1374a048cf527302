//! What a port says, without the wire.

use super::{PortReason, first_line};
use crate::probe::verdict::Reason;

/// See [`crate::fuzzing::banner`].
pub(crate) fn reasons(bytes: &[u8]) -> [Reason; 4] {
    let first = first_line(bytes);
    [
        PortReason::Banner {
            first: first.clone(),
        }
        .into(),
        PortReason::NoMatch {
            first: first.clone(),
        }
        .into(),
        PortReason::TooMuch {
            first: first.clone(),
        }
        .into(),
        PortReason::Closed { first }.into(),
    ]
}
