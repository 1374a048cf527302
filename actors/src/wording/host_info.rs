//! Sentences: host_info.
