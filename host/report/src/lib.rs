//! the report model: what checks emitted, merged over targets, and the verdict
