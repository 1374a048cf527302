//! The rules, each a function of its own over a recorded run. What the contract leaves open, they allow.

use std::time::Duration;

use super::trace::Trace;

mod order;
mod quiet;
mod states;
mod telling;
mod tests;

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Violation {
    pub(super) at: Duration,
    pub(super) what: String,
}

/// Gives what a rule finds wrong.
type Rule = fn(&Trace) -> Vec<Violation>;

/// All of them with their names.
pub(super) const RULES: &[(&str, Rule)] = &[
    (
        "down_needs_failures_in_a_row",
        states::down_needs_failures_in_a_row,
    ),
    (
        "failures_in_a_row_make_down",
        states::failures_in_a_row_make_down,
    ),
    (
        "up_needs_successes_in_a_row",
        states::up_needs_successes_in_a_row,
    ),
    (
        "successes_in_a_row_make_up",
        states::successes_in_a_row_make_up,
    ),
    (
        "states_follow_from_checks",
        states::states_follow_from_checks,
    ),
    ("retries_keep_their_pace", states::retries_keep_their_pace),
    (
        "trouble_here_is_not_theirs",
        states::trouble_here_is_not_theirs,
    ),
    (
        "being_cut_off_is_told_on_return",
        states::being_cut_off_is_told_on_return,
    ),
    (
        "up_only_follows_what_was_sent",
        telling::up_only_follows_what_was_sent,
    ),
    ("nothing_says_down_twice", telling::nothing_says_down_twice),
    ("reminders_are_paced", telling::reminders_are_paced),
    ("reminders_come", telling::reminders_come),
    (
        "what_stands_has_been_told",
        telling::what_stands_has_been_told,
    ),
    (
        "after_is_the_time_between",
        telling::after_is_the_time_between,
    ),
    (
        "since_is_when_it_became_so",
        telling::since_is_when_it_became_so,
    ),
    ("only_who_should_hears", telling::only_who_should_hears),
    ("what_is_said_is_true", telling::what_is_said_is_true),
    ("muted_is_silent", quiet::muted_is_silent),
    ("shadowed_is_silent", quiet::shadowed_is_silent),
    ("flapping_is_held_back", quiet::flapping_is_held_back),
    ("flapping_is_told_once", quiet::flapping_is_told_once),
    ("flapping_is_told_soon", quiet::flapping_is_told_soon),
    (
        "flapping_follows_the_shares",
        quiet::flapping_follows_the_shares,
    ),
    (
        "changes_together_are_one_message",
        order::changes_together_are_one_message,
    ),
    (
        "changes_together_are_one_message_for_each",
        order::changes_together_are_one_message_for_each,
    ),
    ("messages_are_in_order", order::messages_are_in_order),
    (
        "a_restart_changes_nothing",
        order::a_restart_changes_nothing,
    ),
    (
        "a_restart_keeps_what_flaps",
        order::a_restart_keeps_what_flaps,
    ),
];

fn broken(at: Duration, target: usize, what: impl std::fmt::Display) -> Violation {
    let what = format!("t{target}: {what}");
    Violation { at, what }
}
