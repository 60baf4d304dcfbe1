//! `dbg audit show`: who ran what where, for people. Whatever stands there is somebody's claim, and escaped.

use anyhow::Context as _;
use dbg_audit::{Entry, Intent, Outcome, Plan, Position, Results, Sealed, Who, walk};
use dbg_model::Cell;
use serde::Deserialize;

use super::file::{self, open};
use crate::args::{AuditShow, ListFormat};
use crate::describe::hanging;
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer::{self, Reader};
use crate::settings::Terminal;

/// A line as it is read. Fields that are not known here are skipped.
#[derive(Deserialize)]
struct Line {
    at: String,
    #[serde(flatten)]
    entry: Entry,
}

pub(super) fn show(args: &AuditShow, terminal: &Terminal) -> Result<Exit, Fault> {
    let mut reader = Reader::Listening;
    let mut broken = Ok(());
    let walked = walk(open(&args.file)?, None, |position, bytes| {
        if reader == Reader::Gone || broken.is_err() {
            return;
        }
        let line = serde_json::from_slice::<Line>(bytes).ok();
        if args.run.as_ref().is_some_and(|run| line.as_ref().and_then(|line| run_of(&line.entry)) != Some(run.as_str()))
        {
            return;
        }
        let text = match args.output {
            ListFormat::Json => json(bytes),
            ListFormat::Text => text(position, line, terminal.width),
        };
        match printer::data(&text) {
            Ok(now) => reader = now,
            Err(error) => broken = Err(error),
        }
    })
    .context("the audit log cannot be read")
    .map_err(Fault::own)?;
    broken.context("a line cannot be printed").map_err(Fault::own)?;
    if let Some(trouble) = file::trouble(&walked.end) {
        printer::note(&format!("warning: {}: {trouble}", Cell(&args.file.to_string_lossy())));
    }
    Ok(file::exit(&walked.end))
}

fn run_of(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Intent(intent) => Some(&intent.run),
        Entry::Outcome(outcome) => Some(&outcome.run),
        Entry::Sealed(_) => None,
    }
}

/// dbg writes lines of plain ASCII; one that is not was written by somebody else, and is shown so that it does no harm.
fn json(bytes: &[u8]) -> String {
    let line = String::from_utf8_lossy(bytes);
    format!("{}\n", Cell(&line))
}

/// Safe to show.
fn shown(text: &str) -> String {
    Cell(text).to_string()
}

/// Lines of text, each wrapped.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn say(&mut self, lead: &str, line: &str) {
        self.text.push_str(&hanging(lead, line, self.width));
    }
}

fn text(position: Position, line: Option<Line>, width: usize) -> String {
    let mut page = Page { text: String::new(), width };
    let number = position.line;
    match line {
        None => page.say("", &format!("line {number}: of a kind that this dbg does not know; `-o json` shows it")),
        Some(Line { at, entry }) => {
            let at = shown(&at);
            match entry {
                Entry::Intent(intent) => begun(&mut page, &format!("line {number}, {at}"), &intent),
                Entry::Outcome(outcome) => ended(&mut page, &format!("line {number}, {at}"), &outcome),
                Entry::Sealed(Sealed { torn }) => {
                    let line = format!(
                        "line {number}, {at}: seals {} bytes of a line that was not written to its end",
                        torn.bytes
                    );
                    page.say("", &line);
                }
            }
        }
    }
    page.text
}

fn begun(page: &mut Page, head: &str, intent: &Intent) {
    let Intent { run, who, dbg, targets: _, checks, plans, shell } = intent;
    page.say("", &format!("{head}: run {} begins", shown(run)));
    page.say("  ", &format!("who: {}", person(who)));
    page.say("  ", &format!("dbg: {}, {}", shown(&dbg.version), dbg.digest));
    for plan in plans {
        page.say("  ", &format!("target: {}", way(plan)));
    }
    if let Some(dbg_audit::Shell { program, image, profile, seconds }) = shell {
        let program = if program.is_empty() { "a shell".to_owned() } else { shown(&program.join(" ")) };
        let image = image.as_ref().map_or_else(String::new, |image| format!(", image {}", shown(image)));
        page.say("  ", &format!("program: {program}{image}, profile {}, for {seconds} s", shown(profile)));
    }
    for check in checks {
        let (name, plugin, version) = (shown(&check.check), shown(&check.plugin), shown(&check.version));
        page.say("  ", &format!("check: {name} of {plugin} {version}, {}, {}", shown(&check.provenance), check.digest));
        for (title, lines) in
            [("argument", &check.arguments), ("granted", &check.granted), ("withheld", &check.withheld)]
        {
            for line in lines {
                page.say("    ", &format!("{title}: {}", shown(line)));
            }
        }
    }
}

fn person(who: &Who) -> String {
    let Who { uid, euid, login_uid, claims, sudo, host } = who;
    let mut parts = vec![format!("user {uid}")];
    if euid != uid {
        parts.push(format!("with the rights of user {euid}"));
    }
    if let Some(login) = login_uid {
        parts.push(format!("logged in as {login}"));
    }
    if let Some(name) = claims {
        parts.push(format!("claims to be `{}`", shown(name)));
    }
    if let Some(sudo) = sudo {
        let uid = sudo.uid.map_or_else(|| "?".to_owned(), |uid| uid.to_string());
        parts.push(format!("by sudo of user {uid}, who claims to be `{}`", shown(sudo.user.as_deref().unwrap_or("?"))));
    }
    parts.push(format!("on `{}`", shown(host)));
    parts.join(", ")
}

fn way(plan: &Plan) -> String {
    let target = shown(&plan.target);
    if let Some(why) = &plan.refused {
        return format!("{target}: refused: {}", shown(why));
    }
    let mut parts: Vec<String> = plan.place.iter().map(|place| shown(&place.what)).collect();
    for (title, list) in
        [("joins", &plan.joins), ("enters with", &plan.enters_with), ("keeps", &plan.keeps), ("creates", &plan.creates)]
    {
        if !list.is_empty() {
            parts.push(format!("{title} {}", shown(&list.join(", "))));
        }
    }
    format!("{target}: {}", parts.join("; "))
}

fn ended(page: &mut Page, head: &str, outcome: &Outcome) {
    let Outcome { run, verdict, error, exit_code, took_ms, sum, targets } = outcome;
    let what = match (verdict, error) {
        (Some(verdict), _) => shown(verdict),
        (None, Some(error)) => format!("no report: {}", shown(error)),
        (None, None) => "no report".to_owned(),
    };
    page.say(
        "",
        &format!("{head}: run {} ended: {what}, exit code {exit_code}, in {took_ms} ms; {}", shown(run), counts(*sum)),
    );
    for target in targets {
        let failure = target.failure.as_ref().map_or_else(String::new, |failure| format!(" ({})", shown(failure)));
        let (name, check, verdict) = (shown(&target.target), shown(&target.check), shown(&target.verdict));
        page.say("  ", &format!("{name}, {check}: {verdict}{failure}; {}", counts(target.results)));
    }
}

fn counts(results: Results) -> String {
    let Results { touched, refused, redacted, lost } = results;
    format!("touched {touched}, refused {refused}, masked {redacted}, lost {lost}")
}
