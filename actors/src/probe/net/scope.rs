//! Whether a target is on this machine. When the link is gone the remote ones are not blamed, so a
//! wrong `Local` brings false alarms, and a wrong `Remote` a late one.

use std::net::IpAddr;

use hostmessenger_config::{Kind, Scope};

/// How this machine is called from outside. One look serves for all targets.
#[derive(Debug)]
pub struct Here {
    addresses: Vec<IpAddr>,
    name: Option<String>,
}

impl Here {
    /// Asks the system.
    pub fn look() -> Self {
        let all = if_addrs::get_if_addrs().unwrap_or_default();
        Self {
            addresses: all.iter().map(if_addrs::Interface::ip).collect(),
            name: sysinfo::System::host_name().ok(),
        }
    }

    /// Where a target is, told by its address alone: a name is never asked for, since that may
    /// hang. Disks are local, network shares too (so says the contract).
    pub fn scope_of(&self, kind: &Kind) -> Scope {
        let host = match kind {
            Kind::Disk(_) => return Scope::Local,
            Kind::Web(web) => web.url.host_str().unwrap_or_default(),
            Kind::Ftp(ftp) => &ftp.host,
            Kind::Port(port) => &port.host,
            #[cfg(feature = "faults")]
            Kind::Fault(_) => return Scope::Local,
        };
        if is_local(host, &self.addresses, self.name.as_deref()) {
            Scope::Local
        } else {
            Scope::Remote
        }
    }
}

fn is_local(host: &str, own: &[IpAddr], own_name: Option<&str>) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.');
    // A zone (`fe80::1%eth0`) does not belong to the address.
    let bare = host.split('%').next().unwrap_or(host);
    if let Ok(ip) = bare.parse::<IpAddr>() {
        let ip = ip.to_canonical();
        return ip.is_loopback() || ip.is_unspecified() || own.contains(&ip);
    }
    let host = host.to_ascii_lowercase();
    // RFC 6761, 6.3: every name under `localhost` is this machine.
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    own_name.is_some_and(|name| {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        host == name || name.split('.').next() == Some(host.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_own_addresses_are_local_whatever_their_form() {
        let own = ["192.0.2.7".parse().unwrap(), "fe80::1".parse().unwrap()];
        for host in [
            "127.0.0.1",
            "127.8.8.8",
            "::1",
            "[::1]",
            "::ffff:127.0.0.1",
            "0.0.0.0",
            "192.0.2.7",
            "fe80::1%eth0",
            "LocalHost.",
            "db.localhost",
            "WEB01",
            "web01.example.org",
        ] {
            assert!(is_local(host, &own, Some("web01.example.org")), "{host}");
        }
    }

    #[test]
    fn other_names_and_addresses_are_remote() {
        let own = ["192.0.2.7".parse().unwrap()];
        for host in [
            "192.0.2.8",
            "2001:db8::1",
            "localhost.example.org",
            "notlocalhost",
            "web01.example.com",
            "example.org",
            "",
        ] {
            assert!(!is_local(host, &own, Some("web01.example.org")), "{host}");
        }
    }
}
