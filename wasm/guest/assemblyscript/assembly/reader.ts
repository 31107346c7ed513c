// Reader reads JSON (RFC 8259) in UTF-8, strictly, from its beginning to its end.
//
// AssemblyScript has no exceptions: the first error stays in `failed`, after which
// there are no more members and elements, and all values are empty.
export class Reader {
  failed: bool = false;
  private end: usize;
  private depth: i32 = 0;

  constructor(private at: usize, size: i32) {
    this.end = at + size;
  }

  // done tells whether the text was right, and has been read to its end.
  done(): bool {
    this.space();
    return !this.failed && this.at == this.end;
  }

  fail(): void {
    this.failed = true;
    this.at = this.end;
  }

  // peek is the next byte that is not white space, 0 at the end.
  peek(): u8 {
    this.space();
    return this.at < this.end ? load<u8>(this.at) : 0;
  }

  private space(): void {
    while (this.at < this.end) {
      const c = load<u8>(this.at);
      if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return;
      this.at++;
    }
  }

  private take(c: u8): bool {
    if (this.peek() != c || this.at == this.end) return false;
    this.at++;
    return true;
  }

  private enter(open: u8, close: u8): bool {
    if (!this.take(open) || ++this.depth > 100) {
      this.fail();
      return false;
    }
    if (!this.take(close)) return true;
    this.depth--;
    return false;
  }

  private next(close: u8): bool {
    if (this.take(0x2c)) return true;
    if (!this.take(close)) this.fail();
    this.depth--;
    return false;
  }

  // An object is read with
  //   for (let more = r.object(); more; more = r.nextMember()) { r.key(); … }
  object(): bool { return this.enter(0x7b, 0x7d); }
  nextMember(): bool { return this.next(0x7d); }

  key(): string {
    const name = this.string();
    if (!this.take(0x3a)) this.fail();
    return name;
  }

  // An array is read with
  //   for (let more = r.array(); more; more = r.nextElement()) { … }
  array(): bool { return this.enter(0x5b, 0x5d); }
  nextElement(): bool { return this.next(0x5d); }

  // nothing tells whether null comes next, and goes past it.
  nothing(): bool { return this.peek() == 0x6e && this.word("null"); }

  private word(word: string): bool {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.at == this.end || load<u8>(this.at) != <u8>word.charCodeAt(i)) {
        this.fail();
        return false;
      }
    }
    return true;
  }

  boolean(): bool {
    if (this.peek() == 0x74) return this.word("true");
    this.word("false");
    return false;
  }

  // string reads a string in two passes: where it ends and how long it is in UTF-16,
  // and then what it is.
  string(): string {
    if (!this.take(0x22)) {
      this.fail();
      return "";
    }
    const from = this.at;
    const end = this.end;
    let at = from;
    let units: i32 = 0;
    while (at < end) {
      const c = load<u8>(at);
      if (c == 0x22) break;
      if (c < 0x20) {
        at = end;
      } else if (c == 0x5c) {
        at += at + 1 < end && load<u8>(at, 1) == 0x75 ? 6 : 2;
        units++;
      } else {
        units += i32((c & 0xc0) != 0x80) + i32(c >= 0xf0);
        at++;
      }
    }
    if (at >= end) {
      this.fail();
      return "";
    }
    this.at = at + 1;
    const text = __new(units << 1, idof<string>());
    if (at - from == units) {
      if (plain(from, at, text)) return changetype<string>(text);
    }
    if (!decode(from, at, text)) {
      this.fail();
      return "";
    }
    return changetype<string>(text);
  }

  // number is right to within a unit or two in the last place.
  number(): f64 {
    this.space();
    const negative = this.at < this.end && load<u8>(this.at) == 0x2d;
    if (negative) this.at++;
    const zero = this.at < this.end && load<u8>(this.at) == 0x30;
    mantissa = 0;
    exponent = 0;
    const digits = this.digits(0);
    if (digits == 0 || (zero && digits > 1)) this.fail();
    if (this.at < this.end && load<u8>(this.at) == 0x2e) {
      this.at++;
      if (this.digits(1) == 0) this.fail();
    }
    if (this.at < this.end && (load<u8>(this.at) | 0x20) == 0x65) this.exponent();
    if (this.failed) return 0;
    let value = <f64>mantissa;
    for (; exponent > 22 && value != 0 && value != Infinity; exponent -= 22) value *= 1e22;
    for (; exponent < -22 && value != 0; exponent += 22) value /= 1e22;
    if (value != 0 && value != Infinity) {
      value = exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
    }
    if (value == Infinity) this.fail();
    return negative ? -value : value;
  }

  // digits goes past digits, takes those that fit into the mantissa, and counts them.
  private digits(fraction: i32): i32 {
    const from = this.at;
    for (; this.at < this.end; this.at++) {
      const digit = <u32>load<u8>(this.at) - 0x30;
      if (digit > 9) break;
      if (mantissa < 1_000_000_000_000_000_000) {
        mantissa = mantissa * 10 + digit;
        exponent -= fraction;
      } else {
        exponent += 1 - fraction;
      }
    }
    return <i32>(this.at - from);
  }

  private exponent(): void {
    this.at++;
    const sign: u8 = this.at < this.end ? load<u8>(this.at) : 0;
    if (sign == 0x2b || sign == 0x2d) this.at++;
    const from = this.at;
    let n = 0;
    for (; this.at < this.end; this.at++) {
      const digit = <u32>load<u8>(this.at) - 0x30;
      if (digit > 9) break;
      if (n < 100_000) n = n * 10 + <i32>digit;
    }
    if (this.at == from) this.fail();
    exponent += sign == 0x2d ? -n : n;
  }

  // skip goes past a value, whatever it is.
  skip(): void {
    switch (this.peek()) {
      case 0x7b:
        for (let more = this.object(); more; more = this.nextMember()) {
          this.key();
          this.skip();
        }
        break;
      case 0x5b:
        for (let more = this.array(); more; more = this.nextElement()) this.skip();
        break;
      case 0x22:
        this.string();
        break;
      case 0x74:
      case 0x66:
        this.boolean();
        break;
      case 0x6e:
        this.word("null");
        break;
      default:
        this.number();
    }
  }

  // list is an array of values of one kind; null is none.
  list<T>(element: (r: Reader) => T): T[] {
    const all: T[] = [];
    if (this.nothing()) return all;
    for (let more = this.array(); more; more = this.nextElement()) all.push(element(this));
    return all;
  }

  // members is an object whose members are of one kind; null is none.
  members<T>(value: (r: Reader) => T): Map<string, T> {
    const all = new Map<string, T>();
    if (this.nothing()) return all;
    for (let more = this.object(); more; more = this.nextMember()) {
      const name = this.key();
      all.set(name, value(this));
    }
    return all;
  }

  strings(): string[] {
    return this.list<string>((r: Reader) => r.string());
  }
}

