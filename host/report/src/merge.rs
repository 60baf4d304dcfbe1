//! Many targets as one: the same check's findings side by side, and its tables under each other.

use std::collections::HashMap;

use dbg_model::{Column, Finding, Severity};

use crate::{CellValue, CheckResult, Report, Table, Verdict, severity_rank};

/// One check with the same arguments on one or more targets.
#[derive(Debug)]
pub struct MergedCheck<'a> {
    /// One item a target, in the run's order; never empty.
    pub results: Vec<&'a CheckResult>,
}

/// The findings of one id and severity.
#[derive(Debug)]
pub struct FindingGroup<'a> {
    /// The id that they share.
    pub id: &'a str,
    /// The severity that they share.
    pub severity: Severity,
    /// They, in the order of targets and then of the check; never empty.
    pub members: Vec<Member<'a>>,
}

/// One finding and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The result that it is in.
    pub result: &'a CheckResult,
    /// The finding.
    pub finding: &'a Finding,
}

/// The tables of one name and the same columns.
#[derive(Debug)]
pub struct MergedTable<'a> {
    /// The name that they share.
    pub name: &'a str,
    /// The title of the first.
    pub title: &'a str,
    /// The columns that they share.
    pub columns: Vec<&'a Column>,
    /// They, in the order of targets; never empty.
    pub parts: Vec<Part<'a>>,
}

/// The table of one target.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The target.
    pub target: &'a str,
    /// Its table.
    pub table: &'a Table,
}

impl Report {
    /// The results by check and arguments, in the order in which each check came first.
    #[must_use]
    pub fn checks(&self) -> Vec<MergedCheck<'_>> {
        let mut checks: Vec<MergedCheck<'_>> = Vec::new();
        for result in &self.results {
            match checks.iter_mut().find(|check| check.first().is_some_and(|first| same_question(first, result))) {
                Some(check) => check.results.push(result),
                None => checks.push(MergedCheck { results: vec![result] }),
            }
        }
        checks
    }
}

fn same_question(a: &CheckResult, b: &CheckResult) -> bool {
    let (a, b) = (&a.subject, &b.subject);
    a.check == b.check && a.plugin == b.plugin && a.arguments == b.arguments
}

impl<'a> MergedCheck<'a> {
    /// The first target's result.
    #[must_use]
    pub fn first(&self) -> Option<&'a CheckResult> {
        self.results.first().copied()
    }

    /// The only result, when there is one target.
    #[must_use]
    pub fn single(&self) -> Option<&'a CheckResult> {
        match self.results.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The worst of all targets.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.results.iter().map(|result| result.verdict()).max().unwrap_or(Verdict::Unknown)
    }

    /// The findings by id and severity, the worst first, then as the checks added them.
    #[must_use]
    pub fn groups(&self) -> Vec<FindingGroup<'a>> {
        let mut groups: Vec<FindingGroup<'a>> = Vec::new();
        let mut places: HashMap<(&str, Severity), usize> = HashMap::new();
        for result in &self.results {
            for finding in &result.findings {
                let member = Member { result, finding };
                let place = *places.entry((&finding.id, finding.severity)).or_insert(groups.len());
                match groups.get_mut(place) {
                    Some(group) => group.members.push(member),
                    None => {
                        groups.push(FindingGroup { id: &finding.id, severity: finding.severity, members: vec![member] })
                    }
                }
            }
        }
        groups.sort_by_key(|group| severity_rank(group.severity));
        groups
    }

    /// The tables by name and columns, in the order in which they came first. Tables whose columns differ stay apart.
    #[must_use]
    pub fn tables(&self) -> Vec<MergedTable<'a>> {
        let mut merged: Vec<MergedTable<'a>> = Vec::new();
        for result in &self.results {
            for table in &result.tables {
                let part = Part { target: &result.subject.target, table };
                let same = |other: &&mut MergedTable<'a>| {
                    other.name == table.name && other.columns.iter().copied().eq(table.heads())
                };
                match merged.iter_mut().find(same) {
                    // Two tables of one name on one target are two tables.
                    Some(other) if self.results.len() > 1 => other.parts.push(part),
                    _ => merged.push(MergedTable {
                        name: &table.name,
                        title: &table.title,
                        columns: table.heads().collect(),
                        parts: vec![part],
                    }),
                }
            }
        }
        merged
    }
}

impl<'a> FindingGroup<'a> {
    /// The targets that have it, each once, in order.
    #[must_use]
    pub fn targets(&self) -> Vec<&'a str> {
        let mut targets: Vec<&str> = self.members.iter().map(|member| member.result.subject.target.as_str()).collect();
        // Members of one target are neighbours.
        targets.dedup();
        targets
    }

    /// The fragment that follows a count of targets, when the check gave one.
    #[must_use]
    pub fn many(&self) -> Option<&'a str> {
        self.members.iter().find_map(|member| member.finding.many.as_deref())
    }
}

impl<'a> MergedTable<'a> {
    /// How many rows there are in all.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.parts.iter().map(|part| part.table.rows()).sum()
    }

    /// All rows: the target and the values in the order of the columns.
    pub fn iter_rows(&self) -> impl Iterator<Item = (&'a str, impl Iterator<Item = CellValue<'a>> + use<'a>)> {
        self.parts.iter().flat_map(|part| {
            let Part { target, table } = *part;
            (0..table.rows()).map(move |row| (target, table.row(row)))
        })
    }
}

#[cfg(test)]
mod tests;
