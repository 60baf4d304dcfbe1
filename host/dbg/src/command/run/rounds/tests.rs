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
