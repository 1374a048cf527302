//! Where remote control may connect out to: `vnc.viewers`, and what VNC START VIEWER names.

use std::fmt;
use std::net::IpAddr;

/// One of `vnc.viewers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// This name or address; with a port, that port alone.
    Host(ViewerAddress),
    /// All addresses that begin with these bits, on any port.
    Network {
        /// Its first address.
        address: IpAddr,
        /// How many bits count.
        bits: u8,
    },
}

/// A name or an address, perhaps with a port: `HOST[:PORT]`, an IPv6 address in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewerAddress {
    /// In lower case, without a dot at its end, without brackets.
    pub host: String,
    /// `None`: none was written.
    pub port: Option<u16>,
}

impl ViewerAddress {
    /// Reads `HOST[:PORT]`. Errors: what is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        crate::value::viewer_address(text)
    }

    /// The address, where it is one and no name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok().map(|ip: IpAddr| ip.to_canonical())
    }
}

impl fmt::Display for ViewerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.host.contains(':'), self.port) {
            (true, Some(port)) => write!(f, "[{}]:{port}", self.host),
            (false, Some(port)) => write!(f, "{}:{port}", self.host),
            (true, None) => write!(f, "[{}]", self.host),
            (false, None) => f.write_str(&self.host),
        }
    }
}

impl Viewer {
    /// Whether this entry allows a connection there: a name by that very name, an address by
    /// itself or by its network. What a name resolves to counts for nothing.
    pub fn allows(&self, wanted: &ViewerAddress, port: u16) -> bool {
        match (self, wanted.ip()) {
            (Self::Host(listed), ip) => {
                let same = match (listed.ip(), ip) {
                    (Some(listed), Some(ip)) => listed == ip,
                    (None, None) => listed.host == wanted.host,
                    _ => false,
                };
                same && listed.port.is_none_or(|listed| listed == port)
            }
            (Self::Network { address, bits }, Some(ip)) => in_network(*address, *bits, ip),
            (Self::Network { .. }, None) => false,
        }
    }
}

fn in_network(network: IpAddr, bits: u8, ip: IpAddr) -> bool {
    let bits = u32::from(bits);
    match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            let differs = network.to_bits() ^ ip.to_bits();
            differs.checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => {
            let differs = network.to_bits() ^ ip.to_bits();
            differs.checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}
