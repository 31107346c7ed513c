//go:build !purego

#include "textflag.h"
#include "layer_neon.h"

// LINE sets registers d to d+3 to V26 to V29 times the next constant of R8 plus the
// one after.
#define LINE(d) \
	VLD1R.P 4(R8), [V30.S4]; \
	FOUR(VFMUL, 30, 26, d); \
	VLD1R.P 4(R8), [V30.S4]; \
	FOUR(VFADD, 30, d, d)

// GELU sets V0 to V3 to the results for the values at x, 16 of them. V26 to V29
// are min(|x|, geluMost), V4 to V7 their squares.
#define GELU(x) \
	VLD1 (x), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	MOVD $geluMost, R8; \
	VLD1R.P 4(R8), [V30.S4]; \
	FOUR(ABS, 0, 0, 26); \
	FOUR(VFMIN, 30, 26, 26); \
	PAIRS(VFMUL, 26, 26, 4); \
	VLD1R.P 4(R8), [V31.S4]; \
	LINE(8); \
	FOUR(ADD_TERM, 31, 4, 8); \
	PAIRS(VFMUL, 4, 8, 8); \
	LINE(12); \
	PAIRS(VFADD, 12, 8, 8); \
	LINE(0); \
	PAIRS(VFMUL, 4, 0, 0); \
	LINE(12); \
	PAIRS(VFADD, 12, 0, 0); \
	PAIRS(VFMUL, 4, 4, 4); \
	PAIRS(VFMUL, 4, 8, 8); \
	PAIRS(VFADD, 8, 0, 0); \
	EXP(VZERO(30)); \
	PAIRS(VFMUL, 26, 0, 0); \
	VLD1 (x), [V4.S4, V5.S4, V6.S4, V7.S4]; \
	FOUR(VFMAX, 30, 4, 4); \
	PAIRS(VFSUB, 0, 4, 0)

// func geluNEON(x []float32)
TEXT ·geluNEON(SB), 0, $64-24
	MOVD x_base+0(FP), R0
	MOVD x_len+8(FP), R3
	CONSTANTS
	LSR  $4, R3, R6
	AND  $15, R3, R7
	CBZ  R6, some

step:
	GELU(R0)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUB    $1, R6
	CBNZ   R6, step

some:
	CBZ  R7, done
	MOVD $rest-64(SP), R5
	VZERO(0)
	FOUR(COPY, 0, 0, 0)
	FILL
	MOVD R0, R10
	MOVD R5, R11
	MOVD R7, R9
	MOVE(copyRest, R10, R11)
	GELU(R5)
	FILL
	MOVD R5, R11
	MOVD R7, R9
	MOVE(copyBack, R11, R0)

done:
	RET
