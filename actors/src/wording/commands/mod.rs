//! Sentences of the chat commands.

mod answers;
mod help;

pub use answers::*;
pub use help::*;
