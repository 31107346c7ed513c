// The NEON instructions that Go's assembler does not know, as the Arm
// Architecture Reference Manual encodes them. Operands are the numbers of
// vector registers in Go's order, the destination last.

// Four float32 each: d = n×m, n+m, n-m, |n-m|.
#define VFMUL(m, n, d) WORD $(0x6E20DC00 | (m)<<16 | (n)<<5 | (d))
#define VFADD(m, n, d) WORD $(0x4E20D400 | (m)<<16 | (n)<<5 | (d))
#define VFSUB(m, n, d) WORD $(0x4EA0D400 | (m)<<16 | (n)<<5 | (d))
#define VFABD(m, n, d) WORD $(0x6EA0D400 | (m)<<16 | (n)<<5 | (d))

// d = n0+n1, n2+n3, m0+m1, m2+m3.
#define VFADDP(m, n, d) WORD $(0x6E20D400 | (m)<<16 | (n)<<5 | (d))

// d += four sums of four products of int8 each. Needs the dot product extension.
#define VSDOT(m, n, d) WORD $(0x4E809400 | (m)<<16 | (n)<<5 | (d))

// d = eight int16 products of the lower, or upper, int8 of n and m.
#define VSMULL(m, n, d) WORD $(0x0E20C000 | (m)<<16 | (n)<<5 | (d))
#define VSMULL2(m, n, d) WORD $(0x4E20C000 | (m)<<16 | (n)<<5 | (d))

// d += four int32 sums of neighbouring int16 of n.
#define VSADALP(n, d) WORD $(0x4E606800 | (n)<<5 | (d))
