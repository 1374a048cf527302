//! Sentences: alerts.
