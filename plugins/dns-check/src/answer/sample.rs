//! Replies for tests, built record by record.

use std::net::Ipv4Addr;

use domain::base::iana::{Class, Rcode};
use domain::base::message_builder::MessageBuilder;
use domain::base::{Serial, Ttl};
use domain::rdata::{A, Cname, Ns, Soa, Txt};

use crate::kind::Kind;
use crate::name::{self, DomainName};
use crate::query::Question;

pub(crate) fn question(name: &str, kind: Kind) -> Question {
    Question { name: name::parse(name).unwrap(), kind }
}

fn zone(name: &str) -> DomainName {
    if name == "." { name::root() } else { name::parse(name).unwrap() }
}

#[derive(Clone)]
enum Data {
    A(A),
    Cname(Cname<DomainName>),
    Txt(Txt<Vec<u8>>),
    Ns(Ns<DomainName>),
}

/// A reply under construction.
#[derive(Clone)]
pub(crate) struct Sample {
    id: u16,
    question: Question,
    rcode: Rcode,
    aa: bool,
    tc: bool,
    ra: bool,
    answers: Vec<(DomainName, Data)>,
    soa: Option<DomainName>,
    referral: Option<DomainName>,
    edns: bool,
}

impl Sample {
    /// NOERROR without any record, from a server that recurses.
    pub(crate) fn answering(question: &Question) -> Self {
        Self {
            id: 1,
            question: question.clone(),
            rcode: Rcode::NOERROR,
            aa: false,
            tc: false,
            ra: true,
            answers: Vec::new(),
            soa: None,
            referral: None,
            edns: true,
        }
    }

    pub(crate) fn id(self, id: u16) -> Self {
        Self { id, ..self }
    }

    pub(crate) fn rcode(self, rcode: u8) -> Self {
        Self { rcode: Rcode::checked_from_int(rcode).unwrap(), ..self }
    }

    pub(crate) fn recursion_available(self, ra: bool) -> Self {
        Self { ra, ..self }
    }

    pub(crate) fn truncated(self) -> Self {
        Self { tc: true, ..self }
    }

    pub(crate) fn without_edns(self) -> Self {
        Self { edns: false, ..self }
    }

    pub(crate) fn a(mut self, owner: &str, address: [u8; 4]) -> Self {
        self.answers.push((name::parse(owner).unwrap(), Data::A(A::new(Ipv4Addr::from(address)))));
        self
    }

    pub(crate) fn cname(mut self, owner: &str, target: &str) -> Self {
        self.answers.push((name::parse(owner).unwrap(), Data::Cname(Cname::new(name::parse(target).unwrap()))));
        self
    }

    pub(crate) fn txt(mut self, owner: &str, text: &[u8]) -> Self {
        let data = Txt::build_from_slice(text).unwrap();
        self.answers.push((name::parse(owner).unwrap(), Data::Txt(data)));
        self
    }

    pub(crate) fn ns(mut self, owner: &str, server: &str) -> Self {
        self.answers.push((zone(owner), Data::Ns(Ns::new(name::parse(server).unwrap()))));
        self
    }

    pub(crate) fn soa(self, zone: &str) -> Self {
        Self { soa: Some(name::parse(zone).unwrap()), ..self }
    }

    pub(crate) fn referral(self, to: &str) -> Self {
        Self { referral: Some(zone(to)), ..self }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut message = MessageBuilder::new_vec();
        let header = message.header_mut();
        header.set_id(self.id);
        header.set_qr(true);
        header.set_rd(true);
        header.set_ra(self.ra);
        header.set_aa(self.aa);
        header.set_tc(self.tc);
        header.set_rcode(self.rcode);
        let mut message = message.question();
        message.push((&self.question.name, self.question.kind.code(), Class::IN)).unwrap();
        let mut message = message.answer();
        let ttl = Ttl::from_secs(300);
        for (owner, data) in &self.answers {
            match data {
                Data::A(data) => message.push((owner, ttl, data.clone())).unwrap(),
                Data::Cname(data) => message.push((owner, ttl, data.clone())).unwrap(),
                Data::Txt(data) => message.push((owner, ttl, data.clone())).unwrap(),
                Data::Ns(data) => message.push((owner, ttl, data.clone())).unwrap(),
            }
        }
        let mut message = message.authority();
        if let Some(zone) = &self.soa {
            let data = Soa::new(zone.clone(), zone.clone(), Serial(7), ttl, ttl, ttl, ttl);
            message.push((zone, ttl, data)).unwrap();
        }
        if let Some(zone) = &self.referral {
            message.push((zone, ttl, Ns::new(name::parse("ns.test").unwrap()))).unwrap();
        }
        let mut message = message.additional();
        if self.edns {
            message.opt(|_| Ok(())).unwrap();
        }
        message.finish()
    }
}
