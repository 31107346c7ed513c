//! Writing.

/// Writes messages.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn done(self) -> Vec<u8> {
        self.out
    }

    /// Puts a comma where something stands before.
    fn apart(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    /// An object, whose members the function writes.
    pub fn object(&mut self, members: impl FnOnce(&mut Writer)) {
        self.apart();
        self.out.push(b'{');
        members(self);
        self.out.push(b'}');
    }

    /// The name of a member, before its value.
    pub fn name(&mut self, name: &str) -> &mut Writer {
        self.text(name);
        self.out.push(b':');
        self
    }

    /// A list, with what the function writes for each.
    pub fn list<T>(&mut self, values: &[T], mut each: impl FnMut(&mut Writer, &T)) {
        self.apart();
        self.out.push(b'[');
        values.iter().for_each(|v| each(self, v));
        self.out.push(b']');
    }

    /// A member that is a list; nothing where that is empty.
    pub fn some<T>(&mut self, name: &str, values: &[T], each: impl FnMut(&mut Writer, &T)) {
        if !values.is_empty() {
            self.name(name).list(values, each);
        }
    }

    pub fn text(&mut self, text: &str) {
        self.apart();
        self.out.push(b'"');
        for &b in text.as_bytes() {
            match b {
                b'"' | b'\\' => self.out.extend([b'\\', b]),
                0..=0x1f => {
                    let digit = |n: u8| b"0123456789abcdef"[usize::from(n)];
                    self.out.extend([b'\\', b'u', b'0', b'0', digit(b >> 4), digit(b & 15)]);
                }
                _ => self.out.push(b),
            }
        }
        self.out.push(b'"');
    }

    pub fn integer(&mut self, n: usize) {
        self.apart();
        self.digits(n);
    }

    /// A number that is not below zero, to a thousandth.
    pub fn thousandths(&mut self, n: f64) {
        self.apart();
        let n = (n * 1000.0 + 0.5) as usize;
        self.digits(n / 1000);
        let rest = n % 1000;
        self.out.extend([b'.', b'0' + (rest / 100) as u8, b'0' + (rest / 10 % 10) as u8, b'0' + (rest % 10) as u8]);
    }

    fn digits(&mut self, mut n: usize) {
        let from = self.out.len();
        loop {
            self.out.push(b'0' + (n % 10) as u8);
            n /= 10;
            if n == 0 {
                break;
            }
        }
        self.out[from..].reverse();
    }
}
