//! The kinds `address-range` and `port-range`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network, or everything from one address to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressRange {
    /// `10.0.0.0/8`; one address is `/32` or `/128`.
    Network {
        /// An address of it.
        address: IpAddr,
        /// How many leading bits it shares with the others.
        prefix: u8,
    },
    /// `10.0.0.1-10.0.0.9`, both included.
    Between {
        /// The lowest.
        first: IpAddr,
        /// The highest, of the same family.
        last: IpAddr,
    },
}

impl AddressRange {
    /// The lowest and the highest address.
    #[must_use]
    pub fn ends(&self) -> (IpAddr, IpAddr) {
        match *self {
            Self::Between { first, last } => (first, last),
            Self::Network { address: IpAddr::V4(address), prefix } => {
                let rest = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
                let bits = address.to_bits();
                (Ipv4Addr::from_bits(bits & !rest).into(), Ipv4Addr::from_bits(bits | rest).into())
            }
            Self::Network { address: IpAddr::V6(address), prefix } => {
                let rest = u128::MAX.checked_shr(prefix.into()).unwrap_or(0);
                let bits = address.to_bits();
                (Ipv6Addr::from_bits(bits & !rest).into(), Ipv6Addr::from_bits(bits | rest).into())
            }
        }
    }

    /// How many addresses it has; 2^128 counts as one fewer.
    #[must_use]
    pub fn count(&self) -> u128 {
        let (first, last) = self.ends();
        bits(last).saturating_sub(bits(first)).saturating_add(1)
    }

    /// Each address of it, the lowest first.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<> {
        let (first, last) = self.ends();
        (bits(first)..=bits(last)).map(move |bits| match first {
            // The lower half of these bits is all there is.
            IpAddr::V4(_) => Ipv4Addr::from_bits(bits as u32).into(),
            IpAddr::V6(_) => Ipv6Addr::from_bits(bits).into(),
        })
    }

    /// Whether an address is in it. An address of the other family never is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (first, last) = self.ends();
        first.is_ipv4() == address.is_ipv4() && (first..=last).contains(&address)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network { address, prefix } => write!(formatter, "{address}/{prefix}"),
            Self::Between { first, last } => write!(formatter, "{first}-{last}"),
        }
    }
}

/// A text that is no range of addresses, or no range of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no range")]
pub struct RangeError;

impl FromStr for AddressRange {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ip = |text: &str| text.parse::<IpAddr>().map_err(|_| RangeError);
        if let Some((address, prefix)) = text.split_once('/') {
            let prefix = prefix.parse().map_err(|_| RangeError)?;
            return Ok(Self::Network { address: ip(address)?, prefix });
        }
        let (first, last) = text.split_once('-').ok_or(RangeError)?;
        Ok(Self::Between { first: ip(first)?, last: ip(last)? })
    }
}

/// Ports from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    /// The lowest.
    pub first: u16,
    /// The highest.
    pub last: u16,
}

impl PortRange {
    /// Each port of it.
    pub fn ports(self) -> impl Iterator<Item = u16> {
        self.first..=self.last
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.first, self.last)
    }
}

impl FromStr for PortRange {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let port = |text: &str| text.parse().map_err(|_| RangeError);
        let (first, last) = text.split_once('-').ok_or(RangeError)?;
        Ok(Self { first: port(first)?, last: port(last)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> AddressRange {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_reaches_from_its_first_to_its_last_address() {
        assert_eq!(range("10.1.2.3/8").ends(), ("10.0.0.0".parse().unwrap(), "10.255.255.255".parse().unwrap()));
        assert_eq!(range("0.0.0.0/0").ends(), ("0.0.0.0".parse().unwrap(), "255.255.255.255".parse().unwrap()));
        assert_eq!(range("192.0.2.7/32").ends(), ("192.0.2.7".parse().unwrap(), "192.0.2.7".parse().unwrap()));
        assert_eq!(range("2001:db8::/127").ends().1, "2001:db8::1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn each_address_is_counted_and_given_once() {
        let all: Vec<String> = range("10.0.0.254-10.0.1.1").addresses().map(|address| address.to_string()).collect();
        assert_eq!(all, ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]);
        assert_eq!(range("10.0.0.254-10.0.1.1").count(), 4);
        assert_eq!(range("2001:db8::/127").addresses().count(), 2);
        assert_eq!(range("::/0").count(), u128::MAX);
    }

    #[test]
    fn the_other_family_is_never_in_a_range() {
        assert!(range("10.0.0.1-10.0.0.9").contains("10.0.0.5".parse().unwrap()));
        assert!(!range("10.0.0.1-10.0.0.9").contains("10.0.0.10".parse().unwrap()));
        assert!(!range("0.0.0.0/0").contains("::1".parse().unwrap()));
    }

    #[test]
    fn ranges_survive_both_ways() {
        for text in ["10.0.0.0/8", "10.0.0.1-10.0.0.9", "::1/128"] {
            assert_eq!(range(text).to_string(), text);
        }
        assert_eq!("1-1024".parse::<PortRange>().unwrap().to_string(), "1-1024");
        assert!("80".parse::<PortRange>().is_err());
        assert!("x/8".parse::<AddressRange>().is_err());
    }
}
