//! A Rust file taken apart just far enough for text rules: code without comments and strings, comments alone, and which lines
//! are test code. It relies on rustfmt's layout, which `cargo xtask ci` enforces beside it.

/// The same number of lines three times.
pub(super) struct Source {
    /// Code; comments and what stands in strings and characters are blanks, the quotes stay.
    pub(super) code: Vec<String>,
    /// Comments; everything else is blanks.
    pub(super) comments: Vec<String>,
    /// Whether the line belongs to an item under `#[cfg(test)]`.
    pub(super) test: Vec<bool>,
}

impl Source {
    pub(super) fn new(text: &str) -> Self {
        let (code, comments) = split(text);
        let code: Vec<String> = code.lines().map(str::to_owned).collect();
        let test = test_lines(&code);
        Self { code, comments: comments.lines().map(str::to_owned).collect(), test }
    }

    /// How many lines are no test code.
    pub(super) fn length(&self) -> usize {
        self.test.iter().filter(|test| !**test).count()
    }
}

/// What the scanner is in.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Code,
    LineComment,
    /// Block comments nest.
    BlockComment(usize),
    Text,
    /// With this many `#`.
    RawText(usize),
}

/// Code and comments as two texts with the line breaks of the original.
fn split(text: &str) -> (String, String) {
    let letters: Vec<char> = text.chars().collect();
    let (mut code, mut comments) = (String::new(), String::new());
    let mut state = State::Code;
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let rest = letters.get(at..).unwrap_or_default();
        let (next, length) = step(state, rest, letters.get(at.wrapping_sub(1)).copied());
        let comment = matches!(state, State::LineComment | State::BlockComment(_))
            || matches!(next, State::LineComment | State::BlockComment(_));
        let in_text = matches!(state, State::Text | State::RawText(_)) && next == state;
        for index in 0..length {
            let shown = rest.get(index).copied().unwrap_or(letter);
            let blank = if shown == '\n' { '\n' } else { ' ' };
            // A character literal is the one piece of code longer than a letter that keeps its state.
            let hidden = in_text || (state == State::Code && next == State::Code && length > 1 && shown != '\'');
            code.push(if comment || hidden { blank } else { shown });
            comments.push(if comment { shown } else { blank });
        }
        state = next;
        at += length;
    }
    (code, comments)
}

/// From a state, what the next letters lead to and how many they are.
fn step(state: State, rest: &[char], before: Option<char>) -> (State, usize) {
    let two = (rest.first().copied(), rest.get(1).copied());
    match state {
        State::Code => match two {
            (Some('/'), Some('/')) => (State::LineComment, 2),
            (Some('/'), Some('*')) => (State::BlockComment(1), 2),
            (Some('"'), _) => (State::Text, 1),
            (Some('\''), _) => (State::Code, character(rest)),
            (Some('r'), Some('"' | '#')) if !before.is_some_and(is_word_but_prefix) => raw(rest),
            _ => (State::Code, 1),
        },
        State::LineComment if two.0 == Some('\n') => (State::Code, 1),
        State::LineComment => (State::LineComment, 1),
        State::BlockComment(depth) => match two {
            (Some('/'), Some('*')) => (State::BlockComment(depth + 1), 2),
            (Some('*'), Some('/')) if depth == 1 => (State::Code, 2),
            (Some('*'), Some('/')) => (State::BlockComment(depth - 1), 2),
            _ => (state, 1),
        },
        State::Text => match two.0 {
            Some('\\') => (State::Text, 2.min(rest.len())),
            Some('"') => (State::Code, 1),
            _ => (State::Text, 1),
        },
        State::RawText(hashes) => {
            let closes =
                two.0 == Some('"') && rest.get(1..=hashes).is_some_and(|tail| tail.iter().all(|letter| *letter == '#'));
            if closes { (State::Code, 1 + hashes) } else { (state, 1) }
        }
    }
}

/// `r` ends a word (`for"`): no raw string; after `b` and `c` it is one.
fn is_word_but_prefix(letter: char) -> bool {
    (letter.is_alphanumeric() || letter == '_') && letter != 'b' && letter != 'c'
}

/// `r"…` and `r##"…`, but not `r#type`.
fn raw(rest: &[char]) -> (State, usize) {
    let hashes = rest.iter().skip(1).take_while(|letter| **letter == '#').count();
    if rest.get(1 + hashes) == Some(&'"') { (State::RawText(hashes), 2 + hashes) } else { (State::Code, 1) }
}

/// How long a character literal is; 1 for the tick of a lifetime.
fn character(rest: &[char]) -> usize {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => {
            let close = rest.iter().skip(3).position(|letter| *letter == '\'');
            close.map_or(1, |index| index + 4)
        }
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}

/// An item under `#[cfg(test)]` ends where rustfmt puts its end: at `;` or a brace in the column of the attribute.
fn test_lines(code: &[String]) -> Vec<bool> {
    let mut found = vec![false; code.len()];
    let mut end: Option<usize> = None;
    for (index, line) in code.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let starts = line.trim_start().starts_with("#[cfg(test)]") || line.trim_start().starts_with("#[cfg(all(test");
        if end.is_none() && starts {
            end = Some(indent);
        }
        if let Some(column) = end {
            if let Some(test) = found.get_mut(index) {
                *test = true;
            }
            let text = line.trim();
            let closes = text.starts_with('}') || text.ends_with(';') || text.ends_with('}');
            if indent == column && closes {
                end = None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_characters_and_comments_are_no_code() {
        let source = Source::new("let a = \"x.unwrap()\"; // panic!\nlet b = '\"'; c.unwrap() /* d\n e */ f");
        assert_eq!(source.code.join("|").replace(' ', ""), "leta=\"\";|letb='';c.unwrap()|f");
        assert!(source.comments.join("").contains("panic!"));
        assert!(!source.comments.join("").contains("unwrap"));
    }

    #[test]
    fn raw_strings_end_at_their_own_mark_and_raw_names_are_none() {
        let source = Source::new("let a = r#\"say \"x.unwrap()\" \"#; let r#type = br\"y.unwrap()\"; z.unwrap()");
        let code = source.code.join("");
        assert_eq!(code.matches("unwrap").count(), 1);
        assert!(code.contains("r#type"));
    }

    #[test]
    fn lifetimes_are_no_characters() {
        let source = Source::new("fn a<'a>(b: &'a str) { b.unwrap(); '\\''; '\\u{1f}'; c.expect() }");
        let code = source.code.join("");
        assert!(code.contains("unwrap") && code.contains("expect"));
    }

    #[test]
    fn escaped_quotes_do_not_end_a_string() {
        let source = Source::new(r#"let a = "b\"c.unwrap()"; d"#);
        assert!(!source.code.join("").contains("unwrap"));
        assert!(source.code.join("").ends_with("; d"));
    }

    #[test]
    fn test_modules_functions_and_imports_are_marked_and_what_follows_is_not() {
        let text = "#[cfg(test)]\nuse a::b;\nfn c() {}\n#[cfg(test)]\nmod tests {\n    fn d() {}\n}\nfn e() {}\n";
        let source = Source::new(text);
        assert_eq!(source.test, [true, true, false, true, true, true, true, false]);
        assert_eq!(source.length(), 2);
    }
}
