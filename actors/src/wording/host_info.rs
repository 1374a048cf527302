//! Sentences: `host_info`.
