//go:build !purego

#include "textflag.h"

// The numbers of the lanes. Compared with the number of elements left they make
// the masks.
DATA lane<>+0(SB)/8, $0x0706050403020100
DATA lane<>+8(SB)/8, $0x0f0e0d0c0b0a0908
DATA lane<>+16(SB)/8, $0x1716151413121110
DATA lane<>+24(SB)/8, $0x1f1e1d1c1b1a1918
GLOBL lane<>(SB), RODATA|NOPTR, $32

#define SETUP
#define TERM(row, q, t) \
	VMULPS row, q, t

// func dotFloat32AVX2(dst, query, rows []float32)
TEXT ·dotFloat32AVX2(SB), NOSPLIT, $0-72
#include "float32_avx2.h"

#undef TERM
#define TERM(row, q, t) \
	VSUBPS row, q, t; \
	VMULPS t, t, t

// func squaredDistanceAVX2(dst, query, rows []float32)
TEXT ·squaredDistanceAVX2(SB), NOSPLIT, $0-72
#include "float32_avx2.h"

// Y15 has all bits but the sign.
#undef SETUP
#define SETUP \
	VPCMPEQD Y15, Y15, Y15; \
	VPSRLD   $1, Y15, Y15

#undef TERM
#define TERM(row, q, t) \
	VSUBPS row, q, t; \
	VANDPS Y15, t, t

// func manhattanAVX2(dst, query, rows []float32)
TEXT ·manhattanAVX2(SB), NOSPLIT, $0-72
#include "float32_avx2.h"
