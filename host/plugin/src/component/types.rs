//! Bounds on types, judged before anything recursive reads them.
//!
//! The reader of wasmparser calls itself for a type inside a type, without a limit: three bytes a level, so a file of 300 KB would end the process by its
//! stack. Here the levels are a list.

use wasmparser::{BinaryReader, ComponentType, ComponentTypeDeclaration};

use super::walk::Fault;
use super::{AsyncUse, ComponentError, Nested};

/// How deep components and types nest at most. Real ones: 3 or 4, a composition of compositions a few more.
pub(super) const MAX_DEPTH: usize = 32;

/// How many types a component declares at most, nested ones included. Python's, the largest known, has a few thousand.
pub(super) const MAX_TYPES: usize = 100_000;

/// The types of one component, as they are met.
#[derive(Debug, Default)]
pub(super) struct Types {
    seen: usize,
}

impl Types {
    /// Walks the content of one type section that starts at `offset` of the file. Answers the first async type.
    pub(super) fn section(&mut self, content: &[u8], offset: usize) -> Result<Option<(AsyncUse, usize)>, Fault> {
        let mut reader = BinaryReader::new(content, offset);
        let mut async_use = None;
        // How many declarations each open level still has.
        let mut open = vec![reader.read_var_u32()?];
        while let Some(left) = open.last_mut() {
            if *left == 0 {
                open.pop();
                continue;
            }
            *left -= 1;
            self.seen += 1;
            if self.seen > MAX_TYPES {
                return Err(ComponentError::TooManyTypes.into());
            }
            if open.len() > 1 && !nested_type(&mut reader)? {
                reader.read::<ComponentTypeDeclaration<'_>>()?;
                continue;
            }
            let start = reader.original_position();
            match level(&mut reader)? {
                Some(declarations) if open.len() <= MAX_DEPTH => open.push(declarations),
                Some(_) => return Err(ComponentError::Depth { what: Nested::Types, offset: start }.into()),
                None => {
                    let ty = reader.read::<ComponentType<'_>>()?;
                    async_use = async_use.or(AsyncUse::of_type(&ty).map(|used| (used, start)));
                }
            }
        }
        Ok(async_use)
    }
}

/// Takes the byte in front of a type inside a type; false, with nothing taken, before any other declaration.
fn nested_type(reader: &mut BinaryReader<'_>) -> Result<bool, Fault> {
    take(reader, |byte| byte == 0x01)
}

/// Takes the head of a component or instance type: the number of declarations inside. None, with nothing taken, before any other type.
fn level(reader: &mut BinaryReader<'_>) -> Result<Option<u32>, Fault> {
    Ok(if take(reader, |byte| matches!(byte, 0x41 | 0x42))? { Some(reader.read_var_u32()?) } else { None })
}

fn take(reader: &mut BinaryReader<'_>, wanted: impl Fn(u8) -> bool) -> Result<bool, Fault> {
    let mut ahead = reader.clone();
    let found = wanted(ahead.read_u8()?);
    if found {
        *reader = ahead;
    }
    Ok(found)
}
