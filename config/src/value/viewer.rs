//! `vnc.viewers`: hosts and networks that remote control may connect out to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{FromText, Host};
use crate::used::{HostPort, Viewer, ViewerAddress};

/// `HOST[:PORT]`, an IPv6 address in brackets.
pub(crate) fn viewer_address(text: &str) -> Result<ViewerAddress, String> {
    let has_port = text.contains(':') && !text.ends_with(']');
    let (host, port) = if has_port {
        HostPort::from_text(text).map(|HostPort { host, port }| (host, Some(port)))?
    } else {
        Host::from_text(text).map(|Host(host)| (host, None))?
    };
    let host = host.strip_suffix('.').unwrap_or(&host).to_lowercase();
    Ok(ViewerAddress { host, port })
}

impl FromText for Viewer {
    fn from_text(text: &str) -> Result<Self, String> {
        let Some((address, bits)) = text.split_once('/') else {
            return viewer_address(text).map(Self::Host);
        };
        let address: IpAddr = address
            .parse()
            .map_err(|_| "is not a network: an address belongs before the '/'")?;
        let digits = bits.bytes().all(|b| b.is_ascii_digit());
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits.parse::<u8>() {
            Ok(bits) if digits && bits <= longest => bits,
            _ => {
                return Err(format!(
                    "is not a network: after the '/' belongs 0 to {longest}"
                ));
            }
        };
        let first = first_of(address, bits);
        if first != address {
            return Err(format!(
                "is not a network: with these bits it is {first}/{bits}"
            ));
        }
        Ok(Self::Network { address, bits })
    }
}

fn first_of(address: IpAddr, bits: u8) -> IpAddr {
    let bits = u32::from(bits);
    match address {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Ipv4Addr::from_bits(ip.to_bits() & mask).into()
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Ipv6Addr::from_bits(ip.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(listed: &str, wanted: &str) -> bool {
        let wanted = viewer_address(wanted).unwrap();
        let port = wanted.port.unwrap_or(5500);
        Viewer::from_text(listed).unwrap().allows(&wanted, port)
    }

    #[test]
    fn a_name_is_allowed_by_that_very_name_and_a_port_by_that_very_port() {
        for (listed, wanted) in [
            ("support.example.org", "Support.Example.ORG"),
            ("support.example.org", "support.example.org.:5501"),
            ("support.example.org:5500", "support.example.org"),
            ("192.0.2.7", "192.0.2.7:1"),
            ("[2001:db8::1]:5500", "[2001:0db8:0:0::1]"),
            ("192.0.2.7", "[::ffff:192.0.2.7]"),
            ("192.0.2.0/24", "192.0.2.255"),
            ("2001:db8::/32", "[2001:db8:ffff::1]:5900"),
            ("0.0.0.0/0", "203.0.113.1"),
            ("::/0", "[2001:db8::1]"),
            ("192.0.2.7/32", "192.0.2.7"),
        ] {
            assert!(allows(listed, wanted), "{listed} {wanted}");
        }
        for (listed, wanted) in [
            ("support.example.org", "support.example.org.evil.test"),
            ("support.example.org", "support.example.or"),
            ("example.org", "support.example.org"),
            ("support.example.org:5500", "support.example.org:5501"),
            ("192.0.2.7", "192.0.2.70"),
            ("192.0.2.0/24", "192.0.3.0"),
            ("192.0.2.0/24", "support.example.org"),
            ("192.0.2.0/24", "[2001:db8::1]"),
            ("2001:db8::/32", "[2001:db9::1]"),
            ("0.0.0.0/0", "localhost"),
            ("localhost", "127.0.0.1"),
        ] {
            assert!(!allows(listed, wanted), "{listed} {wanted}");
        }
    }

    #[test]
    fn what_is_no_host_and_no_network_is_refused() {
        for bad in [
            "",
            "a b",
            "host:",
            "host:0",
            "host:65536",
            "::1",
            "[::1",
            "127.1",
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2.0/+8",
            "192.0.2.0/",
            "name/24",
            "2001:db8::/129",
        ] {
            assert!(Viewer::from_text(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_network_allows_the_addresses_with_its_bits_and_no_others(
            network: u32, bits in 0_u8..=32, other: u32
        ) {
            let first = first_of(Ipv4Addr::from_bits(network).into(), bits);
            let listed = format!("{first}/{bits}");
            let other = IpAddr::from(Ipv4Addr::from_bits(other));
            let expected = first_of(other, bits) == first;
            prop_assert_eq!(allows(&listed, &other.to_string()), expected);
        }
    }
}
