//! The chat commands: one file each, and the one list that dispatch and HELP are made from.
