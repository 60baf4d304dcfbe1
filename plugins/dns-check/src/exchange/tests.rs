use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::faulty::{Act, Faulty, Query, closed_port};
use super::*;
use crate::answer::sample::question;
use crate::kind::Kind;
use crate::query::{Extension, Form, Question};

/// Long enough for every answer that does come.
const PATIENT: Duration = Duration::from_secs(20);
/// For answers that never come.
const SHORT: Duration = Duration::from_millis(40);

fn manner(timeout: Duration, attempts: u32, tcp: TcpUse) -> Manner {
    Manner { timeout, attempts, tcp, deadline: Instant::now() + Duration::from_secs(60) }
}

fn ask_all(servers: &[SocketAddr], questions: &[Question], manner: Manner) -> Vec<Vec<Heard>> {
    let never = || false;
    let mut exchange = Exchange::new(servers, manner, &never);
    let tickets: Vec<Vec<Ticket>> =
        (0..servers.len()).map(|server| exchange.ask(server, questions, Form::USUAL, Tries::Usual)).collect();
    let mut heard = std::collections::BTreeMap::new();
    while let Some((ticket, one)) = exchange.next() {
        assert!(heard.insert(ticket, one).is_none(), "each question ends once");
    }
    tickets.into_iter().map(|tickets| tickets.iter().map(|ticket| heard.remove(ticket).unwrap()).collect()).collect()
}

fn ask(server: &Faulty, manner: Manner) -> Heard {
    ask_all(&[server.address], &[question("shop.test", Kind::A)], manner).remove(0).remove(0)
}

