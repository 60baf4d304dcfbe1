//! Who says by ICMP that a connect cannot succeed. Linux 5.10 and later tell it of TCP (commit 45af29ca761c). Source: man 7 ip
//! (IP_RECVERR), RFC 792, RFC 1812 5.2.7.1, RFC 4443.

use std::io::IoSliceMut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd as _, OwnedFd};

use nix::libc;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use rustix::net::getsockname;

/// Makes the kernel keep ICMP messages for [`said`].
pub(super) fn listen(socket: &OwnedFd, to: SocketAddr) -> nix::Result<()> {
    match to {
        SocketAddr::V4(_) => setsockopt(socket, sockopt::Ipv4RecvErr, &true),
        SocketAddr::V6(_) => setsockopt(socket, sockopt::Ipv6RecvErr, &true),
    }
}

/// The oldest message that was kept, in words; none where there is none.
pub(super) fn said(socket: &OwnedFd, is_v4: bool) -> Option<String> {
    let mut data = [0; 64];
    let mut data = [IoSliceMut::new(&mut data)];
    let mut room = nix::cmsg_space!(libc::sock_extended_err, libc::sockaddr_in6);
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut data, Some(&mut room), MsgFlags::MSG_ERRQUEUE).ok()?;
    let (error, who) = message.cmsgs().ok()?.find_map(|message| match message {
        ControlMessageOwned::Ipv4RecvErr(error, who) => {
            Some((error, who.map(|who| IpAddr::from(Ipv4Addr::from_bits(u32::from_be(who.sin_addr.s_addr))))))
        }
        ControlMessageOwned::Ipv6RecvErr(error, who) => {
            Some((error, who.map(|who| IpAddr::from(Ipv6Addr::from(who.sin6_addr.s6_addr)))))
        }
        _ => None,
    })?;
    let own = getsockname(socket).ok().and_then(|own| SocketAddr::try_from(own).ok()).map(|own| own.ip());
    words(error.ee_origin, is_v4, error.ee_type, error.ee_code, who, own)
}

fn words(origin: u8, is_v4: bool, kind: u8, code: u8, who: Option<IpAddr>, own: Option<IpAddr>) -> Option<String> {
    if !matches!(origin, libc::SO_EE_ORIGIN_ICMP | libc::SO_EE_ORIGIN_ICMP6) {
        return None;
    }
    let what = match (is_v4, kind, code) {
        (true, 3, 0) | (false, 1, 0) => "no route",
        (true, 3, 1) | (false, 1, 3) => "host unreachable",
        (true, 3, 3) | (false, 1, 4) => "port unreachable",
        (true, 3, 9 | 10 | 13) | (false, 1, 1 | 5 | 6) => "administratively prohibited",
        (true, 11, _) | (false, 3, _) => "too many hops: the route may be a loop",
        _ => return Some(by(format!("ICMP type {kind} code {code}"), who)),
    };
    // The kernel sends it to itself when nobody on the link answers.
    if what == "host unreachable" && who.is_some() && who == own {
        return Some("no neighbour answers for it (ARP or neighbour discovery)".to_owned());
    }
    Some(by(what.to_owned(), who))
}

fn by(what: String, who: Option<IpAddr>) -> String {
    match who {
        Some(who) if !who.is_unspecified() => format!("{who} says {what}"),
        _ => format!("ICMP says {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_both_versions_name_who_sent_them() {
        let who = || "192.0.2.1".parse().ok();
        let v4 = |kind, code| words(libc::SO_EE_ORIGIN_ICMP, true, kind, code, who(), None);
        assert_eq!(v4(3, 13).as_deref(), Some("192.0.2.1 says administratively prohibited"));
        assert_eq!(v4(3, 3).as_deref(), Some("192.0.2.1 says port unreachable"));
        assert_eq!(v4(12, 0).as_deref(), Some("192.0.2.1 says ICMP type 12 code 0"));
        let v6 = words(libc::SO_EE_ORIGIN_ICMP6, false, 1, 4, "2001:db8::1".parse().ok(), None);
        assert_eq!(v6.as_deref(), Some("2001:db8::1 says port unreachable"));
        assert_eq!(words(libc::SO_EE_ORIGIN_LOCAL, true, 3, 1, who(), None), None);
    }

    #[test]
    fn a_host_unreachable_of_our_own_is_a_neighbour_that_does_not_answer() {
        let own = || "192.0.2.9".parse().ok();
        let text = words(libc::SO_EE_ORIGIN_ICMP, true, 3, 1, own(), own());
        assert!(text.is_some_and(|text| text.contains("ARP")));
    }
}
