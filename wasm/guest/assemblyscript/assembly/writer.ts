// Writer writes JSON in UTF-8. It puts the commas: where a value or a name follows
// anything but an opening bracket or a colon.
export class Writer {
  size: i32 = 0;
  private buffer: ArrayBuffer = new ArrayBuffer(1024);

  // at is where in memory the bytes are; it changes with what is written.
  get at(): usize { return changetype<usize>(this.buffer); }

  private reserve(n: i32): usize {
    const room = this.buffer.byteLength;
    if (this.size + n > room) {
      const larger = new ArrayBuffer(max(2 * room, this.size + n));
      memory.copy(changetype<usize>(larger), this.at, this.size);
      this.buffer = larger;
    }
    return this.at + this.size;
  }

  private byte(c: u8): void {
    store<u8>(this.reserve(1), c);
    this.size++;
  }

  private comma(): void {
    if (this.size == 0) return;
    const last = load<u8>(this.at + this.size - 1);
    if (last != 0x7b && last != 0x5b && last != 0x3a) this.byte(0x2c);
  }

  object(): void { this.comma(); this.byte(0x7b); }
  endObject(): void { this.byte(0x7d); }
  array(): void { this.comma(); this.byte(0x5b); }
  endArray(): void { this.byte(0x5d); }

  // name begins a member.
  name(name: string): void {
    this.string(name);
    this.byte(0x3a);
  }

  // string writes a string; half a surrogate pair in it becomes U+FFFD.
  string(text: string): void {
    this.comma();
    const units = text.length;
    let to = this.reserve(6 * units + 2);
    const begin = to;
    store<u8>(to++, 0x22);
    for (let i = 0; i < units; i++) {
      let c: u32 = text.charCodeAt(i);
      if (c >= 0x80) {
        if ((c & 0xf800) == 0xd800) {
          const low: u32 = c < 0xdc00 && i + 1 < units ? text.charCodeAt(i + 1) : 0;
          if ((low & 0xfc00) == 0xdc00) {
            i++;
            c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
            store<u8>(to++, <u8>(0xf0 | (c >> 18)));
            store<u8>(to++, <u8>(0x80 | ((c >> 12) & 0x3f)));
          } else {
            c = 0xfffd;
            store<u8>(to++, <u8>(0xe0 | (c >> 12)));
          }
          store<u8>(to++, <u8>(0x80 | ((c >> 6) & 0x3f)));
        } else if (c >= 0x800) {
          store<u8>(to++, <u8>(0xe0 | (c >> 12)));
          store<u8>(to++, <u8>(0x80 | ((c >> 6) & 0x3f)));
        } else {
          store<u8>(to++, <u8>(0xc0 | (c >> 6)));
        }
        store<u8>(to++, <u8>(0x80 | (c & 0x3f)));
      } else if (c == 0x22 || c == 0x5c) {
        store<u8>(to++, 0x5c);
        store<u8>(to++, <u8>c);
      } else if (c < 0x20) {
        store<u32>(to, 0x3030755c); // \u00
        store<u8>(to + 4, <u8>(0x30 + (c >> 4)));
        c &= 15;
        store<u8>(to + 5, <u8>(c < 10 ? 0x30 + c : 0x57 + c));
        to += 6;
      } else {
        store<u8>(to++, <u8>c);
      }
    }
    store<u8>(to++, 0x22);
    this.size += <i32>(to - begin);
  }

  integer(n: i32): void {
    this.comma();
    let rest: u32 = n < 0 ? 0 - <u32>n : <u32>n;
    let digits = 1;
    for (let more = rest / 10; more > 0; more /= 10) digits++;
    let to = this.reserve(digits + 1);
    if (n < 0) {
      store<u8>(to++, 0x2d);
      this.size++;
    }
    this.size += digits;
    while (digits-- > 0) {
      store<u8>(to + digits, <u8>(0x30 + rest % 10));
      rest /= 10;
    }
  }

  // number traps where n is not finite: JSON has no such number.
  number(n: f64): void {
    assert(isFinite(n), "a number is not finite");
    this.comma();
    const text = n.toString();
    const to = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) store<u8>(to + i, <u8>text.charCodeAt(i));
    this.size += text.length;
  }

  // text is a member that is left out where it is empty.
  text(name: string, value: string): void {
    if (value.length == 0) return;
    this.name(name);
    this.string(value);
  }

  // list is an array.
  list<T>(values: T[], element: (w: Writer, value: T) => void): void {
    this.array();
    for (let i = 0; i < values.length; i++) element(this, values[i]);
    this.endArray();
  }

  strings(values: string[]): void {
    this.list<string>(values, (w: Writer, s: string) => { w.string(s); });
  }

  integers(values: i32[]): void {
    this.list<i32>(values, (w: Writer, n: i32) => { w.integer(n); });
  }
}
