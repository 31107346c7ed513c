//go:build !purego

#include "textflag.h"
#include "neon.h"

// FOUR_ROWS sets R11 to R14 to the rows of a tile, the first of which is at first,
// stride apart. R6 is how many rows are left: where there are fewer than four, the
// last takes the place of those that are missing, and is worked out again.
#define FOUR_ROWS(first, stride) \
	MOVD first, R11; \
	ADD  stride, R11, R12; \
	CMP  $2, R6; \
	CSEL LT, R11, R12, R12; \
	ADD  stride, R12, R13; \
	CMP  $3, R6; \
	CSEL LT, R12, R13, R13; \
	ADD  stride, R13, R14; \
	CMP  $4, R6; \
	CSEL LT, R13, R14, R14

// Each row has its pointer, the register of a value of a by name and number, and
// four registers of sums by number and name.
#define EACH(OP) \
	OP(R11, V20, 20, 0, 1, 2, 3, V0, V1, V2, V3, F0); \
	OP(R12, V21, 21, 4, 5, 6, 7, V4, V5, V6, V7, F4); \
	OP(R13, V22, 22, 8, 9, 10, 11, V8, V9, V10, V11, F8); \
	OP(R14, V23, 23, 12, 13, 14, 15, V12, V13, V14, V15, F12)

#define ZERO(row, v, a, s0, s1, s2, s3, v0, v1, v2, v3, f0) \
	VZERO(s0); \
	VZERO(s1); \
	VZERO(s2); \
	VZERO(s3)

#define COLUMNS 16
#define LOAD \
	VLD1 (R15), [V16.S4, V17.S4, V18.S4, V19.S4]
#define MULTIPLY(row, v, a, s0, s1, s2, s3, v0, v1, v2, v3, f0) \
	VLD1R.P 4(row), [v.S4]; \
	VFMUL(a, 16, 24); \
	VFMUL(a, 17, 25); \
	VFMUL(a, 18, 26); \
	VFMUL(a, 19, 27); \
	VFADD(24, s0, s0); \
	VFADD(25, s1, s1); \
	VFADD(26, s2, s2); \
	VFADD(27, s3, s3)
#define STORE(row, v, a, s0, s1, s2, s3, v0, v1, v2, v3, f0) \
	VST1 [v0.S4, v1.S4, v2.S4, v3.S4], (row)

// func mulFloat32By16NEON(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)
TEXT ·mulFloat32By16NEON(SB), NOSPLIT, $0-120
#include "matrix_neon.h"

#undef COLUMNS
#undef LOAD
#undef MULTIPLY
#undef STORE
#define COLUMNS 4
#define LOAD \
	VLD1 (R15), [V16.S4]
#define MULTIPLY(row, v, a, s0, s1, s2, s3, v0, v1, v2, v3, f0) \
	VLD1R.P 4(row), [v.S4]; \
	VFMUL(a, 16, a); \
	VFADD(a, s0, s0)
#define STORE(row, v, a, s0, s1, s2, s3, v0, v1, v2, v3, f0) \
	VST1 [v0.S4], (row)

// func mulFloat32By4NEON(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)
TEXT ·mulFloat32By4NEON(SB), NOSPLIT, $0-120
#include "matrix_neon.h"

// The one column fills a register, of which one value is stored.

#undef COLUMNS
#undef LOAD
#undef STORE
#define COLUMNS 1
#define LOAD \
	VLD1R (R15), [V16.S4]
#define STORE(row, v, a, s0, s1, s2, s3, v0, v1, v2, v3, f0) \
	FMOVS f0, (row)

// func mulFloat32By1NEON(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)
TEXT ·mulFloat32By1NEON(SB), NOSPLIT, $0-120
#include "matrix_neon.h"
