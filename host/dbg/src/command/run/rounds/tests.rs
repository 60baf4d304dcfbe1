use dbg_model::{Effective, Limits};
use dbg_session::CodeId;
use tokio::time::timeout;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn times(lasting: Option<Duration>) -> Times {
    Times::new(&Repetition { every: SECOND, lasting, count: None, until: None })
}

fn next(at: f64, missed: u64) -> Option<Next> {
    Some(Next { at: Duration::from_secs_f64(at), missed })
}

fn after(times: &mut Times, seconds: f64) -> Option<Next> {
    times.next(Duration::from_secs_f64(seconds))
}

#[test]
fn what_a_round_took_does_not_move_those_after_it() {
    let mut times = times(None);
    for round in 1..100_u32 {
        let begun = f64::from(round - 1);
        assert_eq!(after(&mut times, begun + 0.9), next(f64::from(round), 0));
    }
}

#[test]
fn a_round_that_takes_too_long_is_followed_at_once_and_then_the_times_are_as_before() {
    let mut times = times(None);
    assert_eq!(after(&mut times, 1.0), next(1.0, 0));
    // Begun at 1; the times 2, 3 and 4 have passed. One of them is made up for.
    assert_eq!(after(&mut times, 4.5), next(4.5, 2));
    assert_eq!(after(&mut times, 4.6), next(5.0, 0));
    assert_eq!(after(&mut times, 6.5), next(6.5, 0));
    assert_eq!(after(&mut times, 6.6), next(7.0, 0));
}

#[test]
fn no_round_begins_at_the_end_or_after_it() {
    let mut times = times(Some(3 * SECOND));
    assert_eq!(after(&mut times, 0.5), next(1.0, 0));
    assert_eq!(after(&mut times, 2.5), next(2.5, 0));
    assert_eq!(after(&mut times, 2.6), None);
    assert_eq!(self::times(Some(SECOND / 2)).next(Duration::ZERO), None);
}

#[test]
fn a_time_beyond_all_numbers_ends_the_rounds() {
    let mut times = times(None);
    assert_eq!(times.next(Duration::MAX), None);
}

#[test]
fn a_run_has_its_place_by_its_number() {
    assert_eq!(Place::of(RunIndex(7), 3), Some(Place { round: 2, check: 1 }));
    assert_eq!(Place::of(RunIndex(2), 3), Some(Place { round: 0, check: 2 }));
    assert_eq!(Place::of(RunIndex(2), 0), None);
}

fn order(check: &str) -> Order {
    Order {
        code: CodeId(0),
        check: check.parse().unwrap(),
        arguments: Vec::new(),
        grants: Effective::default(),
        limits: Limits::DEFAULT,
        target: "local".to_owned(),
        redact: Vec::new(),
    }
}

/// Rounds of two checks that are being ordered every second, and both ends of what they hear and say.
struct Ordering {
    heard: watch::Sender<Heard>,
    ordered: mpsc::Receiver<(RunIndex, Order)>,
    said: mpsc::Receiver<Said>,
}

fn ordering(count: Option<u64>) -> Ordering {
    let (heard, hears) = watch::channel(Heard::default());
    let repetition = Repetition { every: SECOND, lasting: None, count, until: None };
    let rounds = Rounds { target: 0, repetition, heard: hears };
    let (orders, ordered) = mpsc::channel(1);
    let (told, said) = mpsc::channel(8);
    tokio::spawn(async move { rounds.order(&[order("a"), order("b")], orders, &told).await });
    Ordering { heard, ordered, said }
}

impl Ordering {
    async fn next_round(&mut self) -> Option<[u32; 2]> {
        let (RunIndex(first), _) = self.ordered.recv().await?;
        let (RunIndex(second), _) = self.ordered.recv().await?;
        Some([first, second])
    }

    fn ends(&self) {
        self.heard.send_modify(|heard| heard.ended += 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_round_is_ordered_when_the_one_before_has_ended_and_its_time_has_come() {
    let start = Instant::now();
    let mut ordering = ordering(None);
    assert_eq!(ordering.next_round().await, Some([0, 1]));
    assert!(timeout(10 * SECOND, ordering.next_round()).await.is_err());
    ordering.ends();
    assert_eq!(ordering.next_round().await, Some([2, 3]));
    assert_eq!(start.elapsed(), 10 * SECOND);
    assert!(matches!(ordering.said.recv().await, Some(Said::Missed { target: 0, rounds: 9 })));
    ordering.ends();
    assert_eq!(ordering.next_round().await, Some([4, 5]));
    assert_eq!(start.elapsed(), 11 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_rounds_end_with_a_word_a_count_or_their_session() {
    let mut enough = ordering(None);
    enough.next_round().await.unwrap();
    enough.heard.send_replace(Heard { ended: 1, enough: true });
    assert_eq!(enough.next_round().await, None);

    let mut counted = ordering(Some(2));
    for _ in 0..2 {
        counted.next_round().await.unwrap();
        counted.ends();
    }
    assert_eq!(counted.next_round().await, None);

    let mut left = ordering(None);
    left.next_round().await.unwrap();
    left.ordered.close();
    assert!(left.said.recv().await.is_none());
}
