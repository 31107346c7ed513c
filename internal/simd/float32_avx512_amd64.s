//go:build !purego

#include "textflag.h"

#define SETUP
#define TERM(row, q, t) \
	VMULPS row, q, t

// func dotFloat32AVX512(dst, query, rows []float32)
TEXT ·dotFloat32AVX512(SB), NOSPLIT, $0-72
#include "float32_avx512.h"

#undef TERM
#define TERM(row, q, t) \
	VSUBPS row, q, t; \
	VMULPS t, t, t

// func squaredDistanceAVX512(dst, query, rows []float32)
TEXT ·squaredDistanceAVX512(SB), NOSPLIT, $0-72
#include "float32_avx512.h"

// Z31 has all bits but the sign.
#undef SETUP
#define SETUP \
	VPTERNLOGD $0xFF, Z31, Z31, Z31; \
	VPSRLD     $1, Z31, Z31

#undef TERM
#define TERM(row, q, t) \
	VSUBPS row, q, t; \
	VPANDD Z31, t, t

// func manhattanAVX512(dst, query, rows []float32)
TEXT ·manhattanAVX512(SB), NOSPLIT, $0-72
#include "float32_avx512.h"
