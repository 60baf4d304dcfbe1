//! `error.txt`: `exit: N`, and below it texts that must be in the answer, one a line. A line that starts with `not: ` must not be there.

use std::path::Path;

use dbg_tests::Output;

/// What a case gets.
pub(crate) struct Expected {
    exit: i32,
    present: Vec<String>,
    absent: Vec<String>,
}

impl Expected {
    pub(crate) fn read(folder: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile").join(folder).join("error.txt");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
        let mut lines = text.lines();
        let exit = lines.next().and_then(|line| line.strip_prefix("exit: ")).and_then(|code| code.parse().ok());
        let (absent, present): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with("not: "));
        assert!(!present.is_empty(), "`{}` expects no text at all", path.display());
        Self {
            exit: exit.unwrap_or_else(|| panic!("`{}` does not start with `exit: N`", path.display())),
            present: present.into_iter().map(str::to_owned).collect(),
            absent: absent.into_iter().map(|line| line.trim_start_matches("not: ").to_owned()).collect(),
        }
    }

    #[track_caller]
    pub(crate) fn judge(&self, output: &Output) {
        output.exits(self.exit);
        // Where a text goes depends on whether the check ran: the report is data, a refusal is not. Wrapped lines count as one.
        let answer = format!("{}\n{}", output.stdout(), output.stderr());
        let answer = answer.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in &self.present {
            assert!(answer.contains(text.as_str()), "the answer lacks `{text}`\n{output}");
        }
        for text in &self.absent {
            assert!(!answer.contains(text.as_str()), "the answer has `{text}`\n{output}");
        }
    }
}
