//go:build !purego

#include "textflag.h"

// Where VPACKSSDW and VPACKSSWB leave each four of 32 values.
DATA fours<>+0(SB)/8, $0x0000000400000000
DATA fours<>+8(SB)/8, $0x0000000500000001
DATA fours<>+16(SB)/8, $0x0000000600000002
DATA fours<>+24(SB)/8, $0x0000000700000003
GLOBL fours<>(SB), RODATA|NOPTR, $32

// CODES replaces 8 values by their codes. MINPS gives its last operand, 127, for
// NaN.
#define CODES(v) \
	VMULPS    Y4, v, v; \
	VMINPS    Y11, v, v; \
	VMAXPS    Y12, v, v; \
	VCVTPS2DQ v, v

// func quantiseAVX2(codes []int8, scales []float32, sums []int32, x []float32, block int)
TEXT ·quantiseAVX2(SB), NOSPLIT, $0-104
	MOVQ  codes_base+0(FP), DI
	MOVQ  scales_base+24(FP), R8
	MOVQ  scales_len+32(FP), CX
	MOVQ  sums_base+48(FP), R9
	MOVQ  x_base+72(FP), SI
	MOVQ  block+96(FP), DX
	TESTQ CX, CX
	JEQ   done

	// Y10 has all bits but the sign, Y11 is 127, Y12 is -127, X13 is 1, X14 the
	// greatest number.
	VPCMPEQD     Y10, Y10, Y10
	VPSRLD       $1, Y10, Y10
	MOVL         $0x42FE0000, AX
	VMOVD        AX, X11
	VPBROADCASTD X11, Y11
	MOVL         $0xC2FE0000, AX
	VMOVD        AX, X12
	VPBROADCASTD X12, Y12
	MOVL         $0x3F800000, AX
	VMOVD        AX, X13
	MOVL         $0x7F7FFFFF, AX
	VMOVD        AX, X14
	VMOVDQU      fours<>(SB), Y15

block:
	// The second half of a block of 16 is zero, and is not stored.
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VXORPS  Y2, Y2, Y2
	VXORPS  Y3, Y3, Y3
	CMPQ    DX, $16
	JEQ     loaded
	VMOVUPS 64(SI), Y2
	VMOVUPS 96(SI), Y3

loaded:
	// As integers, values without sign have the order of the numbers, and NaN is
	// the greatest.
	VANDPS       Y10, Y0, Y4
	VANDPS       Y10, Y1, Y5
	VANDPS       Y10, Y2, Y6
	VANDPS       Y10, Y3, Y7
	VPMAXUD      Y5, Y4, Y4
	VPMAXUD      Y7, Y6, Y6
	VPMAXUD      Y6, Y4, Y4
	VEXTRACTI128 $1, Y4, X5
	VPMAXUD      X5, X4, X4
	VPSHUFD      $0x4E, X4, X5
	VPMAXUD      X5, X4, X4
	VPSHUFD      $0xB1, X4, X5
	VPMAXUD      X5, X4, X4
	VDIVSS       X11, X4, X4
	VMOVSS       X4, (R8)

	// An inverse that is not finite becomes 0.
	VDIVSS       X4, X13, X4
	VCMPPS       $2, X14, X4, X5
	VANDPS       X5, X4, X4
	VBROADCASTSS X4, Y4
	CODES(Y0)
	CODES(Y1)
	CODES(Y2)
	CODES(Y3)
	VPADDD       Y1, Y0, Y4
	VPADDD       Y3, Y2, Y5
	VPADDD       Y5, Y4, Y4
	VEXTRACTI128 $1, Y4, X5
	VPADDD       X5, X4, X4
	VPSHUFD      $0x4E, X4, X5
	VPADDD       X5, X4, X4
	VPSHUFD      $0xB1, X4, X5
	VPADDD       X5, X4, X4
	VMOVD        X4, (R9)
	VPACKSSDW    Y1, Y0, Y0
	VPACKSSDW    Y3, Y2, Y2
	VPACKSSWB    Y2, Y0, Y0
	VPERMD       Y0, Y15, Y0
	VMOVDQU      X0, (DI)
	CMPQ         DX, $16
	JEQ          stored
	VMOVDQU      Y0, (DI)

stored:
	ADDQ DX, DI
	LEAQ (SI)(DX*4), SI
	ADDQ $4, R8
	ADDQ $4, R9
	DECQ CX
	JNE  block
	VZEROUPPER

done:
	RET
