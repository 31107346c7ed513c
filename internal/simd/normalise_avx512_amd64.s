//go:build !purego

#include "textflag.h"
#include "layer_avx512.h"

// func normaliseLayerAVX512(x, y, weight, bias []float32, epsilon float32)
TEXT ·normaliseLayerAVX512(SB), NOSPLIT, $0-100
	MOVQ      x_base+0(FP), DI
	MOVQ      x_len+8(FP), CX
	MOVQ      y_base+24(FP), R8
	MOVQ      weight_base+48(FP), R11
	MOVQ      bias_base+72(FP), R12
	MOVQ      weight_len+56(FP), R13
	VCVTSI2SSQ R13, X8, X8
	VMOVSS    one, X9
	VMOVSS    epsilon+96(FP), X10

row:
	SUBQ   R13, CX
	JLT    done
	VPXORD Z0, Z0, Z0
	XORL   AX, AX
	MOVQ   R13, DX

sum:
	MASKS
	VMOVUPS.Z (DI)(AX*1), K1, Z1
	VMOVUPS.Z 64(DI)(AX*1), K2, Z2
	TESTQ     R8, R8
	JEQ       alone
	VADDPS.Z  (R8)(AX*1), Z1, K1, Z1
	VADDPS.Z  64(R8)(AX*1), Z2, K2, Z2
	VMOVUPS   Z1, K1, (DI)(AX*1)
	VMOVUPS   Z2, K2, 64(DI)(AX*1)

alone:
	VADDPS Z1, Z0, Z0
	VADDPS Z2, Z0, Z0
	ADDQ   $128, AX
	SUBQ   $32, DX
	JGT    sum

	TOTAL
	VDIVSS       X8, X0, X0
	VBROADCASTSS X0, Z5
	VPXORD       Z0, Z0, Z0
	XORL         AX, AX
	MOVQ         R13, DX

squares:
	MASKS
	VMOVUPS.Z (DI)(AX*1), K1, Z1
	VMOVUPS.Z 64(DI)(AX*1), K2, Z2
	VSUBPS.Z  Z5, Z1, K1, Z1
	VSUBPS.Z  Z5, Z2, K2, Z2
	VMULPS    Z1, Z1, Z1
	VMULPS    Z2, Z2, Z2
	VADDPS    Z1, Z0, Z0
	VADDPS    Z2, Z0, Z0
	ADDQ      $128, AX
	SUBQ      $32, DX
	JGT       squares

	TOTAL
	VDIVSS       X8, X0, X0
	VADDSS       X10, X0, X0
	VSQRTSS      X0, X0, X0
	VDIVSS       X0, X9, X0
	VBROADCASTSS X0, Z6
	XORL         AX, AX
	MOVQ         R13, DX

apply:
	MASKS
	VMOVUPS.Z (DI)(AX*1), K1, Z1
	VMOVUPS.Z 64(DI)(AX*1), K2, Z2
	VSUBPS    Z5, Z1, Z1
	VSUBPS    Z5, Z2, Z2
	VMULPS    Z6, Z1, Z1
	VMULPS    Z6, Z2, Z2
	VMULPS.Z  (R11)(AX*1), Z1, K1, Z1
	VMULPS.Z  64(R11)(AX*1), Z2, K2, Z2
	VADDPS.Z  (R12)(AX*1), Z1, K1, Z1
	VADDPS.Z  64(R12)(AX*1), Z2, K2, Z2
	VMOVUPS   Z1, K1, (DI)(AX*1)
	VMOVUPS   Z2, K2, 64(DI)(AX*1)
	ADDQ      $128, AX
	SUBQ      $32, DX
	JGT       apply

	LEAQ  (DI)(R13*4), DI
	TESTQ R8, R8
	JEQ   row
	LEAQ  (R8)(R13*4), R8
	JMP   row

done:
	VZEROUPPER
	RET
