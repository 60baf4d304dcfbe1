//! What servers say first.

use dbg_sdk::prelude::*;
use dbg_sdk::table::column;

use crate::parameters::TcpReach;
use crate::survey::Survey;

/// How long single ports are listened to when nobody said how long: who ends a connection at once does so within a round trip or two.
const UNASKED: Duration = Duration::from_millis(100);
/// More ports than this are listened to only when asked for.
const FEW: usize = 16;

/// How long each made connection is listened to.
pub(crate) fn time(parameters: &TcpReach) -> Duration {
    let few = parameters.to.len() <= FEW && parameters.to.iter().all(|endpoint| endpoint.count() == 1);
    parameters.banner.unwrap_or(if few { UNASKED } else { Duration::ZERO })
}

/// A server's bytes as one line: text as it is, everything else escaped.
pub(crate) fn text(said: &[u8]) -> String {
    let mut text = String::new();
    for chunk in said.trim_ascii_end().utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\'' => text.push(character),
                other => text.extend(other.escape_debug()),
            }
        }
        text.extend(chunk.invalid().iter().flat_map(|byte| byte.escape_ascii()).map(char::from));
    }
    text
}

/// Writes the table of those that said something; nothing where nobody did.
pub(crate) fn write(survey: &Survey, run: &Run) {
    if survey.said.is_empty() {
        return;
    }
    let columns = (
        column::text("to"),
        column::text("address"),
        column::integer("port"),
        column::real("after").unit(Unit::Milliseconds),
        column::text("banner"),
    );
    let mut table = run.table("tcp-banner", "What servers say first", columns);
    for said in &survey.said {
        let to = survey.asked.get(said.by.asked).map(|asked| asked.text.as_str()).unwrap_or_default();
        let after = said.after.as_secs_f64() * 1_000.0;
        table.row((to, survey.address(&said.by), i64::from(said.by.port), after, &*said.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_one_line_that_does_nothing_to_a_terminal() {
        assert_eq!(text(b"220 mail.test ESMTP \"ready\"\r\n"), "220 mail.test ESMTP \"ready\"");
        assert_eq!(text(b"J\0\0\0\n8.0.36\0"), "J\\0\\0\\0\\n8.0.36\\0");
        assert_eq!(text(b"\x1b[2J\xff\xc3\xa9\xe2\x80\xae"), "\\u{1b}[2J\\xffé\\u{202e}");
        assert_eq!(text(b""), "");
    }
}