// The number that is being read is mantissa times ten to the exponent.
let mantissa: u64 = 0;
let exponent: i32 = 0;

// Those powers of ten that are exact.
const powers: StaticArray<f64> = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

// plain writes ASCII without escapes in UTF-16; false where it is not that.
function plain(from: usize, end: usize, to: usize): bool {
  for (; from < end; from++, to += 2) {
    const c = load<u8>(from);
    if (c >= 0x80 || c == 0x5c) return false;
    store<u16>(to, c);
  }
  return true;
}

// decode writes the inside of a string in UTF-16; false where it is no right UTF-8 or
// has an escape that is none. The byte at end is the closing quotation mark, which
// ends every character that is cut short.
function decode(from: usize, end: usize, to: usize): bool {
  while (from < end) {
    let c: u32 = load<u8>(from++);
    if (c == 0x5c) {
      c = load<u8>(from++);
      if (c == 0x75) {
        c = hex(from);
        from += 4;
        if (c > 0xffff) return false;
        if ((c & 0xf800) == 0xd800) {
          // A pair stays as it is, and half of one becomes U+FFFD.
          const low: u32 = c < 0xdc00 && from + 6 <= end && load<u16>(from) == 0x755c ? hex(from + 2) : 0;
          if ((low & 0xfffffc00) == 0xdc00) {
            store<u16>(to, <u16>c);
            to += 2;
            from += 6;
            c = low;
          } else {
            c = 0xfffd;
          }
        }
      } else {
        c = unescaped(<u8>c);
        if (c == 0) return false;
      }
    } else if (c >= 0x80) {
      const more: i32 = c < 0xc2 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 0;
      if (more == 0) return false;
      c &= 0x3f >> more;
      for (let i = 0; i < more; i++) {
        const next: u32 = load<u8>(from++);
        if ((next & 0xc0) != 0x80) return false;
        c = (c << 6) | (next & 0x3f);
      }
      if (more == 2 && (c < 0x800 || (c & 0xf800) == 0xd800)) return false;
      if (more == 3) {
        if (c < 0x10000 || c > 0x10ffff) return false;
        c -= 0x10000;
        store<u16>(to, <u16>(0xd800 | (c >> 10)));
        to += 2;
        c = 0xdc00 | (c & 0x3ff);
      }
    }
    store<u16>(to, <u16>c);
    to += 2;
  }
  return true;
}

// hex is what four digits are, or more than 0xffff.
function hex(at: usize): u32 {
  let n: u32 = 0;
  for (let i = 0; i < 4; i++) {
    let c: u32 = load<u8>(at + i);
    if (c - 0x30 <= 9) c -= 0x30;
    else if ((c | 0x20) - 0x61 <= 5) c = (c | 0x20) - 0x61 + 10;
    else return u32.MAX_VALUE;
    n = (n << 4) | c;
  }
  return n;
}

// unescaped is the character of an escape with one letter, or 0.
function unescaped(c: u8): u32 {
  switch (c) {
    case 0x22:
    case 0x5c:
    case 0x2f: return c;
    case 0x62: return 0x08;
    case 0x66: return 0x0c;
    case 0x6e: return 0x0a;
    case 0x72: return 0x0d;
    case 0x74: return 0x09;
  }
  return 0;
}
