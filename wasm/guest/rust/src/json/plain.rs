//! How much of a string stands for itself: most of a message is that, and is looked through in blocks.

const BLOCK: usize = 16;

/// The number of bytes before the end of a string, an escape, or a byte that may not be in it.
pub fn plain(bytes: &[u8]) -> usize {
    // Most strings, such as names, end in their first block.
    match bytes.first_chunk().map(ends) {
        Some(0) => long(bytes),
        Some(ends) => ends.trailing_zeros() as usize,
        None => short(bytes),
    }
}

fn long(bytes: &[u8]) -> usize {
    let mut at = BLOCK;
    while let Some([a, b, c, d]) = blocks(bytes, at) {
        if ends(a) | ends(b) | ends(c) | ends(d) != 0 {
            break;
        }
        at += 4 * BLOCK;
    }
    while let Some([block]) = blocks(bytes, at) {
        let ends = ends(block);
        if ends != 0 {
            return at + ends.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    at + short(&bytes[at..])
}

fn blocks<const N: usize>(bytes: &[u8], at: usize) -> Option<&[[u8; BLOCK]; N]> {
    bytes.get(at..)?.as_chunks().0.first_chunk()
}

fn short(bytes: &[u8]) -> usize {
    bytes.iter().position(|&b| end(b)).unwrap_or(bytes.len())
}

fn end(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// Where a block has such a byte, as bits from the lowest.
#[cfg(target_feature = "simd128")]
#[inline]
fn ends(block: &[u8; BLOCK]) -> u16 {
    use std::arch::wasm32::*;
    // SAFETY: a block is as long as what is loaded, which need not be aligned.
    let block = unsafe { v128_load(block.as_ptr().cast()) };
    let marks = v128_or(i8x16_eq(block, i8x16_splat(b'"' as i8)), i8x16_eq(block, i8x16_splat(b'\\' as i8)));
    i8x16_bitmask(v128_or(marks, u8x16_lt(block, u8x16_splat(0x20))))
}

#[cfg(not(target_feature = "simd128"))]
fn ends(block: &[u8; BLOCK]) -> u16 {
    block.iter().rev().fold(0, |ends, &b| ends << 1 | u16::from(end(b)))
}
