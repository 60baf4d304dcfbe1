//! What an ELF file says of itself, read from its headers: whether anything must be there on the machine that runs it.

use anyhow::{Context as _, Result, bail};

const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const SHT_SYMTAB: u32 = 2;

/// The facts that a binary for a foreign machine is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// It names a loader (PT_INTERP).
    pub(crate) interpreter: bool,
    /// How many shared libraries it needs (DT_NEEDED).
    pub(crate) libraries: usize,
    /// It still carries a symbol table (SHT_SYMTAB).
    pub(crate) symbols: bool,
}

impl Facts {
    /// Fails, naming each fault, unless the file runs on any Linux as it is.
    pub(crate) fn require_static_and_stripped(self) -> Result<()> {
        let mut faults = Vec::new();
        if self.interpreter {
            faults.push("it names a loader (PT_INTERP)".to_owned());
        }
        if self.libraries > 0 {
            faults.push(format!("it needs {} shared libraries (DT_NEEDED)", self.libraries));
        }
        if self.symbols {
            faults.push("it is not stripped (SHT_SYMTAB)".to_owned());
        }
        if !faults.is_empty() {
            bail!("the binary is not static and stripped: {}", faults.join("; "));
        }
        Ok(())
    }
}

/// Reads the headers of a 64-bit little-endian ELF file.
pub(crate) fn facts(file: &[u8]) -> Result<Facts> {
    if file.get(..6) != Some(b"\x7fELF\x02\x01") {
        bail!("not a 64-bit little-endian ELF file");
    }
    let mut facts = Facts { interpreter: false, libraries: 0, symbols: false };
    for header in table(file, 32, 54, 56)? {
        match header.u32(0)? {
            PT_INTERP => facts.interpreter = true,
            PT_DYNAMIC => {
                let segment = Bytes(file).part(header.u64(8)?, header.u64(32)?)?;
                facts.libraries = libraries(segment)?;
            }
            _ => {}
        }
    }
    for header in table(file, 40, 58, 60)? {
        facts.symbols |= header.u32(4)? == SHT_SYMTAB;
    }
    Ok(facts)
}

/// The rows of the table whose offset, row size and row count stand at these places of the file's header.
fn table(file: &[u8], offset: usize, size: usize, count: usize) -> Result<Vec<Bytes<'_>>> {
    let whole = Bytes(file);
    let (start, size, count) = (whole.u64(offset)?, whole.u16(size)?, whole.u16(count)?);
    (0..u64::from(count)).map(|row| whole.part(start.saturating_add(row * u64::from(size)), size.into())).collect()
}

fn libraries(segment: Bytes<'_>) -> Result<usize> {
    let mut needed = 0;
    for entry in segment.0.chunks_exact(16).map(Bytes) {
        match entry.u64(0)? {
            DT_NULL => break,
            DT_NEEDED => needed += 1,
            _ => {}
        }
    }
    Ok(needed)
}

/// A part of the file, read without trusting any offset in it.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn part(self, start: u64, length: u64) -> Result<Self> {
        let range = usize::try_from(start)?..usize::try_from(start.saturating_add(length))?;
        self.0.get(range).map(Bytes).context("the ELF file is cut off")
    }

    fn array<const N: usize>(self, at: usize) -> Result<[u8; N]> {
        let bytes = self.0.get(at..).and_then(|rest| rest.first_chunk());
        bytes.copied().context("the ELF file is cut off")
    }

    fn u16(self, at: usize) -> Result<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    fn u32(self, at: usize) -> Result<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    fn u64(self, at: usize) -> Result<u64> {
        self.array(at).map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ELF file with these program headers (kind, offset, length), these section kinds, and a tail.
    fn elf(programs: &[(u32, u64, u64)], sections: &[u32], tail: &[u8]) -> Vec<u8> {
        let sections_at = 64 + 56 * programs.len();
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[32..40].copy_from_slice(&64_u64.to_le_bytes());
        file[40..48].copy_from_slice(&(sections_at as u64).to_le_bytes());
        for (at, value) in [(54, 56), (56, programs.len()), (58, 64), (60, sections.len())] {
            file[at..at + 2].copy_from_slice(&(value as u16).to_le_bytes());
        }
        for (kind, offset, length) in programs {
            let mut header = [0; 56];
            header[..4].copy_from_slice(&kind.to_le_bytes());
            header[8..16].copy_from_slice(&offset.to_le_bytes());
            header[32..40].copy_from_slice(&length.to_le_bytes());
            file.extend(header);
        }
        for kind in sections {
            let mut header = [0; 64];
            header[4..8].copy_from_slice(&kind.to_le_bytes());
            file.extend(header);
        }
        file.extend(tail);
        file
    }

    #[test]
    fn a_static_pie_with_an_empty_list_of_libraries_is_static() {
        let at = 64 + 56 + 64;
        let file = elf(&[(PT_DYNAMIC, at, 16)], &[1], &[0; 16]);
        let facts = facts(&file).expect("well-formed");
        assert_eq!(facts, Facts { interpreter: false, libraries: 0, symbols: false });
        facts.require_static_and_stripped().expect("it is");
    }

    #[test]
    fn a_loader_a_library_and_a_symbol_table_are_each_named() {
        let at = 64 + 2 * 56 + 64;
        let mut dynamic = vec![1, 0, 0, 0, 0, 0, 0, 0];
        dynamic.extend([0; 24]);
        let file = elf(&[(PT_INTERP, 0, 0), (PT_DYNAMIC, at, 32)], &[SHT_SYMTAB], &dynamic);
        let facts = facts(&file).expect("well-formed");
        let error = facts.require_static_and_stripped().expect_err("it is not").to_string();
        for fault in ["PT_INTERP", "1 shared libraries", "SHT_SYMTAB"] {
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn a_text_and_a_cut_off_file_are_refused() {
        assert!(facts(b"#!/bin/sh\n").is_err());
        let file = elf(&[(PT_DYNAMIC, 1 << 40, 16)], &[], &[]);
        assert!(facts(&file).is_err());
    }
}
