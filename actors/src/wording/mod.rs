//! Every sentence the program says to people, in German and English, one file a subject.
//!
//! A sentence is a line in [`sentences!`]; both languages stand under each other, so that none is
//! forgotten. Log messages are not here: they are constant and English.

pub use hostmessenger_config::Language;

pub mod alerts;
pub mod audit;
pub mod commands;
pub mod console;
pub mod host_info;
pub mod journal;
pub mod numbers;
pub mod owner;
pub mod presence;
pub mod reasons;
pub mod reload;
pub mod service;
pub mod tray;
pub mod vnc;

/// Makes a function for each sentence: `name(lang, arguments…) -> String`.
///
/// ```ignore
/// sentences! {
///     /// Told when …
///     free_space(free, total) {
///         en: "{free} free of {total}",
///         de: "{free} von {total} frei",
///     }
/// }
/// ```
macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),*) { en: $en:literal, de: $de:literal $(,)? })*) => {
        $($(#[$doc])*
        pub fn $name(lang: $crate::wording::Language, $($arg: impl ::std::fmt::Display),*) -> String {
            match lang {
                $crate::wording::Language::En => format!($en),
                $crate::wording::Language::De => format!($de),
            }
        })*
    };
}
pub(crate) use sentences;
