//go:build !purego

#include "textflag.h"
#include "layer_neon.h"

// func normaliseLayerNEON(x, y, weight, bias []float32, epsilon float32)
TEXT ·normaliseLayerNEON(SB), 0, $64-100
	MOVD    x_base+0(FP), R0
	MOVD    x_len+8(FP), R1
	MOVD    y_base+24(FP), R2
	MOVD    weight_len+56(FP), R3
	MOVD    $rest-64(SP), R5
	LSR     $4, R3, R6
	AND     $15, R3, R7
	SCVTFS  R3, F30
	CBZ     R1, done

row:
	CLEAR_SUMS
	MOVD R0, R10
	MOVD R6, R11
	CBZ  R11, sumRest

sum:
	VLD1   (R10), [V0.S4, V1.S4, V2.S4, V3.S4]
	CBZ    R2, alone
	VLD1.P 64(R2), [V4.S4, V5.S4, V6.S4, V7.S4]
	PAIRS(VFADD, 4, 0, 0)

alone:
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R10)
	PAIRS(VFADD, 0, 26, 26)
	SUB    $1, R11
	CBNZ   R11, sum

sumRest:
	CBZ  R7, mean
	VZERO(0)
	FOUR(COPY, 0, 0, 0)
	FILL
	MOVD R5, R11
	MOVD R7, R9

sumOne:
	FMOVS   (R10), F0
	CBZ     R2, oneAlone
	FMOVS.P 4(R2), F4
	FADDS   F4, F0, F0

oneAlone:
	FMOVS.P F0, 4(R10)
	FMOVS.P F0, 4(R11)
	SUB     $1, R9
	CBNZ    R9, sumOne
	VLD1    (R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	PAIRS(VFADD, 0, 26, 26)

mean:
	TOTAL
	FDIVS F30, F26, F31
	VDUP  V31.S[0], V31.S4
	CLEAR_SUMS
	MOVD  R0, R10
	MOVD  R6, R11
	CBZ   R11, squaresRest

squares:
	VLD1.P 64(R10), [V0.S4, V1.S4, V2.S4, V3.S4]
	FOUR(VFSUB, 31, 0, 0)
	PAIRS(VFMUL, 0, 0, 0)
	PAIRS(VFADD, 0, 26, 26)
	SUB    $1, R11
	CBNZ   R11, squares

squaresRest:
	// Past what is left the stack has zeros.
	CBZ  R7, variance
	MOVD R5, R11
	MOVD R7, R9

squareOne:
	FMOVS.P 4(R10), F0
	FSUBS   F31, F0, F0
	FMULS   F0, F0, F0
	FMOVS.P F0, 4(R11)
	SUB     $1, R9
	CBNZ    R9, squareOne
	VLD1    (R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	PAIRS(VFADD, 0, 26, 26)

variance:
	TOTAL
	FDIVS  F30, F26, F26
	FMOVS  epsilon+96(FP), F0
	FADDS  F0, F26, F26
	FSQRTS F26, F26
	VONE(0)
	FDIVS  F26, F0, F26
	MOVD   weight_base+48(FP), R13
	MOVD   bias_base+72(FP), R14
	MOVD   R6, R11
	CBZ    R11, applyRest

apply:
	VLD1   (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R13), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R14), [V8.S4, V9.S4, V10.S4, V11.S4]
	FOUR(VFSUB, 31, 0, 0)
	VFMULE(26, 0, 0)
	VFMULE(26, 1, 1)
	VFMULE(26, 2, 2)
	VFMULE(26, 3, 3)
	PAIRS(VFMUL, 4, 0, 0)
	PAIRS(VFADD, 8, 0, 0)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUB    $1, R11
	CBNZ   R11, apply

applyRest:
	MOVD R7, R9
	CBZ  R9, next

applyOne:
	FMOVS   (R0), F0
	FMOVS.P 4(R13), F4
	FMOVS.P 4(R14), F8
	FSUBS   F31, F0, F0
	FMULS   F26, F0, F0
	FMULS   F4, F0, F0
	FADDS   F8, F0, F0
	FMOVS.P F0, 4(R0)
	SUB     $1, R9
	CBNZ    R9, applyOne

next:
	SUB  R3, R1
	CBNZ R1, row

done:
	RET
