//! Plugins, checks and grants in words, for people. Everything foreign is escaped here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dbg_model::{
    Allows, Capability, Cell, CheckDeclaration, Escaped, Kind, Parameter, format_duration, format_size, reach,
};

/// Aligned columns of short texts; the last column is cut to the width.
pub(crate) struct Columns<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Columns<N> {
    /// With the heads of the columns.
    pub(crate) fn new(heads: [&str; N]) -> Self {
        Self { rows: vec![heads.map(str::to_owned)] }
    }

    /// Adds a row; its texts are escaped.
    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: [T; N]) {
        self.rows.push(cells.map(|cell| Cell(cell.as_ref()).to_string()));
    }

    /// As text of at most `width` columns.
    pub(crate) fn render(&self, width: usize) -> String {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                // Writing to a String cannot fail.
                let _ = write!(line, "{cell:width$}  ");
            }
            let line = line.trim_end();
            if line.chars().count() > width {
                text.extend(line.chars().take(width.saturating_sub(1)));
                text.push('…');
            } else {
                text.push_str(line);
            }
            text.push('\n');
        }
        text
    }
}

/// `text` wrapped at `width`, its first line behind `lead`, further ones four columns deeper. It is escaped already.
pub(crate) fn hanging(lead: &str, text: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut line = lead.to_owned();
    for word in text.split(' ') {
        if line.trim().is_empty() || line.chars().count() + 1 + word.chars().count() <= width {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else {
            let next = format!("{lead}    {word}");
            lines.push_str(&std::mem::replace(&mut line, next));
            lines.push('\n');
        }
    }
    lines.push_str(&line);
    lines.push('\n');
    lines
}

/// What a check asks to be granted, a line each, with its reason, and with who withholds it when somebody does.
pub(crate) fn grants(check: &CheckDeclaration, allowed: &impl Allows) -> String {
    let mut text = String::new();
    for request in &check.grants {
        let need = if request.required { "" } else { " (optional)" };
        let _ = writeln!(
            text,
            "  {}{need}: {}",
            request.capability,
            permission(request.capability, &reach(check, request))
        );
        if let Some(withholder) = allowed.withholder(request.capability) {
            let _ = writeln!(text, "      it does not get it: {withholder}");
        }
        let _ = writeln!(text, "      because it says: {}", Cell(&request.reason));
    }
    if text.is_empty() {
        text.push_str("  nothing at all: it can only compute\n");
    }
    text
}

/// What a check asks to be granted, for whoever decides nothing about it: its author, its signer.
pub(crate) fn requests(check: &CheckDeclaration) -> String {
    grants(check, &BTreeSet::from(Capability::ALL))
}

/// What a capability within these bounds permits, in the words of whoever is asked. The bounds are those of [`reach`].
pub(crate) fn permission<'a>(capability: Capability, bounds: impl IntoIterator<Item = &'a String>) -> String {
    let bounds = || {
        let shown: Vec<String> = bounds.into_iter().map(|bound| bound_in_words(bound)).collect();
        shown.join(", ")
    };
    match capability {
        Capability::Sockets => format!("open connections to {}", bounds()),
        Capability::Resolver => "read the target's resolver configuration".to_owned(),
        Capability::Files => format!("read files: {}", bounds()),
        Capability::Connect => {
            format!("make and measure thousands of TCP connections, without sending a byte, to {}", bounds())
        }
        Capability::NetworkState => {
            "read the state of the target's network: all sockets with their peers, interfaces, routes, neighbours"
                .to_owned()
        }
        Capability::Cluster => format!("read of the cluster's API, with your rights and never Secrets: {}", bounds()),
        Capability::Processes => {
            "read the target's processes: names, users, command lines without secrets, and which sockets they hold"
                .to_owned()
        }
    }
}

