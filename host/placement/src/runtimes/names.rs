//! The containers of this machine by their ids, for whoever meets an id and has no process.

use std::collections::HashMap;
use std::path::Path;

use super::Behind;
use super::record::Record;
use super::records::{Wanted, records};

/// Digits that are enough: engines show as many.
const ENOUGH: usize = 12;
/// How often the runtimes are looked at: a container may be new, and who tells ids may make them up.
const LOOKS: u32 = 16;

/// Who the containers of this machine are. Nothing is looked at before the first id.
#[derive(Debug, Default)]
pub struct ContainerNames {
    known: HashMap<String, Option<Behind>>,
    looks: u32,
}

impl ContainerNames {
    /// The container of an id or of its first twelve digits or more. It reads files, and may take two seconds.
    pub fn of(&mut self, id: &str) -> Option<Behind> {
        let uid = rustix::process::geteuid().as_raw();
        self.looked_up(id, || records(Path::new("/"), Wanted::All).into_values().collect(), uid)
    }

    fn looked_up(&mut self, id: &str, look: impl FnOnce() -> Vec<Record>, uid: u32) -> Option<Behind> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if !(ENOUGH..=64).contains(&id.len()) || !id.bytes().all(is_digit) {
            return None;
        }
        if let Some(known) = self.known.get(id) {
            return known.clone();
        }
        self.looks = self.looks.checked_add(1).filter(|looks| *looks <= LOOKS)?;
        // What another user says of an id is no news of it.
        let counts = |record: &Record| record.owner.is_none_or(|owner| owner == uid) && record.id.starts_with(id);
        let mut found: Vec<Record> = look().into_iter().filter(counts).collect();
        let one = found.pop().filter(|_| found.is_empty()).as_ref().map(Behind::of);
        self.known.insert(id.to_owned(), one.clone());
        one
    }
}

#[cfg(test)]
mod tests {
    use dbg_model::ContainerRuntime;

    use super::*;

    const ID: &str = "aa23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn web() -> Record {
        let mut record = Record::bare(ID, ContainerRuntime::Docker).unwrap();
        record.add_names(&["web".to_owned()]);
        record
    }

    fn name(names: &mut ContainerNames, id: &str, all: Vec<Record>) -> Option<String> {
        names.looked_up(id, || all, 0)?.name
    }

    #[test]
    fn an_id_and_its_first_twelve_digits_are_known_and_looked_at_once() {
        let mut names = ContainerNames::default();
        assert_eq!(name(&mut names, &ID[..12], vec![web()]).as_deref(), Some("web"));
        assert_eq!(
            names.looked_up(&ID[..12], || panic!("it is known"), 0).and_then(|one| one.name).as_deref(),
            Some("web")
        );
        assert_eq!(name(&mut names, ID, vec![web()]).as_deref(), Some("web"));
    }

    #[test]
    fn what_is_no_id_means_several_or_is_said_by_another_user_has_no_name() {
        let mut names = ContainerNames::default();
        for id in ["", "web", &ID[..11], "AA23456789AB", "../../etc/xyz", &format!("{ID}0")] {
            assert_eq!(name(&mut names, id, vec![web()]), None, "{id}");
        }
        let mut twin = web();
        twin.id = ID.replace("ef", "ee");
        assert_eq!(name(&mut names, &ID[..12], vec![web(), twin]), None);
        let of_user = Record { owner: Some(1000), ..web() };
        assert_eq!(name(&mut names, ID, vec![of_user]), None);
    }

    #[test]
    fn ids_without_end_do_not_read_files_without_end() {
        let mut names = ContainerNames::default();
        let mut looks = 0;
        for number in 0..100 {
            let look = || {
                looks += 1;
                Vec::new()
            };
            assert_eq!(names.looked_up(&format!("{number:012x}"), look, 0), None);
        }
        assert_eq!(looks, LOOKS);
    }
}
