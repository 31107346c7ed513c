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

// d = four sums of n's products of four int8 each with the four at i of m. Needs
// the dot product extension.
#define VSDOTI(m, i, n, d) WORD $(0x4F80E000 | ((i)&1)<<21 | ((i)>>1)<<11 | (m)<<16 | (n)<<5 | (d))

// d += eight int16 products of the upper int8 of n and m.
#define VSMLAL2(m, n, d) WORD $(0x4E208000 | (m)<<16 | (n)<<5 | (d))

// d = the bytes of n that m counts.
#define VTBL1(m, n, d) WORD $(0x4E000000 | (m)<<16 | (n)<<5 | (d))

// d = 0; d = four times 1.
#define VZERO(d) WORD $(0x4F000400 | (d))
#define VONE(d) WORD $(0x4F03F600 | (d))

// Four float32 each: d = n × the first of m.
#define VFMULE(m, n, d) WORD $(0x4F809000 | (m)<<16 | (n)<<5 | (d))

// Four float32 each: the greater and the smaller, NaN if one is NaN; and the same
// but a number if one is a number.
#define VFMAX(m, n, d) WORD $(0x4E20F400 | (m)<<16 | (n)<<5 | (d))
#define VFMIN(m, n, d) WORD $(0x4EA0F400 | (m)<<16 | (n)<<5 | (d))
#define VFMAXNM(m, n, d) WORD $(0x4E20C400 | (m)<<16 | (n)<<5 | (d))
#define VFMINNM(m, n, d) WORD $(0x4EA0C400 | (m)<<16 | (n)<<5 | (d))

// d = the greatest of n's four float32, or uint32.
#define VFMAXV(n, d) WORD $(0x6E30F800 | (n)<<5 | (d))
#define VUMAXV(n, d) WORD $(0x6EB0A800 | (n)<<5 | (d))

// d = |n|; all bits where n > m, or n >= m.
#define VFABS(n, d) WORD $(0x4EA0F800 | (n)<<5 | (d))
#define VFCMGT(m, n, d) WORD $(0x6EA0E400 | (m)<<16 | (n)<<5 | (d))
#define VFCMGE(m, n, d) WORD $(0x6E20E400 | (m)<<16 | (n)<<5 | (d))

// d = n; d = n's bits that m has not.
#define VCOPY(n, d) WORD $(0x4EA01C00 | (n)<<16 | (n)<<5 | (d))
#define VBICN(m, n, d) WORD $(0x4E601C00 | (m)<<16 | (n)<<5 | (d))

// d = n shifted left by 23, as four integers.
#define VSHL23(n, d) WORD $(0x4F375400 | (n)<<5 | (d))

// Four int32 to float32, and float32 to int32, to the nearest, half to even.
#define VSCVTF(n, d) WORD $(0x4E21D800 | (n)<<5 | (d))
#define VFCVTNS(n, d) WORD $(0x4E21A800 | (n)<<5 | (d))

// The lower, or upper, half of d = n's int32 as int16; n's int16 as int8.
#define VSQXTNH(n, d) WORD $(0x0E614800 | (n)<<5 | (d))
#define VSQXTNH2(n, d) WORD $(0x4E614800 | (n)<<5 | (d))
#define VSQXTNB(n, d) WORD $(0x0E214800 | (n)<<5 | (d))
#define VSQXTNB2(n, d) WORD $(0x4E214800 | (n)<<5 | (d))
