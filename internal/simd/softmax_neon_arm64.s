//go:build !purego

#include "textflag.h"
#include "layer_neon.h"

// SOFTMAX replaces V0 to V3 by e(scale×x-max), or by 0 where that is too small: its
// power of two becomes 0, and x expLeast, so that the rest is a number. V30 is the
// scale, V31 the maximum, R14 points to expLeast; V12 to V15 tell what is too
// small.
#define SOFTMAX \
	FOUR(VFMUL, 30, 0, 0); \
	FOUR(VFSUB, 31, 0, 0); \
	VLD1R (R14), [V25.S4]; \
	VFCMGT(0, 25, 12); \
	VFCMGT(1, 25, 13); \
	VFCMGT(2, 25, 14); \
	VFCMGT(3, 25, 15); \
	FOUR(VFMAX, 25, 0, 0); \
	EXP(PAIRS(VBICN, 12, 4, 4))

// func softmaxNEON(x []float32, stride, rows, n int, scale float32)
TEXT ·softmaxNEON(SB), 0, $64-52
	MOVD  x_base+0(FP), R0
	MOVD  stride+24(FP), R1
	MOVD  rows+32(FP), R2
	MOVD  n+40(FP), R3
	FMOVS scale+48(FP), F30
	VDUP  V30.S[0], V30.S4
	MOVD  $rest-64(SP), R5
	MOVD  $expLeast, R14
	CONSTANTS
	LSL   $2, R1
	LSR   $4, R3, R6
	AND   $15, R3, R7

row:
	// V26 to V29 are the greatest values, from -Inf.
	MOVW $0xFF800000, R8
	VDUP R8, V26.S4
	VDUP R8, V27.S4
	VDUP R8, V28.S4
	VDUP R8, V29.S4
	MOVD R0, R10
	MOVD R6, R11
	CBZ  R11, greatestRest

greatest:
	VLD1.P 64(R10), [V0.S4, V1.S4, V2.S4, V3.S4]
	FOUR(VFMUL, 30, 0, 0)
	PAIRS(VFMAX, 0, 26, 26)
	SUB    $1, R11
	CBNZ   R11, greatest

greatestRest:
	// What is left is filled up with its first value.
	CBZ   R7, greatestOfAll
	VLD1R (R10), [V0.S4]
	FOUR(COPY, 0, 0, 0)
	FILL
	MOVD  R5, R11
	MOVD  R7, R9
	MOVE(copyGreatest, R10, R11)
	VLD1  (R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	FOUR(VFMUL, 30, 0, 0)
	PAIRS(VFMAX, 0, 26, 26)

greatestOfAll:
	VFMAX(27, 26, 26)
	VFMAX(29, 28, 28)
	VFMAX(28, 26, 26)
	VFMAXV(26, 31)
	VDUP V31.S[0], V31.S4

	// V26 to V29 are the sums.
	CLEAR_SUMS
	MOVD R0, R10
	MOVD R6, R11
	CBZ  R11, eRest

e:
	VLD1   (R10), [V0.S4, V1.S4, V2.S4, V3.S4]
	SOFTMAX
	PAIRS(VFADD, 0, 26, 26)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R10)
	SUB    $1, R11
	CBNZ   R11, e

eRest:
	// The stack still has what is left. Only that is copied back, and added.
	CBZ  R7, total
	MOVD R5, R13
	MOVD R10, R11
	MOVD R7, R9
	MOVE(copyRest, R11, R13)
	VLD1 (R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	SOFTMAX
	FILL
	MOVD R5, R13
	MOVD R7, R9
	MOVE(copyBack, R13, R10)
	SUB  $16, R7, R9

clear:
	MOVW.P ZR, 4(R13)
	ADD    $1, R9
	CBNZ   R9, clear
	VLD1   (R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	PAIRS(VFADD, 0, 26, 26)

total:
	TOTAL
	VONE(0)
	FDIVS F26, F0, F26
	MOVD  R0, R10
	MOVD  R6, R11
	CBZ   R11, divideRest

divide:
	VLD1   (R10), [V0.S4, V1.S4, V2.S4, V3.S4]
	VFMULE(26, 0, 0)
	VFMULE(26, 1, 1)
	VFMULE(26, 2, 2)
	VFMULE(26, 3, 3)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R10)
	SUB    $1, R11
	CBNZ   R11, divide

divideRest:
	MOVD R7, R9
	CBZ  R9, next

divideOne:
	FMOVS   (R10), F0
	FMULS   F26, F0, F0
	FMOVS.P F0, 4(R10)
	SUB     $1, R9
	CBNZ    R9, divideOne

next:
	ADD  R1, R0
	SUB  $1, R2
	CBNZ R2, row
	RET
