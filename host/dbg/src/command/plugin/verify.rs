//! `dbg plugin verify`: the steps of docs/security.md, one a line, up to the first that fails.

use anyhow::anyhow;
use bytes::Bytes;
use dbg_model::Cell;
use dbg_plugin::trust::{Facts, Step, TrustError};
use dbg_plugin::{Offer as _, PluginFile, open_file};
use serde::Serialize;

use super::named::{Named, is_file};
use super::signature::{Refusal, Signature, SignatureFacts};
use crate::args::{ListFormat, PluginShow};
use crate::catalogue::{Catalogue, Source};
use crate::command::{print, print_json};
use crate::diagnostic::Fault;
use crate::exit::Exit;
use crate::printer;
use crate::settings::Site;
use crate::stock::Stock;

/// What came of it. Texts are raw.
#[derive(Serialize)]
struct Verification {
    /// What was typed.
    plugin: String,
    verified: bool,
    steps: Vec<StepLine>,
    signature: SignatureFacts,
}

#[derive(Serialize)]
struct StepLine {
    step: u8,
    name: String,
    passed: bool,
    text: String,
}

/// What is to be verified.
enum Subject {
    /// Part of this binary, and so is the root that it is signed by.
    Stock(Stock),
    /// A file, from the store or not.
    File(Bytes),
}

/// Whether the policy is asked about who signed it.
enum Allowed {
    /// It came with this binary.
    Always,
    /// It came from elsewhere.
    ByPolicy,
}

pub(super) fn verify(args: &PluginShow, site: &Site) -> Result<Exit, Fault> {
    let (file, signature, allowed) = match subject(&args.plugin, site)? {
        Subject::Stock(stock) => {
            printer::note(&format!("`{}` is part of this dbg, and so is the root of its signature", args.plugin));
            (stock.file()?, Signature::of_stock(&stock)?, Allowed::Always)
        }
        Subject::File(file) => {
            let signature = Signature::verify(&file, site)?;
            (file, signature, Allowed::ByPolicy)
        }
    };
    let trust = site.trust()?;
    let (steps, exit) = match &signature {
        Signature::Counts(facts) => {
            (Step::ALL.map(|step| passed(step, proved(step, facts))).into_iter().collect(), Exit::Pass)
        }
        Signature::Refused(error) => (until(error), Exit::Usage),
        Signature::None | Signature::Stock => (until(&TrustError::Unsigned), Exit::Usage),
    };
    match args.output {
        ListFormat::Json => {
            let verified = exit == Exit::Pass;
            let signature = signature.facts(&file, trust);
            print_json(&Verification { plugin: args.plugin.clone(), verified, steps, signature })?;
        }
        ListFormat::Text => {
            let mut text = String::new();
            for line in &steps {
                let word = if line.passed { "ok" } else { "REFUSED" };
                text.push_str(&format!("{:>2}  {:<12} {word:<8} {}\n", line.step, line.name, Cell(&line.text)));
            }
            if let Signature::Counts(_) = &signature {
                text.push_str(&format!("\n{}", signature.lines(trust)));
            }
            print(&text)?;
        }
    }
    match &signature {
        Signature::Counts(facts) => match allowed {
            Allowed::Always => Ok(exit),
            Allowed::ByPolicy => site.policy.may_vendor(&facts.statement.vendor).map(|()| exit),
        },
        Signature::Refused(error) => Err(refused(&args.plugin, error)),
        Signature::None | Signature::Stock => Err(refused(&args.plugin, &TrustError::Unsigned)),
    }
}

/// The answer in a line, behind the steps.
fn refused(plugin: &str, error: &TrustError) -> Fault {
    let Refusal { step, name, text, hint } = Refusal::of(error);
    let error = anyhow!("`{}` is refused at step {step} ({name}): {text}", Cell(plugin));
    Fault::usage(match hint {
        Some(hint) => crate::diagnostic::hinted(error, hint),
        None => error,
    })
}

fn subject(typed: &str, site: &Site) -> Result<Subject, Fault> {
    if is_file(typed) {
        return Ok(Subject::File(match open_file(std::path::Path::new(typed)).map_err(Fault::usage)? {
            PluginFile::Signed(file) => file,
            PluginFile::Unsigned(component) => component.bytes().clone(),
        }));
    }
    let named = Named::parse(typed)?;
    let catalogue = Catalogue::open(site)?;
    match named.source(&catalogue)? {
        Source::Stock(stock) => Ok(Subject::Stock(stock)),
        source => {
            let (component, file) = catalogue.open_source(&source)?;
            printer::note(&format!("{} {}", component.plugin(), component.version()));
            Ok(Subject::File(file))
        }
    }
}

fn passed(step: Step, text: String) -> StepLine {
    StepLine { step: step.number(), name: step.to_string(), passed: true, text }
}

/// The steps that passed, and the one that did not.
fn until(error: &TrustError) -> Vec<StepLine> {
    let failed = error.step();
    let Refusal { step, name, text, .. } = Refusal::of(error);
    let passed = Step::ALL.into_iter().take_while(|step| *step < failed).map(|step| passed(step, what(step)));
    passed.chain([StepLine { step, name, passed: false, text }]).collect()
}

/// What a step proves of any plugin.
fn what(step: Step) -> String {
    match step {
        Step::Section => "one signature section, last and outermost",
        Step::Envelope => "strict JSON around a statement, 1 to 16 signatures",
        Step::Statement => "one subject, numbers and dates that make sense",
        Step::Vendor => "its vendor is trusted here",
        Step::Signatures => "enough of its vendor's release keys signed",
        Step::Bytes => "the bytes are those that were signed",
        Step::Revocations => "nobody took it back",
        Step::Dates => "it is neither early nor late",
        Step::Sequence => "nothing newer was taken here",
        Step::Component => "a component that this dbg can run",
        Step::Identity => "it is called as was signed",
        Step::Ceiling => "what it cannot do without is within its vendor's ceiling",
    }
    .to_owned()
}

/// What a step proved of this one.
fn proved(step: Step, facts: &Facts) -> String {
    let statement = &facts.statement;
    match step {
        Step::Vendor => format!("`{}` is trusted here, by root {}", statement.vendor, facts.fingerprint.short()),
        Step::Signatures => {
            let keys: Vec<String> = facts.keys.iter().map(|key| key.short()).collect();
            format!("signed by the release keys {}", keys.join(", "))
        }
        Step::Bytes => format!("{} bytes with the digest {}", statement.length, statement.digest.short()),
        Step::Revocations => match &facts.list {
            Some(list) => format!("neither its root nor list {} takes it back", list.version),
            None => "its root does not take it back; there is no list".to_owned(),
        },
        Step::Dates => format!("issued {}, expires {}", statement.issued, statement.expires),
        Step::Sequence => format!("sequence {}, and nothing newer was taken here", statement.sequence),
        Step::Identity => format!("it is {}/{} {}", statement.vendor, statement.plugin, statement.version),
        step => what(step),
    }
}
