use super::super::sample::{Sample, question};
use super::*;
use crate::kind::Kind;
use crate::name;

fn read(make: impl FnOnce(Sample) -> Sample) -> Reply {
    let question = question("shop.test", Kind::A);
    Reply::read(&make(Sample::answering(&question)).bytes(), &question).unwrap()
}

fn aliases(reply: &Reply) -> Vec<String> {
    reply.aliases.iter().map(name::text).collect()
}

#[test]
fn aliases_are_followed_in_any_order_and_case() {
    let reply =
        read(|sample| sample.a("C.test", [192, 0, 2, 1]).cname("b.TEST", "c.test").cname("Shop.test", "B.test"));
    assert_eq!(aliases(&reply), ["b.test", "c.test"]);
    assert_eq!((reply.records.text().as_str(), reply.records.ttl()), ("192.0.2.1", 300));
    assert!(!reply.looped);
}

#[test]
fn a_record_of_a_name_that_nobody_asked_for_is_ignored() {
    let reply = read(|sample| sample.a("bank.test", [203, 0, 113, 9]).a("shop.test", [192, 0, 2, 1]));
    assert_eq!(reply.records.text(), "192.0.2.1");
}

#[test]
fn an_alias_asked_for_as_such_is_the_answer_and_is_not_followed() {
    let question = question("shop.test", Kind::Cname);
    let reply = Reply::read(&Sample::answering(&question).cname("shop.test", "b.test").bytes(), &question).unwrap();
    assert_eq!((aliases(&reply).len(), reply.records.text().as_str()), (0, "b.test"));
}

#[test]
fn a_referral_names_its_zone_and_an_soa_outweighs_it() {
    let zone = name::parse("test").unwrap();
    assert_eq!(read(|sample| sample.referral("test")).authority, Authority::Referral(zone));
    assert_eq!(read(|sample| sample.referral("test").soa("test")).authority, Authority::Negative);
}

#[test]
fn a_reply_that_breaks_off_is_garbled_unless_it_says_so() {
    let question = question("shop.test", Kind::A);
    let whole = Sample::answering(&question).a("shop.test", [192, 0, 2, 1]);
    let cut = |sample: &Sample| {
        let mut bytes = sample.clone().without_edns().bytes();
        bytes.truncate(bytes.len() - 2);
        Reply::read(&bytes, &question)
    };
    assert_eq!(cut(&whole), Err(Garbled));
    assert!(cut(&whole.truncated()).unwrap().flags.tc);
}

#[test]
fn no_cut_and_no_flipped_byte_makes_the_reader_panic() {
    let question = question("shop.test", Kind::A);
    let bytes =
        Sample::answering(&question).cname("shop.test", "b.test").a("b.test", [192, 0, 2, 1]).soa("test").bytes();
    for length in 0..bytes.len() {
        let _ = Reply::read(&bytes[..length], &question);
    }
    for position in 0..bytes.len() {
        for flip in [0xff, 0xc0, 0x01, 0x80] {
            let mut bytes = bytes.clone();
            bytes[position] ^= flip;
            let _ = Reply::read(&bytes, &question);
        }
    }
}

#[test]
fn text_records_are_quoted_and_their_odd_bytes_escaped() {
    let question = question("shop.test", Kind::Txt);
    let reply = Reply::read(&Sample::answering(&question).txt("shop.test", b"a\"b\x1b").bytes(), &question).unwrap();
    assert_eq!(reply.records.text(), "\"a\\\"b\\027\"");
}
