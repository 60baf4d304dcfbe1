//! `memcpy` and `memmove` for the static x86-64 binary. musl's copy everything with `rep movsq`, which takes longer to begin than
//! to copy the few dozen bytes that most copies of a compiler have; `docs/decisions.md` has the figures.

use std::arch::global_asm;

// All sizes up to 256 bytes are read whole before anything is written, so that places may overlap. Longer ones go in steps of 64
// bytes, forwards or backwards, with what the last step would leave read at the start. From 4 KB on, where places do not
// overlap, the processor's own copying is as fast and leaves registers alone. Only SSE2 is used, which every x86-64 has.
global_asm!(
    ".section .text.dbg_copying,\"ax\",@progbits",
    ".globl memcpy",
    ".type memcpy,@function",
    ".globl memmove",
    ".type memmove,@function",
    ".p2align 6",
    "memcpy:",
    "memmove:",
    "mov rax, rdi",
    "cmp rdx, 16",
    "jb 20f",
    "movups xmm0, [rsi]",
    "movups xmm1, [rsi + rdx - 16]",
    "cmp rdx, 32",
    "ja 10f",
    "movups [rdi], xmm0",
    "movups [rdi + rdx - 16], xmm1",
    "ret",
    // 33 to 64 bytes.
    "10:",
    "movups xmm2, [rsi + 16]",
    "movups xmm3, [rsi + rdx - 32]",
    "cmp rdx, 64",
    "ja 11f",
    "movups [rdi], xmm0",
    "movups [rdi + 16], xmm2",
    "movups [rdi + rdx - 32], xmm3",
    "movups [rdi + rdx - 16], xmm1",
    "ret",
    // 65 to 128 bytes.
    "11:",
    "movups xmm4, [rsi + 32]",
    "movups xmm5, [rsi + 48]",
    "movups xmm6, [rsi + rdx - 64]",
    "movups xmm7, [rsi + rdx - 48]",
    "cmp rdx, 128",
    "ja 12f",
    "movups [rdi], xmm0",
    "movups [rdi + 16], xmm2",
    "movups [rdi + 32], xmm4",
    "movups [rdi + 48], xmm5",
    "movups [rdi + rdx - 64], xmm6",
    "movups [rdi + rdx - 48], xmm7",
    "movups [rdi + rdx - 32], xmm3",
    "movups [rdi + rdx - 16], xmm1",
    "ret",
    // 129 to 256 bytes.
    "12:",
    "cmp rdx, 256",
    "ja 13f",
    "movups xmm8, [rsi + 64]",
    "movups xmm9, [rsi + 80]",
    "movups xmm10, [rsi + 96]",
    "movups xmm11, [rsi + 112]",
    "movups xmm12, [rsi + rdx - 128]",
    "movups xmm13, [rsi + rdx - 112]",
    "movups xmm14, [rsi + rdx - 96]",
    "movups xmm15, [rsi + rdx - 80]",
    "movups [rdi], xmm0",
    "movups [rdi + 16], xmm2",
    "movups [rdi + 32], xmm4",
    "movups [rdi + 48], xmm5",
    "movups [rdi + 64], xmm8",
    "movups [rdi + 80], xmm9",
    "movups [rdi + 96], xmm10",
    "movups [rdi + 112], xmm11",
    "movups [rdi + rdx - 128], xmm12",
    "movups [rdi + rdx - 112], xmm13",
    "movups [rdi + rdx - 96], xmm14",
    "movups [rdi + rdx - 80], xmm15",
    "movups [rdi + rdx - 64], xmm6",
    "movups [rdi + rdx - 48], xmm7",
    "movups [rdi + rdx - 32], xmm3",
    "movups [rdi + rdx - 16], xmm1",
    "ret",
    // More. The last 64 bytes are in xmm6, xmm7, xmm3 and xmm1, the first 64 in xmm0, xmm2, xmm4 and xmm5.
    "13:",
    "mov rcx, rdi",
    "sub rcx, rsi",
    "cmp rcx, rdx",
    "jb 16f",
    "lea r8, [rdi + rdx]",
    "cmp rdx, 4096",
    "jb 14f",
    // The places do not overlap with the destination behind; where it lies before, `rep movsq` must not come too close.
    "neg rcx",
    "cmp rcx, rdx",
    "jb 14f",
    "mov rcx, rdx",
    "shr rcx, 3",
    "rep movsq",
    "movups [r8 - 16], xmm1",
    "ret",
    // Forwards: the destination lies before the source, or apart from it.
    "14:",
    "lea r9, [r8 - 64]",
    "15:",
    "movups xmm8, [rsi]",
    "movups xmm9, [rsi + 16]",
    "movups xmm10, [rsi + 32]",
    "movups xmm11, [rsi + 48]",
    "movups [rdi], xmm8",
    "movups [rdi + 16], xmm9",
    "movups [rdi + 32], xmm10",
    "movups [rdi + 48], xmm11",
    "add rsi, 64",
    "add rdi, 64",
    "cmp rdi, r9",
    "jb 15b",
    "movups [r8 - 64], xmm6",
    "movups [r8 - 48], xmm7",
    "movups [r8 - 32], xmm3",
    "movups [r8 - 16], xmm1",
    "ret",
    // Backwards: the destination lies within the source's bytes.
    "16:",
    "add rsi, rdx",
    "add rdx, rdi",
    "lea r9, [rdi + 64]",
    "17:",
    "movups xmm8, [rsi - 16]",
    "movups xmm9, [rsi - 32]",
    "movups xmm10, [rsi - 48]",
    "movups xmm11, [rsi - 64]",
    "movups [rdx - 16], xmm8",
    "movups [rdx - 32], xmm9",
    "movups [rdx - 48], xmm10",
    "movups [rdx - 64], xmm11",
    "sub rsi, 64",
    "sub rdx, 64",
    "cmp rdx, r9",
    "ja 17b",
    "movups [rdi], xmm0",
    "movups [rdi + 16], xmm2",
    "movups [rdi + 32], xmm4",
    "movups [rdi + 48], xmm5",
    "ret",
    // Up to 15 bytes.
    "20:",
    "cmp edx, 8",
    "jb 21f",
    "mov rcx, [rsi]",
    "mov r8, [rsi + rdx - 8]",
    "mov [rdi], rcx",
    "mov [rdi + rdx - 8], r8",
    "ret",
    "21:",
    "cmp edx, 4",
    "jb 22f",
    "mov ecx, [rsi]",
    "mov r8d, [rsi + rdx - 4]",
    "mov [rdi], ecx",
    "mov [rdi + rdx - 4], r8d",
    "ret",
    "22:",
    "test edx, edx",
    "je 23f",
    "mov r9d, edx",
    "shr r9d, 1",
    "movzx ecx, byte ptr [rsi]",
    "movzx r8d, byte ptr [rsi + r9]",
    "movzx r10d, byte ptr [rsi + rdx - 1]",
    "mov [rdi], cl",
    "mov [rdi + r9], r8b",
    "mov [rdi + rdx - 1], r10b",
    "23:",
    "ret",
    ".size memcpy, . - memcpy",
    ".size memmove, . - memmove",
    ".text",
);

