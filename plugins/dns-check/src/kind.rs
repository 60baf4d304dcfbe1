//! The record types that a person can ask for.

use domain::base::iana::Rtype;

/// One record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    A,
    Aaaa,
    Ptr,
    Srv,
    Txt,
    Mx,
    Ns,
    Soa,
    Cname,
    Caa,
}

impl Kind {
    const ALL: [Self; 10] =
        [Self::A, Self::Aaaa, Self::Ptr, Self::Srv, Self::Txt, Self::Mx, Self::Ns, Self::Soa, Self::Cname, Self::Caa];

    /// The kind of that name, spelled as in the declaration.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As the declaration and `dig` spell it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Ptr => "PTR",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Soa => "SOA",
            Self::Cname => "CNAME",
            Self::Caa => "CAA",
        }
    }

    /// Its number on the wire.
    pub(crate) const fn code(self) -> Rtype {
        match self {
            Self::A => Rtype::A,
            Self::Aaaa => Rtype::AAAA,
            Self::Ptr => Rtype::PTR,
            Self::Srv => Rtype::SRV,
            Self::Txt => Rtype::TXT,
            Self::Mx => Rtype::MX,
            Self::Ns => Rtype::NS,
            Self::Soa => Rtype::SOA,
            Self::Cname => Rtype::CNAME,
            Self::Caa => Rtype::CAA,
        }
    }

    /// Whether it is an address: what a program that connects needs.
    pub(crate) const fn is_address(self) -> bool {
        matches!(self, Self::A | Self::Aaaa)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_own_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("ANY"), None);
    }
}
