use std::time::{Duration, Instant};

use super::*;
use crate::exchange::faulty::{Act, Faulty, Query};
use crate::exchange::{Manner, TcpUse};
use crate::lookup;
use crate::name;
use crate::search::Search;

fn walk_with(server: &Faulty, typed: &str, kinds: &[Kind], search: &Search, timeout: Duration) -> Survey {
    let lookups = lookup::of_names(&[typed.to_owned()], kinds, search).unwrap();
    let manner =
        Manner { timeout, attempts: 20, tcp: TcpUse::Auto, deadline: Instant::now() + Duration::from_secs(60) };
    let never = || false;
    let mut exchange = Exchange::new(&[server.address], manner, &never);
    survey(&lookups, 1, Dnssec::AskAgain, &mut exchange, |_, _| ())
}

fn walk(server: &Faulty, typed: &str, kinds: &[Kind]) -> Survey {
    walk_with(server, typed, kinds, &Search::default(), Duration::from_secs(20))
}

fn outcomes(survey: &Survey) -> Vec<String> {
    survey.walks[0].steps.iter().map(Step::text).collect()
}

fn decided(survey: &Survey, typed: &str, search: &Search) -> usize {
    let lookups = lookup::of_names(&[typed.to_owned()], &[Kind::A], search).unwrap();
    survey.walks[0].decided(&lookups[0]).unwrap().candidate
}

fn asked(survey: &Survey) -> Vec<String> {
    survey
        .log
        .iter()
        .map(|entry| format!("{} {}", name::text(&entry.question.name), entry.question.kind.name()))
        .collect()
}

fn search(domains: &[&str]) -> Search {
    Search { domains: domains.iter().map(|domain| (*domain).to_owned()).collect(), ndots: 1 }
}

#[test]
fn the_search_goes_on_until_a_candidate_answers_and_no_further() {
    let server = Faulty::start(|query| {
        let name = name::text(&query.question.name);
        if name == "shop.b.test" { query.good() } else { vec![Act::Send(query.sample().rcode(3).bytes())] }
    });
    let search = search(&["a.test", "b.test", "c.test"]);
    let survey = walk_with(&server, "shop", &[Kind::A], &search, Duration::from_secs(20));
    assert_eq!(outcomes(&survey), ["NXDOMAIN", "answered"]);
    assert_eq!(asked(&survey), ["shop.a.test A", "shop.b.test A"]);
    assert_eq!(decided(&survey, "shop", &search), 1);
}

#[test]
fn of_candidates_that_all_fail_the_one_that_is_there_is_told() {
    let server = Faulty::start(|query| {
        let nodata = name::text(&query.question.name) == "shop.a.test";
        vec![Act::Send(query.sample().rcode(if nodata { 0 } else { 3 }).soa("test").bytes())]
    });
    let search = search(&["a.test", "b.test"]);
    let survey = walk_with(&server, "shop", &[Kind::A], &search, Duration::from_secs(20));
    assert_eq!(outcomes(&survey), ["NODATA", "NXDOMAIN", "NXDOMAIN"]);
    assert_eq!(decided(&survey, "shop", &search), 0);
}

#[test]
fn of_candidates_that_are_all_missing_the_name_as_it_was_typed_is_told() {
    let server = Faulty::start(|query| vec![Act::Send(query.sample().rcode(3).bytes())]);
    let search = search(&["a.test"]);
    let survey = walk_with(&server, "shop.test", &[Kind::A], &search, Duration::from_secs(20));
    assert_eq!(outcomes(&survey), ["NXDOMAIN", "NXDOMAIN"]);
    assert_eq!(decided(&survey, "shop.test", &search), 0);
}

#[test]
fn a_refusal_ends_the_search() {
    let server = Faulty::start(|query| vec![Act::Send(query.sample().rcode(5).bytes())]);
    let survey = walk_with(&server, "shop", &[Kind::A], &search(&["a.test", "b.test"]), Duration::from_secs(20));
    assert_eq!(outcomes(&survey), ["REFUSED"]);
}

