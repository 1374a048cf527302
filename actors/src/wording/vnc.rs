//! Sentences: vnc.
