//! A command line without its secrets. What looks like one is masked here, before anybody above can see it.
//!
//! It is a guess, made to err on the side of masking; a secret in a form that nobody knows goes through. The WIT says so by "looks like".

mod words;

use dbg_model::{is_secret_name, truncate_at_char};

use words::{is_key, is_secret_flag, masked_word, short_flag};

/// Of the whole line.
const LINE: usize = 2 << 10;

/// In the place of a secret.
pub(super) const MASK: &str = "***";

/// The arguments of `/proc/PID/cmdline`, masked, with blanks between them, cut.
pub(super) fn command_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let arguments: Vec<&str> = text.trim_end_matches('\0').split('\0').collect();
    let program = arguments.first().copied().unwrap_or_default();
    let masked = mask(program, &arguments);
    truncate_at_char(&masked.join(" "), LINE).to_owned()
}

/// Masks a list of words. `program` decides what its short flags mean.
fn mask(program: &str, words: &[&str]) -> Vec<String> {
    let mut masked = Vec::with_capacity(words.len());
    let mut next_is_secret = false;
    for word in words {
        if std::mem::take(&mut next_is_secret) && !word.starts_with("--") && !word.is_empty() {
            masked.push(MASK.to_owned());
            // `Authorization: Bearer abc`, split at its blanks.
            next_is_secret = is_scheme(word);
            continue;
        }
        let (shown, follows) = argument(program, word);
        masked.push(shown);
        next_is_secret = follows;
    }
    masked
}

/// One argument, and whether the next one is the secret that it announces.
fn argument(program: &str, word: &str) -> (String, bool) {
    if is_key(word) {
        return (MASK.to_owned(), false);
    }
    if let Some((name, _)) = word.split_once('=')
        && !name.contains(char::is_whitespace)
        && is_secret_name(name)
    {
        return (format!("{name}={MASK}"), false);
    }
    if let Some((name, value)) = word.split_once(':')
        && !name.contains(char::is_whitespace)
        && !value.starts_with("//")
        && is_secret_name(name)
    {
        return if value.is_empty() { (word.to_owned(), true) } else { (format!("{name}: {MASK}"), false) };
    }
    if let Some(flag) = short_flag(program, word) {
        return if flag.len() == word.len() { (word.to_owned(), true) } else { (format!("{flag}{MASK}"), false) };
    }
    if word.contains(char::is_whitespace) {
        // A line for a shell, or a text: its words are judged as arguments are.
        let words: Vec<&str> = word.split_whitespace().collect();
        let program = words.first().copied().unwrap_or_default();
        return (mask(program, &words).join(" "), false);
    }
    (masked_word(word), is_secret_flag(word) || is_scheme(word))
}

/// What stands before the credentials in a header.
fn is_scheme(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'']);
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(arguments: &[&str]) -> String {
        command_line(arguments.join("\0").as_bytes())
    }

    #[test]
    fn what_looks_like_a_secret_is_masked_in_every_form() {
        for (arguments, shown) in [
            (&["app", "--password=hunter2"][..], "app --password=***"),
            (&["app", "--password", "hunter2", "--port", "80"], "app --password *** --port 80"),
            (&["app", "--db-password", "two words"], "app --db-password ***"),
            (&["app", "-Dspring.datasource.password=x"], "app -Dspring.datasource.password=***"),
            (&["env", "API_KEY=abc", "app"], "env API_KEY=*** app"),
            (&["app", "--apiKey=abc", "--accessToken", "t"], "app --apiKey=*** --accessToken ***"),
            (&["mysql", "-uroot", "-phunter2"], "mysql -uroot -p***"),
            (&["/usr/bin/mysqldump", "-phunter2"], "/usr/bin/mysqldump -p***"),
            (&["sshpass", "-p", "hunter2", "ssh", "h"], "sshpass -p *** ssh h"),
            (&["redis-cli", "-a", "x"], "redis-cli -a ***"),
            (&["curl", "-u", "me:x", "https://a"], "curl -u *** https://a"),
            (&["curl", "-H", "Authorization: Bearer abc"], "curl -H Authorization: ***"),
            (&["curl", "-H", "X-Api-Key: abc"], "curl -H X-Api-Key: ***"),
            (&["app", "postgres://me:pw@db:5432/x"], "app postgres://***@db:5432/x"),
            (&["git", "clone", "https://ghp_abc@host/x"], "git clone https://***@host/x"),
            (&["app", "ghp_0123456789abcdefghij0123456789abcdef"], "app ***"),
            (&["app", "--jwt", "eyJhbGciOiJIUzI1NiJ9.e30.abcdefghijk"], "app --jwt ***"),
            (&["app", "x,AKIAIOSFODNN7EXAMPLE,y"], "app x,***,y"),
            (&["sh", "-c", "PGPASSWORD=x psql -h db"], "sh -c PGPASSWORD=***"),
            (&["sh", "-c", "mysql -px --host db"], "sh -c mysql -p*** --host db"),
            (&["sh", "-c", "curl -H 'Authorization: Bearer abc' u"], "sh -c curl -H 'Authorization: *** *** u"),
            (&["app", "-----BEGIN PRIVATE KEY-----\nabc"], "app ***"),
        ] {
            assert_eq!(line(arguments), shown, "{arguments:?}");
        }
    }

    #[test]
    fn what_is_no_secret_is_left() {
        for arguments in [
            &["nginx: worker process"][..],
            &["app", "--password-file=/run/secret", "--token-path", "/x", "--author", "ann"],
            &["ssh", "-p", "22", "host"],
            &["app", "--authority=a", "--keyboard=us", "--monkey", "x"],
            &["app", "http://host:80/x@y", "a@b.test"],
            &["sleep", "60"],
        ] {
            assert_eq!(line(arguments), arguments.join(" "));
        }
        assert_eq!(command_line(b""), "");
    }

    #[test]
    fn a_flag_that_only_switches_something_masks_no_other_flag() {
        assert_eq!(line(&["app", "--password", "--port", "80"]), "app --password --port 80");
    }

    #[test]
    fn a_line_is_cut_after_it_was_masked() {
        let line = line(&["app", &"a".repeat(3000), "--password=hunter2"]);
        assert_eq!(line.len(), LINE);
        assert!(!line.contains("hunter2"));
    }
}
