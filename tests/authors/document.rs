//! `docs/authors.md` is true: its commands are run as they stand there, in their order, in an empty folder.

use dbg_tests::exit;

use crate::workshop::Workshop;

const DOCUMENT: &str = include_str!("../../docs/authors.md");

/// The content of its `sh` blocks, one after the other.
fn commands() -> String {
    let mut commands = String::new();
    let mut inside = false;
    for line in DOCUMENT.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => {
                commands.push_str(line);
                commands.push('\n');
            }
            _ => {}
        }
    }
    commands
}

#[test]
fn every_command_of_the_document_works_as_it_stands() {
    let Some(workshop) = Workshop::new() else { return };
    let commands = commands();
    assert!(commands.contains("dbg plugin new") && commands.contains("dbg plugin sign"), "{commands}");
    let Some(output) = workshop.follows(&commands) else { return };
    output.exits(exit::PASS).says("signed by acme");
}
