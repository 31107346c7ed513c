//go:build !purego

#include "textflag.h"
#include "neon.h"

// CODES4 replaces 4 values by their codes. FMINNM and FMAXNM give 127 for NaN.
#define CODES4(v) \
	VFMULE(16, v, v); \
	VFMINNM(29, v, v); \
	VFMAXNM(30, v, v); \
	VFCVTNS(v, v)

// func quantiseNEON(codes []int8, scales []float32, sums []int32, x []float32, block int)
TEXT ·quantiseNEON(SB), NOSPLIT, $0-104
	MOVD codes_base+0(FP), R0
	MOVD scales_base+24(FP), R1
	MOVD scales_len+32(FP), R2
	MOVD sums_base+48(FP), R3
	MOVD x_base+72(FP), R4
	MOVD block+96(FP), R5
	CBZ  R2, done

	// V31 is the greatest number, V30 is -127, V29 is 127, F28 is 1.
	MOVW $0x7F7FFFFF, R6
	VDUP R6, V31.S4
	MOVW $0xC2FE0000, R6
	VDUP R6, V30.S4
	MOVW $0x42FE0000, R6
	VDUP R6, V29.S4
	VONE(28)

block:
	// The second half of a block of 16 is zero, and is not stored.
	VLD1.P 64(R4), [V0.S4, V1.S4, V2.S4, V3.S4]
	VZERO(4)
	VZERO(5)
	VZERO(6)
	VZERO(7)
	CMP    $16, R5
	BEQ    loaded
	VLD1.P 64(R4), [V4.S4, V5.S4, V6.S4, V7.S4]

loaded:
	// As integers, values without sign have the order of the numbers, and NaN is
	// the greatest.
	VFABS(0, 16)
	VFABS(1, 17)
	VFABS(2, 18)
	VFABS(3, 19)
	VFABS(4, 20)
	VFABS(5, 21)
	VFABS(6, 22)
	VFABS(7, 23)
	VUMAX V16.S4, V17.S4, V16.S4
	VUMAX V18.S4, V19.S4, V18.S4
	VUMAX V20.S4, V21.S4, V20.S4
	VUMAX V22.S4, V23.S4, V22.S4
	VUMAX V16.S4, V18.S4, V16.S4
	VUMAX V20.S4, V22.S4, V20.S4
	VUMAX V16.S4, V20.S4, V16.S4
	VUMAXV(16, 16)
	FDIVS   F29, F16, F16
	FMOVS.P F16, 4(R1)

	// An inverse that is not finite becomes 0.
	FDIVS F16, F28, F16
	VFCMGE(16, 31, 17)
	VAND  V17.B16, V16.B16, V16.B16
	CODES4(0)
	CODES4(1)
	CODES4(2)
	CODES4(3)
	CODES4(4)
	CODES4(5)
	CODES4(6)
	CODES4(7)
	VADD   V0.S4, V1.S4, V16.S4
	VADD   V2.S4, V3.S4, V17.S4
	VADD   V4.S4, V5.S4, V18.S4
	VADD   V6.S4, V7.S4, V19.S4
	VADD   V16.S4, V17.S4, V16.S4
	VADD   V18.S4, V19.S4, V18.S4
	VADD   V16.S4, V18.S4, V16.S4
	VADDV  V16.S4, V16
	VMOV   V16.S[0], R6
	MOVW.P R6, 4(R3)
	VSQXTNH(0, 0)
	VSQXTNH2(1, 0)
	VSQXTNH(2, 2)
	VSQXTNH2(3, 2)
	VSQXTNB(0, 0)
	VSQXTNB2(2, 0)
	VST1.P [V0.B16], 16(R0)
	CMP    $16, R5
	BEQ    stored
	VSQXTNH(4, 4)
	VSQXTNH2(5, 4)
	VSQXTNH(6, 6)
	VSQXTNH2(7, 6)
	VSQXTNB(4, 4)
	VSQXTNB2(6, 4)
	VST1.P [V4.B16], 16(R0)

stored:
	SUB  $1, R2
	CBNZ R2, block

done:
	RET
