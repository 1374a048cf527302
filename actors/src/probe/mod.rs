//! One actor a target: it checks at its pace and tells the journal what it found.

use actix::prelude::*;

pub mod kinds;
pub mod net;
pub mod verdict;

use verdict::Outcome;

/// Asks for a check now; answered with what it found, once it is judged.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "Outcome")]
pub struct ProbeNow;
