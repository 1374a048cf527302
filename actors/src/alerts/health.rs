//! One target: checks become a state.