#[cfg(test)]
mod tests {
    unsafe extern "C" {
        fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8;
        fn memmove(to: *mut u8, from: *const u8, length: usize) -> *mut u8;
    }

    type Copy = unsafe extern "C" fn(*mut u8, *const u8, usize) -> *mut u8;

    /// Copies within a buffer whose bytes all differ from their neighbours, and compares with what a plain loop gives.
    fn copies(copy: Copy, from: usize, to: usize, length: usize) {
        let before: Vec<u8> = (0..from.max(to) + length + 64).map(|at| (at * 7 + at / 256) as u8).collect();
        let mut after = before.clone();
        let start = after.as_mut_ptr();
        // SAFETY: both places lie within the buffer.
        let returned = unsafe { copy(start.add(to), start.add(from), length) };
        assert_eq!(returned, start.wrapping_add(to));
        for (at, byte) in after.iter().enumerate() {
            let source = if (to..to + length).contains(&at) { at - to + from } else { at };
            assert!(*byte == before[source], "byte {at} of {length} bytes from {from} to {to}");
        }
    }

    fn lengths() -> impl Iterator<Item = usize> {
        (0..=520).chain([1023, 1024, 1025, 4095, 4096, 4097, 4103, 10_007])
    }

    #[test]
    fn every_length_is_copied_and_nothing_beside_it() {
        for length in lengths() {
            for (from, to) in [(0, length + 1), (length + 3, 0), (16, length + 32)] {
                copies(memcpy, from, to, length);
            }
        }
    }

    #[test]
    fn places_that_overlap_are_moved_in_either_direction() {
        for length in lengths() {
            for distance in [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 200] {
                copies(memmove, 64, 64 + distance, length);
                copies(memmove, 64 + distance, 64, length);
            }
        }
    }
}
