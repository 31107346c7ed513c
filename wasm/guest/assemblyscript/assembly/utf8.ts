// Strings are UTF-16 here; offsets and lengths in the interface are bytes of UTF-8.

export function byteLength(text: string): i32 {
  return String.UTF8.byteLength(text);
}

// ByteOffsets turns indices into a string into offsets in bytes. It remembers how far
// it came, so that rising indices take the time of one pass together.
export class ByteOffsets {
  private index: i32 = 0;
  private offset: i32 = 0;

  constructor(private text: string) {}

  // at is the offset of the character at an index; half of a surrogate pair counts for
  // the whole character.
  at(index: i32): i32 {
    if (index < this.index) {
      this.index = 0;
      this.offset = 0;
    }
    const end = min(index, this.text.length);
    let i = this.index;
    let offset = this.offset;
    while (i < end) {
      const c = this.text.charCodeAt(i++);
      if (c < 0x80) offset++;
      else if (c < 0x800) offset += 2;
      else if ((c & 0xfc00) != 0xd800 || i == this.text.length || (this.text.charCodeAt(i) & 0xfc00) != 0xdc00) offset += 3;
      else {
        offset += 4;
        i++;
      }
    }
    this.index = i;
    this.offset = offset;
    return offset;
  }
}

// compareBytes compares strings as their bytes of UTF-8 compare: for sort().
export function compareBytes(a: string, b: string): i32 {
  const n = min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x == y) continue;
    // Surrogates stand for characters above all others.
    const high = i32((x & 0xf800) == 0xd800) - i32((y & 0xf800) == 0xd800);
    return high != 0 ? high : x - y;
  }
  return a.length - b.length;
}
