//! Enrolment: an administrator makes a client for a host.

#[cfg_attr(
    not(test),
    expect(
        dead_code,
        unused_imports,
        reason = "the subcommand that calls it is written beside this"
    )
)]
pub(crate) mod folder;
