use super::*;
use crate::{Entry, Outcome, Results, line};

fn outcome(run: &str) -> Entry {
    Entry::Outcome(Box::new(Outcome {
        run: run.into(),
        verdict: None,
        error: None,
        exit_code: 0,
        took_ms: 1,
        sum: Results::default(),
        targets: Vec::new(),
    }))
}

/// Lines of one chain, and their positions.
fn chain(seed: &str, lines: u64) -> Vec<(Vec<u8>, Position)> {
    let mut all: Vec<(Vec<u8>, Position)> = Vec::new();
    for number in 0..lines {
        let last = all.last().map(|(_, position)| *position);
        all.push(line::write(last, "now", &outcome(&format!("{seed}{number}"))).unwrap());
    }
    all
}

fn joined<'a>(lines: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    lines.into_iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
}

fn end(log: &[u8], seen: Option<Position>) -> End {
    walk(log, seen, |_, _| {}).unwrap().end
}

#[test]
fn every_way_to_change_a_log_breaks_its_chain_there() {
    let chain = chain("a", 6);
    let lines: Vec<Vec<u8>> = chain.iter().map(|(line, _)| line.clone()).collect();
    let other: Vec<Vec<u8>> = self::chain("b", 6).into_iter().map(|(line, _)| line).collect();
    assert_eq!(end(&joined(&lines), None), End::Whole);
    let changed = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        end(&joined(&lines), None)
    };
    let number = |after, found| End::Broken(Break::Number { after, found });
    let previous = |line| End::Broken(Break::Previous { line });
    let no_line = |after| End::Broken(Break::NotALine { after });
    assert_eq!(changed(&|lines| drop(lines.remove(2))), number(2, 4), "a line taken out");
    assert_eq!(changed(&|lines| drop(lines.remove(0))), number(0, 2), "the first taken out");
    assert_eq!(changed(&|lines| lines.insert(2, lines[1].clone())), number(2, 2), "a line doubled");
    assert_eq!(changed(&|lines| lines.swap(2, 3)), number(2, 4), "two lines swapped");
    assert_eq!(changed(&|lines| lines[2] = other[2].clone()), previous(3), "a fork of one line");
    assert_eq!(
        changed(&|lines| lines.splice(3.., other[3..].to_vec()).for_each(drop)),
        previous(4),
        "a fork to the end"
    );
    assert_eq!(
        changed(
            &|lines| lines[2] = String::from_utf8_lossy(&lines[2]).replace("\"exit_code\":0", "\"exit_code\":3").into()
        ),
        previous(4),
        "a line rewritten shows in the next"
    );
    assert_eq!(changed(&|lines| lines[2].truncate(40)), no_line(2), "cut in the middle");
    assert_eq!(changed(&|lines| lines[0] = b"x".to_vec()), no_line(0), "the first is none");
    assert_eq!(changed(&|lines| lines.insert(3, Vec::new())), no_line(3), "an empty line between");
    assert_eq!(
        changed(&|lines| lines.splice(2..4, [vec![b'x'], vec![b'y']]).for_each(drop)),
        no_line(2),
        "two that are none"
    );
    assert_eq!(changed(&|lines| lines[1].push(b' ')), previous(3), "a blank more");
    assert_eq!(changed(&|lines| lines[3] = vec![b'a'; MAX_LINE + 1]), End::Broken(Break::TooLong { after: 3 }));
    let deep = [b"{\"audit\":1,\"x\":".to_vec(), vec![b'['; 100_000]].concat();
    assert_eq!(changed(&|lines| lines[3] = deep.clone()), no_line(3), "deep JSON");
    let doubled = b"{\"audit\":1,\"line\":4,\"line\":4,\"previous\":null}".to_vec();
    assert_eq!(changed(&|lines| lines[3] = doubled.clone()), no_line(3), "a key twice");
}

#[test]
fn a_cut_end_and_a_log_written_anew_show_by_what_was_kept_elsewhere() {
    let chain = chain("a", 4);
    let lines: Vec<Vec<u8>> = chain.iter().map(|(line, _)| line.clone()).collect();
    let seen = Some(chain[3].1);
    assert_eq!(end(&joined(&lines), seen), End::Whole);
    assert_eq!(end(&joined(&lines[..2]), None), End::Whole, "without it nothing shows");
    assert_eq!(end(&joined(&lines[..2]), seen), End::Broken(Break::Cut { last: 2, line: 4 }));
    assert_eq!(end(b"", seen), End::Broken(Break::Cut { last: 0, line: 4 }));
    let anew: Vec<Vec<u8>> = self::chain("b", 5).into_iter().map(|(line, _)| line).collect();
    assert_eq!(end(&joined(&anew), seen), End::Broken(Break::Other { line: 4 }));
}

#[test]
fn a_seal_counts_for_the_bytes_before_it_alone() {
    let chain = chain("a", 2);
    let torn = b"{\"audit\":1,\"li".to_vec();
    let (seal, _) =
        line::write(Some(chain[1].1), "now", &Entry::Sealed(crate::Sealed { torn: Torn::of(&torn) })).unwrap();
    let [first, second] = [chain[0].0.clone(), chain[1].0.clone()];
    let log = |middle: &[&Vec<u8>]| joined([&first, &second].into_iter().chain(middle.iter().copied()));
    assert_eq!(end(&log(&[&torn, &seal]), None), End::Whole);
    let broken = End::Broken(Break::Seal { line: 3 });
    assert_eq!(end(&log(&[&seal]), None), broken, "it seals nothing");
    assert_eq!(end(&log(&[&b"other".to_vec(), &seal]), None), broken, "it seals something else");
    assert_eq!(end(&log(&[&torn]), None), End::Torn(Torn::of(&torn)));
}

#[test]
fn any_byte_changed_in_any_line_but_the_last_shows() {
    let lines: Vec<Vec<u8>> = chain("a", 3).into_iter().map(|(line, _)| line).collect();
    let log = joined(&lines);
    let last = log.len() - lines[2].len() - 1;
    for at in 0..last {
        let mut changed = log.clone();
        changed[at] ^= 1;
        // Without the line end before it the last line is as good as torn.
        let end = end(&changed, None);
        assert!(matches!(end, End::Broken(_)) || at + 1 == last && matches!(end, End::Torn(_)), "byte {at}: {end:?}");
    }
}

#[test]
fn a_log_without_end_is_given_up_at_the_longest_line() {
    let endless = io::BufReader::new(io::repeat(b'a'));
    let walked = walk(endless, None, |_, _| {}).unwrap();
    assert_eq!(walked.end, End::Broken(Break::TooLong { after: 0 }));
}