#[test]
fn an_alias_that_the_server_left_is_followed_over_several_questions() {
    let server = Faulty::start(|query| match name::text(&query.question.name).as_str() {
        "a.test" => vec![Act::Send(query.sample().cname("a.test", "b.test").bytes())],
        "b.test" => vec![Act::Send(query.sample().cname("b.test", "c.test").bytes())],
        _ => query.good(),
    });
    let survey = walk(&server, "a.test", &[Kind::A]);
    assert_eq!(outcomes(&survey), ["answered"]);
    let aliases: Vec<String> = survey.walks[0].steps[0].verdicts[0].aliases.iter().map(name::text).collect();
    assert_eq!(aliases, ["b.test", "c.test"]);
}

#[test]
fn a_loop_over_several_questions_is_a_loop() {
    let server = Faulty::start(|query| {
        let target = if name::text(&query.question.name) == "a.test" { "b.test" } else { "a.test" };
        let from = name::text(&query.question.name);
        vec![Act::Send(query.sample().cname(&from, target).bytes())]
    });
    assert_eq!(outcomes(&walk(&server, "a.test", &[Kind::A])), ["CNAME loop"]);
}

#[test]
fn aliases_without_end_are_given_up() {
    let server = Faulty::start(|query| {
        let from = name::text(&query.question.name);
        let target = format!("n{}.test", query.number);
        vec![Act::Send(query.sample().cname(&from, &target).bytes())]
    });
    let survey = walk(&server, "a.test", &[Kind::A]);
    assert_eq!((outcomes(&survey), survey.log.len()), (vec!["too many CNAMEs".to_owned()], 16));
}

#[test]
fn what_is_withheld_for_dnssec_is_told_from_a_plain_failure() {
    let bogus = Faulty::start(|query| {
        if query.checking_disabled { query.good() } else { vec![Act::Send(query.sample().rcode(2).bytes())] }
    });
    assert_eq!(outcomes(&walk(&bogus, "a.test", &[Kind::A])), ["DNSSEC bogus"]);
    let failing = Faulty::start(|query| vec![Act::Send(query.sample().rcode(2).bytes())]);
    assert_eq!(outcomes(&walk(&failing, "a.test", &[Kind::A])), ["SERVFAIL"]);
}

/// Answers the first query of each socket, and the second only if it comes alone, later: as a NAT that races does.
fn drops_half_of_pairs(query: &Query) -> Vec<Act> {
    if query.question.kind == Kind::Aaaa && query.number == 1 { vec![] } else { query.good() }
}

#[test]
fn a_lost_half_is_noticed_and_one_that_is_not_lost_again_is_told() {
    let server = Faulty::start(drops_half_of_pairs);
    let survey = walk_with(&server, "a.test", &[Kind::A, Kind::Aaaa], &Search::default(), Duration::from_millis(500));
    assert_eq!(survey.walks[0].pair, Some(Pair { lost: Kind::Aaaa, again: Some(false) }));
    assert_eq!(outcomes(&survey), ["A answered, AAAA NODATA"]);
}

#[test]
fn a_half_that_is_lost_each_time_is_proved() {
    // The queries are: A, AAAA (lost), AAAA alone, A, AAAA (lost).
    let server = Faulty::start(|query| if matches!(query.number, 1 | 4) { vec![] } else { query.good() });
    let survey = walk_with(&server, "a.test", &[Kind::A, Kind::Aaaa], &Search::default(), Duration::from_millis(500));
    assert_eq!(survey.walks[0].pair, Some(Pair { lost: Kind::Aaaa, again: Some(true) }));
}

#[test]
fn a_question_that_never_gets_an_answer_is_no_lost_half() {
    let server = Faulty::start(|query| if query.question.kind == Kind::Aaaa { vec![] } else { query.good() });
    let survey = walk_with(&server, "a.test", &[Kind::A, Kind::Aaaa], &Search::default(), Duration::from_millis(20));
    assert_eq!((outcomes(&survey), survey.walks[0].pair), (vec!["A answered, AAAA timeout".to_owned()], None));
}
