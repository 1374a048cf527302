//! `Debug` where a derived one would show a secret: headers carry tokens and cookies.

use std::fmt;

use crate::used::Web;

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Taken apart, so that a new field cannot be forgotten.
        let Self {
            url,
            method,
            headers,
            user,
            password,
            follow_redirects,
            ca_file,
            verify_tls,
            status,
            body_contains,
            body_matches,
            body_lacks,
            max_time,
            certificate_days,
        } = self;
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Web")
            .field("url", &url.as_str())
            .field("method", method)
            .field("headers", &names)
            .field("user", user)
            .field("password", password)
            .field("follow_redirects", follow_redirects)
            .field("ca_file", ca_file)
            .field("verify_tls", verify_tls)
            .field("status", status)
            .field("body_contains", body_contains)
            .field("body_matches", body_matches)
            .field("body_lacks", body_lacks)
            .field("max_time", max_time)
            .field("certificate_days", certificate_days)
            .finish()
    }
}
