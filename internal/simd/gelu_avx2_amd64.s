//go:build !purego

#include "textflag.h"
#include "layer_avx2.h"

// GELU replaces Y10 and Y11. The tail of the normal distribution is worked out of
// Y0 and Y1, min(|x|, geluMost), with NaN; max(x, 0) is without.
#define GELU \
	VPCMPEQD     Y14, Y14, Y14; \
	VPSRLD       $1, Y14, Y14; \
	VBROADCASTSS geluMost, Y15; \
	VANDPS       Y14, Y10, Y0; \
	VANDPS       Y14, Y11, Y1; \
	VMINPS       Y0, Y15, Y0; \
	VMINPS       Y1, Y15, Y1; \
	VMULPS       Y0, Y0, Y4; \
	VMULPS       Y1, Y1, Y5; \
	LINE(Y0, Y1, gelu7, gelu6, Y6, Y7); \
	ADD_TERMS(Y4, Y5, gelu8, Y6, Y7); \
	LINE(Y0, Y1, gelu5, gelu4, Y8, Y9); \
	MULTIPLY_ADD(Y4, Y5, Y8, Y9, Y6, Y7); \
	LINE(Y0, Y1, gelu3, gelu2, Y2, Y3); \
	LINE(Y0, Y1, gelu1, gelu0, Y8, Y9); \
	MULTIPLY_ADD(Y4, Y5, Y8, Y9, Y2, Y3); \
	VMULPS       Y4, Y4, Y4; \
	VMULPS       Y5, Y5, Y5; \
	VMULPS       Y4, Y6, Y6; \
	VMULPS       Y5, Y7, Y7; \
	VADDPS       Y6, Y2, Y2; \
	VADDPS       Y7, Y3, Y3; \
	EXP(Y2, Y3); \
	VXORPS       Y14, Y14, Y14; \
	VMAXPS       Y14, Y10, Y10; \
	VMAXPS       Y14, Y11, Y11; \
	VMULPS       Y2, Y0, Y0; \
	VMULPS       Y3, Y1, Y1; \
	VSUBPS       Y0, Y10, Y10; \
	VSUBPS       Y1, Y11, Y11

// func geluAVX2(x []float32)
TEXT ·geluAVX2(SB), NOSPLIT, $0-24
	MOVQ x_base+0(FP), SI
	MOVQ x_len+8(FP), DX
	SUBQ $16, DX
	JLT  some

step:
	LOAD(0(SI), Y10, Y11)
	GELU
	STORE(Y10, Y11, 0(SI))
	ADDQ $64, SI
	SUBQ $16, DX
	JGE  step

some:
	ADDQ $16, DX
	JEQ  done
	MASKS(DX)
	LOAD_SOME(0(SI), Y10, Y11)
	GELU
	STORE_SOME(Y10, Y11, 0(SI))

done:
	VZEROUPPER
	RET
