//go:build !purego

#include "textflag.h"
#include "layer_avx512.h"

// func softmaxAVX512(x []float32, stride, rows, n int, scale float32)
TEXT ·softmaxAVX512(SB), NOSPLIT, $0-52
	MOVQ         x_base+0(FP), DI
	MOVQ         stride+24(FP), R10
	MOVQ         rows+32(FP), CX
	VBROADCASTSS scale+48(FP), Z26
	VBROADCASTSS expLeast, Z27
	EXP_CONSTANTS
	SHLQ         $2, R10
	MOVL         $0xFF800000, AX
	VPBROADCASTD AX, Z28

row:
	// Z0 and Z1 are the greatest values, from -Inf. A NaN is no value.
	VMOVAPS Z28, Z0
	VMOVAPS Z28, Z1
	MOVQ    DI, SI
	MOVQ    n+40(FP), DX

greatest:
	MASKS
	VMULPS.Z (SI), Z26, K1, Z2
	VMULPS.Z 64(SI), Z26, K2, Z3
	VMAXPS   Z0, Z2, K1, Z0
	VMAXPS   Z1, Z3, K2, Z1
	ADDQ     $128, SI
	SUBQ     $32, DX
	JGT      greatest

	VMAXPS        Z1, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VMAXPS        Y1, Y0, Y0
	VEXTRACTF128  $1, Y0, X1
	VMAXPS        X1, X0, X0
	VPSHUFD       $0x4E, X0, X1
	VMAXPS        X1, X0, X0
	VPSHUFD       $0xB1, X0, X1
	VMAXPS        X1, X0, X0
	VBROADCASTSS  X0, Z5

	// Z0 are the sums. K3 and K4 leave out what is so small that e would not be
	// right.
	VPXORD Z0, Z0, Z0
	MOVQ   DI, SI
	MOVQ   n+40(FP), DX

e:
	MASKS
	VMULPS.Z  (SI), Z26, K1, Z1
	VMULPS.Z  64(SI), Z26, K2, Z6
	VSUBPS    Z5, Z1, Z1
	VSUBPS    Z5, Z6, Z6
	VCMPPS    $5, Z27, Z1, K1, K3
	VCMPPS    $5, Z27, Z6, K2, K4
	EXP(Z1, Z2, Z3, Z4, Z10)
	EXP(Z6, Z7, Z8, Z9, Z11)
	VMOVAPS.Z Z1, K3, Z1
	VMOVAPS.Z Z6, K4, Z6
	VADDPS    Z1, Z0, Z0
	VADDPS    Z6, Z0, Z0
	VMOVUPS   Z1, K1, (SI)
	VMOVUPS   Z6, K2, 64(SI)
	ADDQ      $128, SI
	SUBQ      $32, DX
	JGT       e

	TOTAL
	VMOVSS       one, X1
	VDIVSS       X0, X1, X0
	VBROADCASTSS X0, Z0
	MOVQ         DI, SI
	MOVQ         n+40(FP), DX

divide:
	MASKS
	VMULPS.Z (SI), Z0, K1, Z1
	VMULPS.Z 64(SI), Z0, K2, Z2
	VMOVUPS  Z1, K1, (SI)
	VMOVUPS  Z2, K2, 64(SI)
	ADDQ     $128, SI
	SUBQ     $32, DX
	JGT      divide

	ADDQ R10, DI
	DECQ CX
	JNE  row
	VZEROUPPER
	RET