/// One bound of [`reach`] in words.
pub(crate) fn bound_in_words(bound: &str) -> String {
    let (protocol, to) = match bound.split_once(':') {
        Some((protocol @ ("tcp" | "udp"), to)) => (format!(" by {protocol}"), to),
        Some(("any", to)) => (String::new(), to),
        _ => (String::new(), bound),
    };
    let parameter = to.strip_prefix("param:");
    if let Some((parameter, default)) = parameter.and_then(|parameter| parameter.split_once('=')) {
        return format!("{}{protocol}, where you give no `{}`", Cell(default), Cell(parameter));
    }
    match (to, parameter) {
        ("resolvers", _) => format!("the configured name servers{protocol}"),
        ("*", _) => format!("any address that is not special{protocol}"),
        (_, Some(parameter)) => format!("what you give as `{}`{protocol}", Cell(parameter)),
        (literal, None) => format!("{}{protocol}", Cell(literal)),
    }
}

/// A check with its parameters, grants and limits.
pub(crate) fn check(check: &CheckDeclaration) -> String {
    let mut text = format!("{}\n", Escaped(check.doc.trim()));
    text.push_str("\nPARAMETERS\n");
    if check.parameters.is_empty() {
        text.push_str("  none\n");
    }
    for parameter in &check.parameters {
        let _ = writeln!(text, "  {}  {}", parameter.name, facts(parameter));
        for line in parameter.doc.trim().lines() {
            let _ = writeln!(text, "      {}", Cell(line.trim()));
        }
    }
    text.push_str("\nGRANTS\n");
    text.push_str(&grants(check, &BTreeSet::from(Capability::ALL)));
    let limits = check.run_limits();
    let _ = writeln!(
        text,
        "\nLIMITS\n  {} of time, {} of memory",
        format_duration(limits.time),
        format_size(limits.memory)
    );
    text
}

/// `enum list, one of A, AAAA; default A,AAAA`
fn facts(parameter: &Parameter) -> String {
    let mut text = parameter.kind.to_string();
    if parameter.repeated {
        let _ = write!(text, " list (at most {})", parameter.value_limit());
    }
    if parameter.kind == Kind::Enum {
        let _ = write!(text, ", one of {}", Cell(&parameter.choices.join(", ")));
    }
    let unit = if parameter.kind == Kind::String { " characters" } else { "" };
    match (&parameter.min, &parameter.max) {
        (Some(min), Some(max)) => {
            let _ = write!(text, ", {} to {}{unit}", Cell(min), Cell(max));
        }
        (Some(min), None) => {
            let _ = write!(text, ", at least {}{unit}", Cell(min));
        }
        (None, Some(max)) => {
            let _ = write!(text, ", at most {}{unit}", Cell(max));
        }
        (None, None) => {}
    }
    if let Some(port) = parameter.default_port {
        let _ = write!(text, ", port {port} unless given");
    }
    if parameter.kind == Kind::Secret {
        text.push_str(", given as `@file`, `env:NAME` or `-`");
    }
    if parameter.required {
        text.push_str("; required");
    } else if !parameter.default.is_empty() {
        let _ = write!(text, "; default {}", Cell(&parameter.default.join(",")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_vendor_writes_cannot_move_the_cursor_in_a_question() {
        let check: CheckDeclaration = serde_json::from_str(
            r#"{"check":"x","doc":"d","grants":[{"capability":"resolver","reason":"a\u001b[2Kb\nyes"}]}"#,
        )
        .unwrap();
        let text = grants(&check, &BTreeSet::from(Capability::ALL));
        assert!(!text.contains('\x1b'), "{text:?}");
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn a_long_sentence_is_wrapped_and_none_of_it_is_lost() {
        let text = hanging("  ", "network: checks look at the target's network", 24);
        assert_eq!(text, "  network: checks look\n      at the target's\n      network\n");
        assert_eq!(hanging("  ", &"x".repeat(40), 24), format!("  {}\n", "x".repeat(40)));
    }

    #[test]
    fn columns_align_and_never_leave_the_width() {
        let mut columns = Columns::new(["A", "B"]);
        columns.row(["long name", &"x".repeat(100)]);
        let text = columns.render(40);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }
}
