//! An agent comes in over stdin, packed, and is executed over the same stdin and stdout.
//!
//! The operator says what comes ([`Header`]); the answer is how much of it is there already, 8 bytes. Then come the bytes, and an answer with
//! their number each [`PIECE`] and at the end; then [`READY`], and the process is the agent. Numbers are big-endian.

use core::ffi::{CStr, c_char};

use sha2::{Digest as _, Sha256};
use zstd_safe::{DCtx, InBuffer, OutBuffer};

use crate::sys::{self, Errno, Fd};

/// What a header begins with.
pub const MAGIC: [u8; 8] = *b"dbgload1";
/// Bytes of a header.
pub const HEADER: usize = 48;
/// Bytes that are answered for at once.
pub const PIECE: usize = 64 << 10;
/// Bytes of a packed agent at most.
pub const MAX_PACKED: u64 = 16 << 20;
/// Bytes of an unpacked one.
const MAX_PLAIN: u64 = 64 << 20;
/// The answer before the process becomes the agent.
pub const READY: u64 = u64::MAX;
/// Bytes of a path here, with its zero.
const PATH: usize = 256;

/// What comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the packed agent.
    pub length: u64,
    /// Their SHA-256.
    pub digest: [u8; 32],
}

/// Why there is no agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// What came is no header.
    NoHeader,
    /// It ended too early.
    CutOff,
    /// What came is something else.
    OtherDigest,
    /// It cannot be unpacked.
    Damaged,
    /// The folder's name is too long.
    LongName,
    /// The kernel did not do something.
    Kernel(&'static str, Errno),
}

impl Fault {
    /// For people, and the kernel's number.
    #[must_use]
    pub fn words(self) -> (&'static str, Option<Errno>) {
        match self {
            Self::NoHeader => ("what came on stdin is no agent", None),
            Self::CutOff => ("stdin ended before the agent was there", None),
            Self::OtherDigest => ("what came is not what was announced", None),
            Self::Damaged => ("the agent cannot be unpacked", None),
            Self::LongName => ("the name of the folder is too long", None),
            Self::Kernel(doing, errno) => (doing, Some(errno)),
        }
    }
}

fn kernel(doing: &'static str) -> impl Fn(Errno) -> Fault {
    move |errno| Fault::Kernel(doing, errno)
}

impl Header {
    /// As it is sent.
    #[must_use]
    pub fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let length = self.length.to_be_bytes();
        for (place, byte) in bytes.iter_mut().zip(MAGIC.iter().chain(&length).chain(&self.digest)) {
            *place = *byte;
        }
        bytes
    }

    /// As it was sent.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; HEADER]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<8>()?;
        let (length, digest) = rest.split_first_chunk::<8>()?;
        let length = u64::from_be_bytes(*length);
        let digest = *digest.first_chunk::<32>()?;
        (*magic == MAGIC && (1..=MAX_PACKED).contains(&length)).then_some(Self { length, digest })
    }
}

/// A path in the folder, made without memory of its own.
struct Path([u8; PATH]);

impl Path {
    /// `<folder>/<start of the digest><ending>`.
    fn new(folder: &CStr, digest: &[u8; 32], ending: &str) -> Result<Self, Fault> {
        let mut path = [0; PATH];
        let hex = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
        let name = digest.iter().take(8).flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]);
        let all = folder.to_bytes().iter().copied().chain([b'/']).chain(name).chain(ending.bytes());
        for (at, byte) in all.enumerate() {
            // The last one stays the zero.
            *path.get_mut(at).filter(|_| at + 1 < PATH).ok_or(Fault::LongName)? = byte;
        }
        Ok(Self(path))
    }

    fn as_c(&self) -> Result<&CStr, Fault> {
        CStr::from_bytes_until_nul(&self.0).map_err(|_| Fault::LongName)
    }
}

/// Takes an agent in on stdin, into `folder`, and becomes it, with these arguments and environment; returns only when that cannot be.
#[must_use]
pub fn load(folder: &CStr, arguments: *const *const c_char, environment: *const *const c_char) -> Fault {
    let (stdin, stdout) = (sys::STDIN, sys::STDOUT);
    match take(folder, &stdin, &stdout) {
        Ok(path) => become_it(&path, &stdout, arguments, environment),
        Err(fault) => fault,
    }
}

fn become_it(path: &Path, stdout: &Fd, arguments: *const *const c_char, environment: *const *const c_char) -> Fault {
    let path = match path.as_c() {
        Ok(path) => path,
        Err(fault) => return fault,
    };
    if let Err(errno) = stdout.write_all(&READY.to_be_bytes()) {
        return Fault::Kernel("nobody takes the answer", errno);
    }
    let errno = sys::execute(path, arguments, environment);
    // The folder may not hold programs; a file in memory still may be one.
    match copied(path) {
        Ok(file) => {
            let other = file.execute(arguments, environment);
            let is_same = other == errno;
            let text = if is_same {
                "neither the folder in memory nor a file in memory may be executed here"
            } else {
                "the agent cannot be executed, in the folder nor as a file in memory"
            };
            Fault::Kernel(text, other)
        }
        Err(_) => Fault::Kernel(
            "the agent cannot be executed in the folder in memory, and there are no files in memory",
            errno,
        ),
    }
}