fn records(heard: &Heard) -> String {
    match &heard.ending {
        Ending::Reply(reply) => reply.records.text(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_answer_ends_the_question_at_its_first_query() {
    let server = Faulty::start(Query::good);
    let heard = ask(&server, manner(PATIENT, 2, TcpUse::Auto));
    assert_eq!(records(&heard), "192.0.2.1");
    assert_eq!((heard.sent, heard.answered, heard.over), (1, Some(1), Transport::Udp));
    assert!(heard.strays.is_empty() && !heard.truncated && heard.edns_refused.is_none());
}

#[test]
fn silence_is_asked_again_and_then_given_up() {
    let server = Faulty::start(|_| vec![]);
    let never = || false;
    let mut exchange = Exchange::new(&[server.address], manner(SHORT, 2, TcpUse::Auto), &never);
    exchange.ask(0, &[question("shop.test", Kind::A)], Form::USUAL, Tries::Usual);
    let (_, heard) = exchange.next().unwrap();
    assert_eq!((heard.ending, heard.sent, heard.answered), (Ending::Silent, 2, None));
    assert_eq!(exchange.facts(0).alive, Some(false));
}

#[test]
fn a_lost_query_is_answered_when_it_is_sent_again() {
    let server = Faulty::start(|query| if query.number == 0 { vec![] } else { query.good() });
    let heard = ask(&server, manner(Duration::from_millis(100), 100, TcpUse::Auto));
    assert_eq!(records(&heard), "192.0.2.1");
    assert!(heard.answered >= Some(2));
}

#[test]
fn a_dead_server_delays_no_other_and_its_queue_is_not_waited_for() {
    let dead = Faulty::start(|_| vec![]);
    let good = Faulty::start(Query::good);
    let questions: Vec<Question> = (0..100).map(|number| question(&format!("n{number}.test"), Kind::A)).collect();
    let never = || false;
    let mut exchange =
        Exchange::new(&[dead.address, good.address], manner(Duration::from_secs(1), 1, TcpUse::Auto), &never);
    for question in &questions {
        for server in 0..2 {
            exchange.ask(server, std::slice::from_ref(question), Form::USUAL, Tries::Usual);
        }
    }
    let endings: Vec<Ending> = std::iter::from_fn(|| exchange.next()).map(|(_, heard)| heard.ending).collect();
    let count = |of: &Ending| endings.iter().filter(|ending| *ending == of).count();
    assert_eq!(
        endings.iter().take_while(|ending| matches!(ending, Ending::Reply(_))).count(),
        100,
        "all before the dead one"
    );
    assert_eq!((count(&Ending::Silent), count(&Ending::GivenUp)), (16, 84));
}

#[test]
fn a_living_server_that_cannot_resolve_is_told_from_one_that_is_not_there() {
    let waits_in_vain = Faulty::start(|query| if query.recursion_desired { vec![] } else { query.good() });
    let never = || false;
    let mut exchange = Exchange::new(&[waits_in_vain.address], manner(Duration::from_secs(1), 2, TcpUse::Auto), &never);
    exchange.ask(0, &[question("shop.test", Kind::A)], Form::USUAL, Tries::Usual);
    let (_, heard) = exchange.next().unwrap();
    assert_eq!((heard.ending, exchange.facts(0).alive), (Ending::Silent, Some(true)));
}

#[test]
fn a_closed_port_is_told_without_waiting() {
    let questions = [question("shop.test", Kind::A), question("shop.test", Kind::Aaaa)];
    let heard = ask_all(&[closed_port()], &questions, manner(PATIENT, 2, TcpUse::Auto)).remove(0);
    for one in heard {
        assert_eq!(one.ending, Ending::Unreachable(Trouble::Refused));
    }
}

#[test]
fn answers_with_a_wrong_number_or_question_are_ignored_and_counted() {
    let server = Faulty::start(|query| {
        let other = crate::answer::sample::Sample::answering(&question("bank.test", Kind::A)).id(query.id);
        let mut acts = vec![
            Act::Send(query.sample().id(query.id.wrapping_add(1)).a("shop.test", [203, 0, 113, 9]).bytes()),
            Act::Send(other.a("bank.test", [203, 0, 113, 9]).bytes()),
            Act::Send(vec![1, 2, 3]),
        ];
        acts.extend(query.good());
        acts
    });
    let heard = ask(&server, manner(PATIENT, 2, TcpUse::Auto));
    assert_eq!(records(&heard), "192.0.2.1");
    assert_eq!((heard.strays.wrong_id, heard.strays.wrong_question), (1, 1));
    assert_eq!(heard.strays.other_question.as_deref(), Some("bank.test A"));
}

#[test]
fn an_answer_from_another_port_does_not_count_and_is_seen_when_asked_again() {
    let server =
        Faulty::start(|query| vec![Act::SendFromElsewhere(query.sample().a("shop.test", [203, 0, 113, 9]).bytes())]);
    let heard = ask(&server, manner(Duration::from_secs(1), 2, TcpUse::Auto));
    assert_eq!((&heard.ending, heard.strays.wrong_source), (&Ending::Silent, 1));
    assert!(heard.strays.other_source.is_some_and(|source| source.starts_with("127.0.0.1:")));
}

#[test]
fn a_broken_answer_does_not_end_the_question() {
    let server = Faulty::start(|query| {
        let mut broken = query.sample().without_edns().a("shop.test", [192, 0, 2, 1]).bytes();
        broken.pop();
        vec![Act::Send(broken)]
    });
    let heard = ask(&server, manner(SHORT, 1, TcpUse::Auto));
    assert_eq!((heard.ending, heard.strays.garbled), (Ending::Silent, 1));
}

#[test]
fn a_truncated_answer_is_fetched_over_tcp() {
    let server = Faulty::start(|query| match query.over {
        Transport::Udp => vec![Act::Send(query.sample().truncated().bytes())],
        Transport::Tcp => query.good(),
    });
    let heard = ask(&server, manner(PATIENT, 2, TcpUse::Auto));
    assert_eq!(records(&heard), "192.0.2.1");
    assert!(heard.truncated && heard.over == Transport::Tcp);
}

#[test]
fn with_tcp_never_the_truncated_answer_is_all_there_is() {
    let server = Faulty::start(|query| vec![Act::Send(query.sample().truncated().bytes())]);
    let heard = ask(&server, manner(PATIENT, 2, TcpUse::Never));
    assert!(heard.truncated && matches!(heard.ending, Ending::Reply(reply) if reply.flags.tc));
}

#[test]
fn with_tcp_always_no_datagram_is_sent() {
    let server = Faulty::start(|query| if query.over == Transport::Tcp { query.good() } else { vec![] });
    let heard = ask(&server, manner(PATIENT, 2, TcpUse::Always));
    assert_eq!((records(&heard).as_str(), heard.sent, server.queries()), ("192.0.2.1", 1, 1));
}

#[test]
fn a_stream_that_is_cut_off_or_answers_something_else_is_told() {
    let cut = Faulty::start(|query| match query.over {
        Transport::Udp => vec![Act::Send(query.sample().truncated().bytes())],
        Transport::Tcp => vec![Act::Raw(vec![0xff, 0xff, 1, 2, 3])],
    });
    assert_eq!(ask(&cut, manner(PATIENT, 2, TcpUse::Auto)).ending, Ending::NoStream(Trouble::ClosedEarly));
    let foreign = Faulty::start(|query| vec![Act::Send(query.sample().id(query.id.wrapping_add(1)).bytes())]);
    assert_eq!(ask(&foreign, manner(PATIENT, 2, TcpUse::Always)).ending, Ending::Unreachable(Trouble::Foreign));
}

#[test]
fn a_stream_that_stays_silent_is_given_up() {
    let server = Faulty::start(|query| match query.over {
        Transport::Udp => vec![Act::Send(query.sample().truncated().bytes())],
        Transport::Tcp => vec![],
    });
    let heard = ask(&server, manner(Duration::from_millis(500), 1, TcpUse::Auto));
    assert_eq!(heard.ending, Ending::NoStream(Trouble::TimedOut));
}

#[test]
fn who_refuses_an_opt_record_is_asked_without_it() {
    let server = Faulty::start(|query| {
        if query.edns { vec![Act::Send(query.sample().without_edns().rcode(1).bytes())] } else { query.good() }
    });
    let heard = ask(&server, manner(PATIENT, 2, TcpUse::Auto));
    assert_eq!(records(&heard), "192.0.2.1");
    assert_eq!((heard.edns_refused, heard.form.extension), (Some(1), Extension::Plain));
}

#[test]
fn who_refuses_every_query_is_not_said_to_dislike_edns() {
    let server = Faulty::start(|query| vec![Act::Send(query.sample().without_edns().rcode(1).bytes())]);
    let heard = ask(&server, manner(PATIENT, 2, TcpUse::Auto));
    assert!(matches!(heard.ending, Ending::Reply(ref reply) if reply.rcode == 1));
    assert_eq!(heard.edns_refused, None);
}

#[test]
fn a_server_that_drops_the_second_of_a_pair_answers_it_when_asked_again() {
    let server = Faulty::start(|query| if query.number == 1 { vec![] } else { query.good() });
    let questions = [question("shop.test", Kind::A), question("shop.test", Kind::Aaaa)];
    let heard = ask_all(&[server.address], &questions, manner(Duration::from_millis(500), 50, TcpUse::Auto)).remove(0);
    assert_eq!(heard[0].answered, Some(1));
    assert!(heard[1].answered >= Some(2), "{:?}", heard[1]);
}

#[test]
fn nothing_is_waited_for_once_the_operator_asked_to_stop_or_the_time_is_up() {
    let server = Faulty::start(|_| vec![]);
    let cancelled = || true;
    let mut exchange = Exchange::new(&[server.address], manner(PATIENT, 2, TcpUse::Auto), &cancelled);
    exchange.ask(0, &[question("shop.test", Kind::A)], Form::USUAL, Tries::Usual);
    assert_eq!(exchange.next().unwrap().1.ending, Ending::Cut(Cut::Cancelled));
    assert!(exchange.next().is_none());

    let late = Manner { deadline: Instant::now(), ..manner(PATIENT, 2, TcpUse::Auto) };
    let never = || false;
    let mut exchange = Exchange::new(&[server.address], late, &never);
    exchange.ask(0, &[question("shop.test", Kind::A)], Form::USUAL, Tries::Usual);
    assert_eq!(exchange.next().unwrap().1.ending, Ending::Cut(Cut::TimeUp));
}
