//! `dbg:processes/socket-owners`.

use std::cell::RefCell;

use super::process_table::machine;
use super::processes_errors::Error;
use crate::processes::SocketOwner;

#[derive(Debug)]
pub(crate) struct OwnerPage {
    pub inode: Vec<String>,
    pub pid: Vec<u32>,
    pub last: bool,
}

#[derive(Debug)]
pub(crate) struct Owners {
    /// In reverse order.
    left: RefCell<Vec<SocketOwner>>,
    unreadable: u32,
}

pub(crate) fn start() -> Result<Owners, Error> {
    let machine = machine()?;
    let left = machine.owners.into_iter().rev().collect();
    Ok(Owners { left: RefCell::new(left), unreadable: machine.unreadable })
}

impl Owners {
    pub(crate) fn next(&self, max: u32, _: u32) -> Result<OwnerPage, Error> {
        let mut left = self.left.borrow_mut();
        let keep = left.len().saturating_sub(usize::try_from(max).unwrap_or(usize::MAX).min(10_000));
        let owners = left.split_off(keep);
        Ok(OwnerPage {
            inode: owners.iter().rev().map(|owner| owner.inode.to_string()).collect(),
            pid: owners.iter().rev().map(|owner| owner.pid).collect(),
            last: left.is_empty(),
        })
    }

    pub(crate) fn unreadable(&self) -> u32 {
        self.unreadable
    }
}
