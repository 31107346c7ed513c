//go:build !purego

#include "textflag.h"

// func quantiseAVX512(codes []int8, scales []float32, sums []int32, x []float32, block int)
TEXT ·quantiseAVX512(SB), NOSPLIT, $0-104
	MOVQ  codes_base+0(FP), DI
	MOVQ  scales_base+24(FP), R8
	MOVQ  scales_len+32(FP), CX
	MOVQ  sums_base+48(FP), R9
	MOVQ  x_base+72(FP), SI
	MOVQ  block+96(FP), DX
	TESTQ CX, CX
	JEQ   done

	// Z16 has all bits but the sign, Z17 is 127, Z18 is -127, X19 is 1, X20 the
	// greatest number, Z21 64 bytes of 1.
	VPTERNLOGD   $0xFF, Z16, Z16, Z16
	VPSRLD       $1, Z16, Z16
	MOVL         $0x42FE0000, AX
	VPBROADCASTD AX, Z17
	MOVL         $0xC2FE0000, AX
	VPBROADCASTD AX, Z18
	MOVL         $0x3F800000, AX
	VMOVD        AX, X9
	MOVL         $0x7F7FFFFF, AX
	VMOVD        AX, X10
	MOVL         $0x01010101, AX
	VPBROADCASTD AX, Z21
	VMOVAPS      Z17, Z11

	// The second half of a block of 16 stays zero, and is not stored.
	VPXORD Z12, Z12, Z12

block:
	VMOVUPS (SI), Z0
	VMOVAPS Z12, Z1
	CMPQ    DX, $16
	JEQ     loaded
	VMOVUPS 64(SI), Z1

loaded:
	// As integers, values without sign have the order of the numbers, and NaN is
	// the greatest.
	VPANDD        Z16, Z0, Z2
	VPANDD        Z16, Z1, Z3
	VPMAXUD       Z3, Z2, Z2
	VEXTRACTI64X4 $1, Z2, Y3
	VPMAXUD       Y3, Y2, Y2
	VEXTRACTI128  $1, Y2, X3
	VPMAXUD       X3, X2, X2
	VPSHUFD       $0x4E, X2, X3
	VPMAXUD       X3, X2, X2
	VPSHUFD       $0xB1, X2, X3
	VPMAXUD       X3, X2, X2
	VDIVSS        X11, X2, X2
	VMOVSS        X2, (R8)

	// An inverse that is not finite becomes 0.
	VDIVSS       X2, X9, X2
	VCMPPS       $2, X10, X2, X3
	VANDPS       X3, X2, X2
	VBROADCASTSS X2, Z2
	VMULPS       Z2, Z0, Z0
	VMULPS       Z2, Z1, Z1
	VMINPS       Z17, Z0, Z0
	VMINPS       Z17, Z1, Z1
	VMAXPS       Z18, Z0, Z0
	VMAXPS       Z18, Z1, Z1
	VCVTPS2DQ    Z0, Z0
	VCVTPS2DQ    Z1, Z1
	VPMOVDB      Z0, X0
	VPMOVDB      Z1, X1
	VMOVDQU      X0, (DI)
	CMPQ         DX, $16
	JEQ          stored
	VMOVDQU      X1, 16(DI)

stored:
	VPXORD   Z2, Z2, Z2
	VPDPBUSD Z0, Z21, Z2
	VPDPBUSD Z1, Z21, Z2
	VPSHUFD  $0x4E, X2, X3
	VPADDD   X3, X2, X2
	VPSHUFD  $0xB1, X2, X3
	VPADDD   X3, X2, X2
	VMOVD    X2, (R9)
	ADDQ     DX, DI
	LEAQ     (SI)(DX*4), SI
	ADDQ     $4, R8
	ADDQ     $4, R9
	DECQ     CX
	JNE      block
	VZEROUPPER

done:
	RET
