//go:build !purego

#include "textflag.h"
#include "layer_avx512.h"

// TAIL sets p to the logarithm of the normal distribution's tail for u, up to
// geluMost. a, c and t are for its use.
#define TAIL(u, p, a, c, t) \
	VMULPS u, u, p; \
	VMULPS Z8, u, t; \
	VADDPS Z9, t, t; \
	VMULPS Z7, p, c; \
	VADDPS c, t, t; \
	VMULPS p, t, t; \
	VMULPS Z10, u, c; \
	VADDPS Z11, c, c; \
	VADDPS t, c, c; \
	VMULPS Z12, u, t; \
	VADDPS Z13, t, t; \
	VMULPS p, t, t; \
	VMULPS Z14, u, a; \
	VADDPS Z15, a, a; \
	VADDPS t, a, a; \
	VMULPS p, p, p; \
	VMULPS p, c, c; \
	VADDPS a, c, p

// func geluAVX512(x []float32)
TEXT ·geluAVX512(SB), NOSPLIT, $0-24
	MOVQ         x_base+0(FP), SI
	MOVQ         x_len+8(FP), DX
	TESTQ        DX, DX
	JEQ          done
	EXP_CONSTANTS
	VBROADCASTSS geluMost, Z6
	VBROADCASTSS gelu8, Z7
	VBROADCASTSS gelu7, Z8
	VBROADCASTSS gelu6, Z9
	VBROADCASTSS gelu5, Z10
	VBROADCASTSS gelu4, Z11
	VBROADCASTSS gelu3, Z12
	VBROADCASTSS gelu2, Z13
	VBROADCASTSS gelu1, Z14
	VBROADCASTSS gelu0, Z15
	VPTERNLOGD   $0xFF, Z26, Z26, Z26
	VPSRLD       $1, Z26, Z26
	VPXORD       Z27, Z27, Z27

step:
	// Z0 and Z1 are min(|x|, geluMost), with NaN.
	MASKS
	VPANDD.Z  (SI), Z26, K1, Z0
	VPANDD.Z  64(SI), Z26, K2, Z1
	VMINPS    Z0, Z6, Z0
	VMINPS    Z1, Z6, Z1
	TAIL(Z0, Z2, Z4, Z5, Z28)
	TAIL(Z1, Z3, Z29, Z30, Z31)
	EXP(Z2, Z4, Z5, Z28, Z29)
	EXP(Z3, Z30, Z31, Z4, Z5)
	VMULPS    Z2, Z0, Z0
	VMULPS    Z3, Z1, Z1

	// max(x, 0) is without NaN.
	VMOVUPS.Z (SI), K1, Z2
	VMOVUPS.Z 64(SI), K2, Z3
	VMAXPS    Z27, Z2, Z2
	VMAXPS    Z27, Z3, Z3
	VSUBPS    Z0, Z2, Z2
	VSUBPS    Z1, Z3, Z3
	VMOVUPS   Z2, K1, (SI)
	VMOVUPS   Z3, K2, 64(SI)
	ADDQ      $128, SI
	SUBQ      $32, DX
	JGT       step
	VZEROUPPER

done:
	RET
