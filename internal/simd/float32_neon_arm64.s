//go:build !purego

#include "textflag.h"
#include "neon.h"

// STEP adds the terms of the next 32 elements to the lanes.
#define STEP(query, row) \
	VLD1.P 64(query), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VLD1.P 64(row), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	VLD1.P 64(query), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	VLD1.P 64(row), [V28.S4, V29.S4, V30.S4, V31.S4]; \
	TERM(24, 16, 24); \
	TERM(25, 17, 25); \
	TERM(26, 18, 26); \
	TERM(27, 19, 27); \
	TERM(28, 20, 28); \
	TERM(29, 21, 29); \
	TERM(30, 22, 30); \
	TERM(31, 23, 31); \
	VFADD(24, 0, 0); \
	VFADD(25, 1, 1); \
	VFADD(26, 2, 2); \
	VFADD(27, 3, 3); \
	VFADD(28, 4, 4); \
	VFADD(29, 5, 5); \
	VFADD(30, 6, 6); \
	VFADD(31, 7, 7)

#define TERM(row, q, t) \
	VFMUL(row, q, t)

// func dotFloat32NEON(dst, query, rows []float32)
TEXT ·dotFloat32NEON(SB), 0, $256-72
#include "float32_neon.h"

#undef TERM
#define TERM(row, q, t) \
	VFSUB(row, q, t); \
	VFMUL(t, t, t)

// func squaredDistanceNEON(dst, query, rows []float32)
TEXT ·squaredDistanceNEON(SB), 0, $256-72
#include "float32_neon.h"

#undef TERM
#define TERM(row, q, t) \
	VFABD(row, q, t)

// func manhattanNEON(dst, query, rows []float32)
TEXT ·manhattanNEON(SB), 0, $256-72
#include "float32_neon.h"