fn copied(path: &CStr) -> Result<Fd, Errno> {
    let (from, to) = (Fd::open(path, libc::O_RDONLY, 0)?, Fd::in_memory()?);
    let mut piece = [0; 16 << 10];
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(to);
        }
        to.write_all(piece.get(..read).unwrap_or_default())?;
    }
}

/// Takes it in, unless it is there already.
fn take(folder: &CStr, stdin: &Fd, stdout: &Fd) -> Result<Path, Fault> {
    let mut header = [0; HEADER];
    fill(stdin, &mut header)?;
    let header = Header::from_bytes(&header).ok_or(Fault::NoHeader)?;
    let [ready, part, fresh] = ["", ".part", ".new"].map(|ending| Path::new(folder, &header.digest, ending));
    let (ready, part, fresh) = (ready?, part?, fresh?);
    let answer = |number: u64| stdout.write_all(&number.to_be_bytes()).map_err(kernel("nobody takes the answer"));
    if Fd::open(ready.as_c()?, libc::O_RDONLY, 0).is_ok() {
        answer(header.length)?;
        return Ok(ready);
    }
    let file = Fd::open(part.as_c()?, libc::O_RDWR | libc::O_CREAT, 0o600)
        .map_err(kernel("the folder in memory takes no file"))?;
    // What came before an earlier connection broke.
    let mut there = file.size().map_err(kernel("the folder in memory does not say what is in it"))?.min(header.length);
    file.seek(there).map_err(kernel("the folder in memory does not say what is in it"))?;
    answer(there)?;
    let (mut piece, mut answered) = ([0; 16 << 10], there);
    while there < header.length {
        let most = usize::try_from(header.length - there).unwrap_or(usize::MAX).min(piece.len());
        let read = stdin.read(piece.get_mut(..most).unwrap_or_default()).map_err(kernel("stdin cannot be read"))?;
        if read == 0 {
            return Err(Fault::CutOff);
        }
        file.write_all(piece.get(..read).unwrap_or_default()).map_err(kernel("the folder in memory is full"))?;
        there += read as u64;
        if there - answered >= PIECE as u64 || there == header.length {
            answer(there)?;
            answered = there;
        }
    }
    let unpacked = verify(&file, &header.digest).and_then(|()| unpack(&file, &fresh));
    sys::unlink(part.as_c()?);
    if let Err(fault) = unpacked {
        sys::unlink(fresh.as_c()?);
        return Err(fault);
    }
    sys::rename(fresh.as_c()?, ready.as_c()?).map_err(kernel("the agent cannot be put into its place"))?;
    Ok(ready)
}

fn fill(from: &Fd, mut into: &mut [u8]) -> Result<(), Fault> {
    while !into.is_empty() {
        match from.read(into).map_err(kernel("stdin cannot be read"))? {
            0 => return Err(Fault::CutOff),
            read => into = into.get_mut(read..).unwrap_or_default(),
        }
    }
    Ok(())
}

fn verify(file: &Fd, digest: &[u8; 32]) -> Result<(), Fault> {
    let (mut hash, mut piece) = (Sha256::new(), [0; 16 << 10]);
    file.seek(0).map_err(kernel("what came cannot be read"))?;
    loop {
        match file.read(&mut piece).map_err(kernel("what came cannot be read"))? {
            0 => break,
            read => hash.update(piece.get(..read).unwrap_or_default()),
        }
    }
    if hash.finalize().as_slice() == digest { Ok(()) } else { Err(Fault::OtherDigest) }
}

/// Unpacks frames of zstd, one behind the other, and makes a program of them.
fn unpack(file: &Fd, to: &Path) -> Result<(), Fault> {
    let out = Fd::open(to.as_c()?, libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC, 0o700)
        .map_err(kernel("the folder in memory takes no file"))?;
    file.seek(0).map_err(kernel("what came cannot be read"))?;
    let mut context = DCtx::try_create().ok_or(Fault::Damaged)?;
    let (mut packed, mut plain) = ([0; 16 << 10], [0; 32 << 10]);
    let (mut written, mut wanted) = (0_u64, 1);
    loop {
        let read = file.read(&mut packed).map_err(kernel("what came cannot be read"))?;
        if read == 0 {
            // Zero is wanted only behind a whole frame.
            return if wanted == 0 {
                out.make_executable().map_err(kernel("the agent cannot be made a program"))
            } else {
                Err(Fault::Damaged)
            };
        }
        let mut input = InBuffer::around(packed.get(..read).unwrap_or_default());
        loop {
            let mut output = OutBuffer::around(plain.as_mut_slice());
            wanted = context.decompress_stream(&mut output, &mut input).map_err(|_| Fault::Damaged)?;
            let (made, is_full) = (output.as_slice(), output.pos() == output.capacity());
            written += made.len() as u64;
            if written > MAX_PLAIN {
                return Err(Fault::Damaged);
            }
            out.write_all(made).map_err(kernel("the folder in memory is full"))?;
            // A full buffer may have more behind it, whatever is left of the input.
            if input.pos == read && !is_full {
                break;
            }
        }
    }
}

#[cfg(test)]
#[path = "load/tests.rs"]
mod tests;
