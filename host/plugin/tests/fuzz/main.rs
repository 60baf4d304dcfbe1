//! Parsers of what comes from outside, against inputs that are changed again and again: whatever comes is read or refused, and nothing panics.
//!
//! Inputs are kept in `corpus/`, a folder a parser. There is no instrumentation: an input is worth keeping when it gets an answer that no input before it got, by its
//! words and without its numbers. `cargo xtask fuzz` looks for more of them.
#![expect(clippy::disallowed_methods, reason = "a test reads its own corpus and what xtask put in its environment")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends by panicking")]

mod mutation;
mod parser;
mod seed;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mutation::Numbers;
use parser::Parser;

/// What a long run may add to a folder: a corpus is read by people too.
const MOST_KEPT: usize = 32;

/// Changes of each kept input in the tests of every day.
const ROUNDS: usize = 40;

/// The longest input that is kept, and the longest that is made.
const LONGEST: usize = 4096;

fn folder(parser: Parser) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(parser.word())
}

/// What is kept for a parser, sorted, and what it starts from without.
fn inputs(parser: Parser) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(parser))
        .map_or_else(|_| Vec::new(), |entries| entries.map(|entry| entry.unwrap().path()).collect());
    files.sort();
    files.into_iter().map(|path| std::fs::read(path).unwrap()).chain([seed::of(parser)]).collect()
}

/// An answer without its numbers, and without what it quotes of the input.
fn outline(answer: &str) -> String {
    let quotes = ['`', '"', '\''];
    let before = answer.split(quotes).next().unwrap_or_default();
    let after = answer.rsplit(quotes).next().unwrap_or_default();
    [before, after].concat().chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[test]
fn whatever_is_made_of_the_kept_inputs_is_read_or_refused() {
    for parser in Parser::ALL {
        let inputs = inputs(parser);
        assert!(inputs.len() > 2, "nothing is kept for {parser:?}");
        let mut numbers = Numbers::new(7);
        for input in &inputs {
            parser.answer(input);
            for _ in 0..ROUNDS {
                parser.answer(&numbers.changed(&inputs, input, LONGEST));
            }
        }
    }
}

#[test]
fn each_parser_reads_what_it_starts_from() {
    for parser in Parser::ALL {
        assert_eq!(parser.answer(&seed::of(parser)), "read", "{parser:?}");
    }
}

/// A second in the tests of every day, always the same; `cargo xtask fuzz` says how long, and from where.
#[test]
fn as_long_as_it_is_told() {
    let variable = |name: &str| std::env::var(name).ok();
    let seconds: u64 = variable("DBG_FUZZ_SECONDS").map_or(1, |text| text.parse().unwrap());
    let seed = variable("DBG_FUZZ_SEED").map_or(7, |text| text.parse().unwrap());
    let each = Duration::from_secs(seconds) / u32::try_from(Parser::ALL.len()).unwrap();
    for parser in Parser::ALL {
        let mut pool = inputs(parser);
        let known = pool.len();
        let mut answers: BTreeMap<String, usize> = BTreeMap::new();
        for input in &pool {
            *answers.entry(outline(&parser.answer(input))).or_default() += 1;
        }
        let (mut numbers, start, mut tried) = (Numbers::new(seed), Instant::now(), 0_u64);
        while start.elapsed() < each {
            let from = numbers.below(pool.len());
            let input = numbers.changed(&pool, &pool[from], LONGEST);
            let count = answers.entry(outline(&parser.answer(&input))).or_default();
            *count += 1;
            tried += 1;
            if *count == 1 && pool.len() < MOST_KEPT {
                pool.push(input);
            }
        }
        println!("{parser:?}: {tried} inputs, {} answers, {} inputs are new", answers.len(), pool.len() - known);
        if variable("DBG_FUZZ_KEEP").is_some() {
            std::fs::create_dir_all(folder(parser)).unwrap();
            for (number, input) in pool.iter().enumerate().skip(known) {
                std::fs::write(folder(parser).join(format!("{number:03}-{}", numbers.below(1 << 30))), input).unwrap();
            }
        }
    }
}
