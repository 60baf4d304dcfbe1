//! The table: a row for each group of ports that ended alike, on hosts where the same ports did.

use std::collections::BTreeMap;

use dbg_sdk::table::{Missing, column};
use dbg_sdk::{Run, Unit};

use crate::check::percentile;
use crate::ranges;
use crate::state::State;
use crate::survey::Survey;

/// Ports that ended alike on one address.
#[derive(Debug, Default)]
struct Group {
    ports: Vec<u16>,
    took_us: Vec<u32>,
}

/// Addresses whose groups have the same ports.
#[derive(Debug, Default)]
struct Row {
    addresses: Vec<usize>,
    took_us: Vec<u32>,
}

/// Writes the table.
pub(crate) fn write(survey: &Survey, run: &Run) {
    let mut groups: BTreeMap<(usize, State, usize, usize), Group> = BTreeMap::new();
    let mut texts: BTreeMap<usize, &str> = BTreeMap::new();
    let mut details: BTreeMap<usize, &str> = BTreeMap::new();
    for seen in &survey.seen {
        texts.insert(seen.address, survey.address(seen));
        details.insert(seen.detail, survey.detail(seen));
        let group = groups.entry((seen.asked, seen.state, seen.detail, seen.address)).or_default();
        group.ports.push(seen.port);
        group.took_us.push(seen.took_us);
    }
    let mut rows: BTreeMap<(usize, State, usize, Vec<u16>), Row> = BTreeMap::new();
    for ((asked, state, detail, address), mut group) in groups {
        group.ports.sort_unstable();
        let row = rows.entry((asked, state, detail, group.ports)).or_default();
        row.addresses.push(address);
        row.took_us.append(&mut group.took_us);
    }
    let columns = (
        column::text("to"),
        column::text("result"),
        column::text("address"),
        column::text("ports"),
        column::integer("count"),
        column::real("median").unit(Unit::Milliseconds),
        column::text("detail"),
    );
    let mut table = run.table("tcp-reach", "Endpoints", columns);
    for ((asked, state, detail, ports), mut row) in rows {
        let to = survey.asked.get(asked).map(|asked| asked.text.as_str()).unwrap_or_default();
        let addresses = row.addresses.iter().filter_map(|address| texts.get(address).copied());
        let addresses = ranges::addresses(addresses.filter(|text| !text.is_empty()));
        let detail = details.get(&detail).copied().unwrap_or_default();
        let count = i64::try_from(row.took_us.len()).unwrap_or(i64::MAX);
        row.took_us.sort_unstable();
        let (result, ports) = (state.word(), ranges::ports(&ports));
        match percentile(&row.took_us, 50).filter(|_| state.is_measured()) {
            Some(us) => table.row((to, result, addresses, ports, count, f64::from(us) / 1_000.0, detail)),
            None => table.row((to, result, addresses, ports, count, Missing, detail)),
        }
    }
}
