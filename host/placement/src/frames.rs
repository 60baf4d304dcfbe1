//! How an agent is packed: pieces of it, each a zstd frame that says its size, one behind the other. So they are unpacked side by
//! side, and what there is to unpack is known and bounded before any of it is. Source: RFC 8878.

use std::io;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use zstd::bulk;
use zstd::zstd_safe::{find_frame_compressed_size, get_frame_content_size};

/// Plain bytes of a piece. A few pieces a core: smaller ones pack worse.
const PIECE: usize = 1 << 20;
/// Pieces of the largest program: more than any build carries.
const MAX_PIECES: usize = 64;
/// The highest level that costs nothing at unpacking: above it frames have far references, and take half as long again.
const LEVEL: i32 = 12;
/// The highest level there is.
const SMALLEST: i32 = 22;

/// A piece as it lies in what is carried.
struct Frame<'a> {
    packed: &'a [u8],
    offset: u64,
    size: usize,
}

/// What unpacking fails with.
#[derive(Debug)]
pub(crate) enum FrameError {
    /// It is not what was packed.
    Damaged(io::Error),
    /// It would be above the bound.
    TooLarge,
    /// Where it was to be written takes no more.
    Written(io::Error),
}

/// Packs a program so that it is soon unpacked.
pub(crate) fn pack(program: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    for piece in program.chunks(PIECE) {
        packed.extend(bulk::compress(piece, LEVEL)?);
    }
    Ok(packed)
}

/// Packs a program so that it is small: in one piece, by a seventh smaller, and unpacked in three times the time.
pub(crate) fn pack_small(program: &[u8]) -> io::Result<Vec<u8>> {
    bulk::compress(program, SMALLEST)
}

/// Unpacks at most `most` bytes, on all cores; `write` gets each piece with its offset, in any order.
pub(crate) fn unpack(
    packed: &[u8],
    most: u64,
    write: impl Fn(u64, &[u8]) -> io::Result<()> + Sync,
) -> Result<(), FrameError> {
    let frames = frames(packed, most)?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(frames.len());
    let (waiting, failed) = (Mutex::new(frames.into_iter()), AtomicBool::new(false));
    let work = || {
        let mut plain = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            // Nothing that holds the lock can leave it half-changed.
            let frame = waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
            let Some(frame) = frame else { break };
            // All of them together have at most what is unpacked at most.
            plain.resize(frame.size, 0);
            frame.unpack(&mut plain, &write).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let beside: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let broke = || Err(FrameError::Damaged(io::Error::other("a thread that unpacked it broke off")));
        let own = work();
        beside.into_iter().fold(own, |ended, thread| ended.and(thread.join().unwrap_or_else(|_| broke())))
    })
}

/// Where the pieces are and what they come to, without unpacking any.
fn frames(packed: &[u8], most: u64) -> Result<Vec<Frame<'_>>, FrameError> {
    let damaged = |text: &str| FrameError::Damaged(io::Error::new(io::ErrorKind::InvalidData, text.to_owned()));
    let (mut rest, mut offset, mut frames) = (packed, 0_u64, Vec::new());
    while !rest.is_empty() {
        let length =
            find_frame_compressed_size(rest).map_err(|_| damaged("a piece of it is cut off or no zstd frame"))?;
        let (frame, behind) = rest.split_at_checked(length).ok_or_else(|| damaged("a piece of it is cut off"))?;
        let size =
            get_frame_content_size(frame).ok().flatten().ok_or_else(|| damaged("a piece of it lacks its size"))?;
        let end = offset.saturating_add(size);
        if end > most || frames.len() >= MAX_PIECES {
            return Err(FrameError::TooLarge);
        }
        let size = usize::try_from(size).map_err(|_| FrameError::TooLarge)?;
        frames.push(Frame { packed: frame, offset, size });
        (rest, offset) = (behind, end);
    }
    if frames.is_empty() { Err(damaged("it is empty")) } else { Ok(frames) }
}

impl Frame<'_> {
    fn unpack(&self, plain: &mut [u8], write: impl Fn(u64, &[u8]) -> io::Result<()>) -> Result<(), FrameError> {
        let length = bulk::decompress_to_buffer(self.packed, plain).map_err(FrameError::Damaged)?;
        let whole = plain.get(..length).filter(|plain| plain.len() == self.size);
        let other =
            || FrameError::Damaged(io::Error::new(io::ErrorKind::InvalidData, "a piece of it has another size"));
        write(self.offset, whole.ok_or_else(other)?).map_err(FrameError::Written)
    }
}
