//! Where a check leaves the contract: what a real host would silently drop, cut or rewrite is named for the author.

use super::Report;

impl Report {
    fn mistake(&mut self, text: String) {
        self.mistakes.push(text);
    }

    /// Kebab-case, at most 64 bytes.
    pub(super) fn judge_name(&mut self, what: &str, name: &str) {
        let is_kebab = name.starts_with(|first: char| first.is_ascii_lowercase())
            && !name.ends_with('-')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_kebab {
            self.mistake(format!("{what} `{name}` is not kebab-case"));
        }
        self.judge_length(what, name, 64);
    }

    pub(super) fn judge_length(&mut self, what: &str, text: &str, most: usize) {
        if text.len() > most {
            let start: String = text.chars().take(40).collect();
            self.mistake(format!("{what} `{start}…` has {} bytes, {most} are kept", text.len()));
        }
    }

    pub(super) fn judge_sentence(&mut self, id: &str, sentence: &str) {
        if sentence.is_empty() {
            self.mistake(format!("finding `{id}` says nothing"));
        }
        if sentence.ends_with('.') && !sentence.ends_with("..") {
            self.mistake(format!("the sentence of finding `{id}` ends with a full stop"));
        }
        self.judge_length("the sentence", sentence, 1024);
    }

    /// Counts what a host would drop. True when it is within the limit.
    pub(super) fn judge_count(&mut self, what: &str, count: usize, most: usize) -> bool {
        if count < most {
            return true;
        }
        self.dropped += 1;
        let text = format!("more than {most} {what}");
        if !self.mistakes.contains(&text) {
            self.mistake(text);
        }
        false
    }

    /// Drops a call for a reason that is the check's own.
    pub(super) fn drop_call(&mut self, why: String) {
        self.dropped += 1;
        self.mistake(why);
    }
}
