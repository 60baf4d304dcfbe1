//! The published schemas, made from the types that are written, so that they cannot say something else.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::json::Document;
use crate::ndjson::Line;

/// The JSON schema (draft 2020-12) of `-o json`, as in `docs/schema/report-1.json`.
#[must_use]
pub fn report_schema() -> String {
    schema::<Document<'_>>("dbg.report/1")
}

/// The JSON schema (draft 2020-12) of one line of `-o ndjson`, as in `docs/schema/event-1.json`.
#[must_use]
pub fn event_schema() -> String {
    schema::<Line<'_>>("dbg.event/1")
}

fn schema<T: JsonSchema>(id: &str) -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), format!("urn:{}", id.replace(['.', '/'], ":")).into());
    // The alternate form is indented.
    format!("{:#}\n", schema.as_value())
}

#[cfg(test)]
pub(crate) mod validate;

#[cfg(test)]
mod tests {
    use super::*;

    const HOW: &str = "write it anew with `dbg schema report` or `dbg schema event`";

    #[test]
    fn the_committed_schema_of_a_report_is_the_one_of_the_code() {
        assert!(report_schema() == include_str!("../../../docs/schema/report-1.json"), "report-1.json: {HOW}");
    }

    #[test]
    fn the_committed_schema_of_an_event_is_the_one_of_the_code() {
        assert!(event_schema() == include_str!("../../../docs/schema/event-1.json"), "event-1.json: {HOW}");
    }
}
