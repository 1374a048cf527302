//! Real servers on loopback: nginx where it fits, scripted ones for what nginx would never do.

use super::*;
pub(super) fn options(url: &str) -> Web {
    Web {
        url: url.parse().unwrap(),
        method: "GET".into(),
        headers: Vec::new(),
        user: None,
        password: None,
        follow_redirects: true,
        ca_file: None,
        verify_tls: true,
        status: vec![200..=299],
        body_contains: None,
        body_matches: None,
        body_lacks: None,
        max_time: None,
        certificate_days: None,
    }
}
