//! a report as text, JSON, NDJSON and JUnit
