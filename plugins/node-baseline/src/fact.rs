//! One fact of a node, beside what is wanted of it.

use dbg_sdk::prelude::*;

/// How a fact stands to what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is as wanted.
    Wanted,
    /// It is not.
    Differs,
    /// Something is wanted, and it cannot be read.
    Unread,
    /// Nothing is wanted of it.
    Told,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) name: String,
    /// None where it cannot be read.
    pub(crate) value: Option<String>,
    pub(crate) wanted: Option<String>,
    pub(crate) standing: Standing,
    /// What to do where it differs.
    pub(crate) step: Option<String>,
}

/// All facts of one node, in the order in which they are shown.
#[derive(Debug, Default)]
pub(crate) struct Facts(Vec<Fact>);

impl Facts {
    /// A fact of which nothing is wanted; one that cannot be read is left out.
    pub(crate) fn tell(&mut self, name: &str, value: Option<String>) {
        if value.is_some() {
            self.push(name, value, None, Standing::Told, None);
        }
    }

    /// A fact, and what is wanted of it; `fits` judges a value that is there.
    pub(crate) fn want(
        &mut self,
        name: &str,
        value: Option<String>,
        wanted: &str,
        fits: impl FnOnce(&str) -> bool,
        step: impl Into<Option<String>>,
    ) {
        let standing = match &value {
            None => Standing::Unread,
            Some(value) if fits(value) => Standing::Wanted,
            Some(_) => Standing::Differs,
        };
        self.push(name, value, Some(wanted.to_owned()), standing, step.into());
    }

    fn push(
        &mut self,
        name: &str,
        value: Option<String>,
        wanted: Option<String>,
        standing: Standing,
        step: Option<String>,
    ) {
        self.0.push(Fact { name: name.to_owned(), value, wanted, standing, step });
    }

    pub(crate) fn all(&self) -> &[Fact] {
        &self.0
    }

    /// One row a fact: over many nodes the rows of one fact stand beside each other, and the one that differs stands out.
    pub(crate) fn write(&self, run: &Run) {
        let mut table = run.table(
            "node-facts",
            "What the node is made of",
            (column::text("fact"), column::text("value"), column::text("wanted"), column::text("standing")),
        );
        for fact in &self.0 {
            let standing = match fact.standing {
                Standing::Wanted => "as wanted",
                Standing::Differs => "differs",
                Standing::Unread => "cannot be read",
                Standing::Told => "",
            };
            table.row((&fact.name, fact.value.as_ref(), fact.wanted.as_ref(), standing));
        }
    }
}
